using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Mounts;

/// <summary>How an image is mounted.</summary>
public sealed record MountImage
{
    /// <summary>The path in the image that is mounted.</summary>
    public string Subpath { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static MountImage Read(ComposeMapping node) => new()
    {
        Subpath = node.Text("subpath"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("subpath", Subpath)
        .Extensions(Extensions)
        .Done();
}
