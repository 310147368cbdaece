using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>How a service is in a network.</summary>
public sealed record ServiceNetwork
{
    /// <summary>Further names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = Nothing.Texts;

    /// <summary>Its place in the order in which gateways are chosen.</summary>
    public long GatewayPriority { get; init; }

    /// <summary>The interface's name.</summary>
    public string InterfaceName { get; init; } = "";

    /// <summary>The IPv4 address.</summary>
    public string Ipv4Address { get; init; } = "";

    /// <summary>The IPv6 address.</summary>
    public string Ipv6Address { get; init; } = "";

    /// <summary>Link-local addresses.</summary>
    public IReadOnlyList<string> LinkLocalIps { get; init; } = [];

    /// <summary>The hardware address.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>Its place in the order in which networks are joined.</summary>
    public long Priority { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceNetwork Read(ComposeMapping node) => new()
    {
        Aliases = node.Texts("aliases"),
        DriverOptions = node.TextMap("driver_opts"),
        GatewayPriority = node.Number("gw_priority"),
        InterfaceName = node.Text("interface_name"),
        Ipv4Address = node.Text("ipv4_address"),
        Ipv6Address = node.Text("ipv6_address"),
        LinkLocalIps = node.Texts("link_local_ips"),
        MacAddress = node.Text("mac_address"),
        Priority = node.Number("priority"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Texts("aliases", Aliases)
        .TextMap("driver_opts", DriverOptions)
        .Number("gw_priority", GatewayPriority)
        .Text("interface_name", InterfaceName)
        .Text("ipv4_address", Ipv4Address)
        .Text("ipv6_address", Ipv6Address)
        .Texts("link_local_ips", LinkLocalIps)
        .Text("mac_address", MacAddress)
        .Number("priority", Priority)
        .Extensions(Extensions)
        .Done();
}
