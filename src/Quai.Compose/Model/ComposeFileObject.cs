using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A config or a secret.</summary>
public sealed record ComposeFileObject
{
    /// <summary>Its name in the engine.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file that it is.</summary>
    public string File { get; init; } = "";

    /// <summary>The variable that it is.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Its content.</summary>
    public string Content { get; init; } = "";

    /// <summary>Whether it is made by somebody else.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>Its driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = Nothing.Texts;

    /// <summary>What fills its content in.</summary>
    public string TemplateDriver { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ComposeFileObject Read(ComposeMapping node) => new()
    {
        Name = node.Text("name"),
        File = node.Text("file"),
        Environment = node.Text("environment"),
        Content = node.Text("content"),
        IsExternal = node.Flag("external"),
        Labels = node.TextMap("labels"),
        Driver = node.Text("driver"),
        DriverOptions = node.TextMap("driver_opts"),
        TemplateDriver = node.Text("template_driver"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("name", Name)
        .Text("file", File)
        .Text("environment", Environment)
        .Text("content", Content)
        .Flag("external", IsExternal)
        .TextMap("labels", Labels)
        .Text("driver", Driver)
        .TextMap("driver_opts", DriverOptions)
        .Text("template_driver", TemplateDriver)
        .Extensions(Extensions)
        .Done();
}
