using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Mounts;

/// <summary>How a volume is mounted.</summary>
public sealed record MountVolume
{
    /// <summary>Labels of a volume that is made for it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>Whether the image's content is not copied into it.</summary>
    public bool NoCopy { get; init; }

    /// <summary>The path in the volume that is mounted.</summary>
    public string Subpath { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static MountVolume Read(ComposeMapping node) => new()
    {
        Labels = node.TextMap("labels"),
        NoCopy = node.Flag("nocopy"),
        Subpath = node.Text("subpath"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .TextMap("labels", Labels)
        .Flag("nocopy", NoCopy)
        .Text("subpath", Subpath)
        .Extensions(Extensions)
        .Done();
}
