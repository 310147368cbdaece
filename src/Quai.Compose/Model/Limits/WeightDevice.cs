using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>A device's weight.</summary>
public sealed record WeightDevice
{
    /// <summary>The device.</summary>
    public string Path { get; init; } = "";

    /// <summary>The weight.</summary>
    public long Weight { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static WeightDevice Read(ComposeMapping node) => new()
    {
        Path = node.Text("path"),
        Weight = node.Number("weight"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .TextAlways(json ? "Path" : "path", Path)
        .NumberAlways(json ? "Weight" : "weight", Weight)
        .Extensions(Extensions)
        .Done();
}
