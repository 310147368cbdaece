using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>How a network's addresses are given.</summary>
public sealed record IpamSettings
{
    /// <summary>The driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The pools.</summary>
    public IReadOnlyList<IpamPool> Pools { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static IpamSettings Read(ComposeMapping node) => new()
    {
        Driver = node.Text("driver"),
        Pools = node.Many("config", IpamPool.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("driver", Driver)
        .Many("config", Pools, one => one.Write(json))
        .Extensions(Extensions)
        .Done();
}
