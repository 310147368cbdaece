using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Building;

/// <summary>What is done when sources change.</summary>
public sealed record ServiceDevelopment
{
    /// <summary>The rules.</summary>
    public IReadOnlyList<WatchRule> Watch { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceDevelopment Read(ComposeMapping node) => new()
    {
        Watch = node.Many("watch", WatchRule.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Many("watch", Watch, one => one.Write(json))
        .Extensions(Extensions)
        .Done();
}
