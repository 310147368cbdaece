using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>What a service may use and needs.</summary>
public sealed record ResourceSet
{
    /// <summary>What it may use.</summary>
    public ResourceAmounts? Limits { get; init; }

    /// <summary>What it needs.</summary>
    public ResourceAmounts? Reservations { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ResourceSet Read(ComposeMapping node) => new()
    {
        Limits = node.One("limits", ResourceAmounts.Read),
        Reservations = node.One("reservations", ResourceAmounts.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .One("limits", Limits?.Write(json))
        .One("reservations", Reservations?.Write(json))
        .Extensions(Extensions)
        .Done();
}
