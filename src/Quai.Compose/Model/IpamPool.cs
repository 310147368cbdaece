using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A pool of addresses.</summary>
public sealed record IpamPool
{
    /// <summary>The subnet.</summary>
    public string Subnet { get; init; } = "";

    /// <summary>The gateway.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The range that containers get addresses of.</summary>
    public string IpRange { get; init; } = "";

    /// <summary>Addresses that are given to nobody, by name.</summary>
    public IReadOnlyDictionary<string, string> AuxiliaryAddresses { get; init; } = Nothing.Texts;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static IpamPool Read(ComposeMapping node) => new()
    {
        Subnet = node.Text("subnet"),
        Gateway = node.Text("gateway"),
        IpRange = node.Text("ip_range"),
        AuxiliaryAddresses = node.TextMap("aux_addresses"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("subnet", Subnet)
        .Text("gateway", Gateway)
        .Text("ip_range", IpRange)
        .TextMap("aux_addresses", AuxiliaryAddresses)
        .Extensions(Extensions)
        .Done();
}
