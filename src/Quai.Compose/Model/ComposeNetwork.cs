using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A network.</summary>
public sealed record ComposeNetwork
{
    /// <summary>Its name in the engine.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = Nothing.Texts;

    /// <summary>How addresses are given.</summary>
    public IpamSettings Ipam { get; init; } = new();

    /// <summary>Whether it is made by somebody else.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether it leads nowhere.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Whether single containers may attach.</summary>
    public bool IsAttachable { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>Whether there are IPv4 addresses; null if nothing was said.</summary>
    public bool? EnableIpv4 { get; init; }

    /// <summary>Whether there are IPv6 addresses; null if nothing was said.</summary>
    public bool? EnableIpv6 { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ComposeNetwork Read(ComposeMapping node) => new()
    {
        Name = node.Text("name"),
        Driver = node.Text("driver"),
        DriverOptions = node.TextMap("driver_opts"),
        Ipam = node.One("ipam", IpamSettings.Read) ?? new(),
        IsExternal = node.Flag("external"),
        IsInternal = node.Flag("internal"),
        IsAttachable = node.Flag("attachable"),
        Labels = node.TextMap("labels"),
        EnableIpv4 = node.FlagOrNull("enable_ipv4"),
        EnableIpv6 = node.FlagOrNull("enable_ipv6"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("name", Name)
        .Text("driver", Driver)
        .TextMap("driver_opts", DriverOptions)
        .Value("ipam", Ipam.Write(json))
        .Flag("external", IsExternal)
        .Flag("internal", IsInternal)
        .Flag("attachable", IsAttachable)
        .TextMap("labels", Labels)
        .FlagOrNull("enable_ipv4", EnableIpv4)
        .FlagOrNull("enable_ipv6", EnableIpv6)
        .Extensions(Extensions)
        .Done();
}
