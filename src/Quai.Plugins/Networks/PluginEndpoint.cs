namespace Quai.Plugins.Networks;

/// <summary>An endpoint, as a plugin is told of it.</summary>
/// <param name="NetworkId">On which network.</param>
/// <param name="Id">64 hex digits.</param>
public sealed record PluginEndpoint(string NetworkId, string Id)
{
    /// <summary>Its IPv4 address with the length of the prefix; empty for none.</summary>
    public string IPv4 { get; init; } = "";

    /// <summary>Its IPv6 address with the length of the prefix; empty for none.</summary>
    public string IPv6 { get; init; } = "";

    /// <summary>The hardware address that was asked for; empty for the plugin's choice.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>The endpoint's own options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports that its container exposes.</summary>
    public IReadOnlyList<PluginPort> Exposed { get; init; } = [];

    /// <summary>Those that are to be published.</summary>
    public IReadOnlyList<PluginPort> Published { get; init; } = [];
}
