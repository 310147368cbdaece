namespace Quai.Plugins.Networks;

/// <summary>A subnet, as a plugin is told of it.</summary>
/// <param name="IPv6">Its family.</param>
/// <param name="Space">The address space that it is of.</param>
/// <param name="Pool">All its addresses: <c>10.1.0.0/24</c>.</param>
/// <param name="Gateway">The network's own address with the length of the prefix.</param>
/// <param name="Auxiliary">Addresses that somebody else has, by what they are for, with the length of the prefix.</param>
public sealed record PluginSubnet(bool IPv6, string Space, string Pool, string Gateway, IReadOnlyDictionary<string, string> Auxiliary);
