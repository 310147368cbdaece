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
        Required = node.FlagOrNull("required") ?? true,
        Format = node.Text("format"),
    };

    /// <summary>A file that must be there is written as its path alone, whatever its format.</summary>
    internal ComposeNode Write(bool json) => Required
        ? ComposeScalar.Of(Path)
        : new StructWriter(json).TextAlways("path", Path).FlagAlways("required", Required).Text("format", json ? Format : "").Done();
}
