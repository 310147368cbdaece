namespace Quai.Plugins.Networks;

/// <summary>A network, as a plugin is told of it.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="Options">The options that it was asked for with.</param>
/// <param name="Subnets">Its subnets, of both families.</param>
public sealed record PluginNetwork(string Id, IReadOnlyDictionary<string, string> Options, IReadOnlyList<PluginSubnet> Subnets)
{
    /// <summary>Whether it has IPv4.</summary>
    public bool IPv4 { get; init; }

    /// <summary>Whether it has IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>Whether it must lead nowhere else.</summary>
    public bool Internal { get; init; }
}
