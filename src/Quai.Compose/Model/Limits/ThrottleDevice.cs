using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>A device's rate.</summary>
public sealed record ThrottleDevice
{
    /// <summary>The device.</summary>
    public string Path { get; init; } = "";

    /// <summary>The rate a second.</summary>
    public long Rate { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ThrottleDevice Read(ComposeMapping node) => new()
    {
        Path = node.Text("path"),
        Rate = node.Bytes("rate"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .TextAlways(json ? "Path" : "path", Path)
        .BytesAlways(json ? "Rate" : "rate", Rate)
        .Extensions(Extensions)
        .Done();
}
