using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>Credentials of a managed account, on Windows.</summary>
public sealed record CredentialSpec
{
    /// <summary>The config that they are.</summary>
    public string Config { get; init; } = "";

    /// <summary>The file that they are.</summary>
    public string File { get; init; } = "";

    /// <summary>The key of the registry that they are.</summary>
    public string Registry { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static CredentialSpec Read(ComposeMapping node) => new()
    {
        Config = node.Text("config"),
        File = node.Text("file"),
        Registry = node.Text("registry"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("config", Config)
        .Text("file", File)
        .Text("registry", Registry)
        .Extensions(Extensions)
        .Done();
}
