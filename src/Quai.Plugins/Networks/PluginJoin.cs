namespace Quai.Plugins.Networks;

/// <summary>What a plugin made for a container, as it wrote it: nothing of it has been checked.</summary>
/// <param name="Source">The interface of the host that is to be the container's; empty for none.</param>
/// <param name="Prefix">What the interface's name in the container begins with.</param>
/// <param name="Gateway">The next hop to everywhere else; empty for none.</param>
/// <param name="Gateway6">The same of IPv6.</param>
/// <param name="Routes">Further routes.</param>
public sealed record PluginJoin(string Source, string Prefix, string Gateway, string Gateway6, IReadOnlyList<PluginRoute> Routes);
