namespace Quai.Networks.Dns.Names;

/// <summary>A service that a container says it has: the answer to a question for <c>_name._protocol.container</c> (SRV).</summary>
/// <param name="Name">Such as <c>http</c>.</param>
/// <param name="Protocol">Such as <c>tcp</c>.</param>
/// <param name="Port">Where it listens.</param>
public sealed record NamedService(string Name, string Protocol, ushort Port);
