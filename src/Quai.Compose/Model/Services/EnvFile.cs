using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>A file of environment variables.</summary>
public sealed record EnvFile
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether it must be there.</summary>
    public bool Required { get; init; } = true;

    /// <summary><c>raw</c> if values are taken as they are.</summary>
    public string Format { get; init; } = "";

    internal static EnvFile Read(ComposeMapping node) => new()
    {
        Path = node.Text("path"),
        Required = node.OptOut("required"),
        Format = node.Text("format"),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("path", Path)
        .OptOut("required", Required)
        .Text("format", Format)
        .Done();
}
