using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>How output is logged.</summary>
public sealed record LoggingSettings
{
    /// <summary>The driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = Nothing.Texts;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static LoggingSettings Read(ComposeMapping node) => new()
    {
        Driver = node.Text("driver"),
        Options = node.TextMap("options"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("driver", Driver)
        .TextMap("options", Options)
        .Extensions(Extensions)
        .Done();
}
