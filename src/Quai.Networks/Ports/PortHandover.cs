namespace Quai.Networks.Ports;

/// <summary>Host ports that pass from one container to another.</summary>
/// <param name="Ports">What is published of the other then, those that it took over among them.</param>
/// <param name="Taken">Those that it took over, as they were and as they are.</param>
/// <param name="Left">Those that nobody took over: they are free.</param>
internal sealed record PortHandover(IReadOnlyList<PublishedPort> Ports, IReadOnlyList<(PublishedPort Before, PublishedPort After)> Taken, IReadOnlyList<PublishedPort> Left);
