using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>A number of things.</summary>
public sealed record DiscreteResource
{
    /// <summary>What they are.</summary>
    public string Kind { get; init; } = "";

    /// <summary>How many.</summary>
    public long Value { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static DiscreteResource Read(ComposeMapping node) => new()
    {
        Kind = node.Text("kind"),
        Value = node.Number("value"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .TextAlways("kind", Kind)
        .NumberAlways("value", Value)
        .Extensions(Extensions)
        .Done();
}
