using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>A program that provides a service.</summary>
public sealed record ServiceProvider
{
    /// <summary>The program.</summary>
    public string Type { get; init; } = "";

    /// <summary>Its options, each with its values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Options { get; init; } = Nothing.Lists;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceProvider Read(ComposeMapping node) => new()
    {
        Type = node.Text("type"),
        Options = node.OptionMap("options"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("type", Type)
        .OptionMap("options", Options)
        .Extensions(Extensions)
        .Done();
}
