using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>What a node would better be.</summary>
public sealed record PlacementPreference
{
    /// <summary>The label over whose values containers are spread.</summary>
    public string Spread { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static PlacementPreference Read(ComposeMapping node) => new()
    {
        Spread = node.Text("spread"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("spread", Spread)
        .Extensions(Extensions)
        .Done();
}
