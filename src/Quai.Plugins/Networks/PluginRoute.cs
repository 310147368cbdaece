namespace Quai.Plugins.Networks;

/// <summary>A route that a container is to have, as the plugin wrote it: nothing of it has been checked.</summary>
/// <param name="Destination">Where it leads, with the length of the prefix.</param>
/// <param name="RouteType">0 for one by a next hop, 1 for neighbours.</param>
/// <param name="NextHop">The next hop.</param>
public sealed record PluginRoute(string? Destination, int RouteType, string? NextHop);
