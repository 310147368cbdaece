using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>Where containers run.</summary>
public sealed record Placement
{
    /// <summary>What a node must be.</summary>
    public IReadOnlyList<string> Constraints { get; init; } = [];

    /// <summary>What it would better be.</summary>
    public IReadOnlyList<PlacementPreference> Preferences { get; init; } = [];

    /// <summary>How many run on a node; 0 if any number.</summary>
    public long MaxReplicasPerNode { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static Placement Read(ComposeMapping node) => new()
    {
        Constraints = node.Texts("constraints"),
        Preferences = node.Many("preferences", PlacementPreference.Read),
        MaxReplicasPerNode = node.Number("max_replicas_per_node"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Texts("constraints", Constraints)
        .Many("preferences", Preferences, one => one.Write(json))
        .Number("max_replicas_per_node", MaxReplicasPerNode)
        .Extensions(Extensions)
        .Done();
}
