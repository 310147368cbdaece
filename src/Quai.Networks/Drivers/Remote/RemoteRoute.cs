namespace Quai.Networks.Drivers.Remote;

/// <summary>A route of an endpoint. Recorded as it is.</summary>
/// <param name="Destination">Where it leads, with the length of the prefix.</param>
/// <param name="NextHop">The next hop; null for neighbours.</param>
internal sealed record RemoteRoute(string Destination, string? NextHop);
