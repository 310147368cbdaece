using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Mounts;

/// <summary>Something that is mounted into a container.</summary>
public sealed record ServiceMount
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c>, <c>cluster</c>, <c>npipe</c> or <c>image</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The path, the volume or the image; empty if there is none.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where in the container.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether it is read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How consistent it must be.</summary>
    public string Consistency { get; init; } = "";

    /// <summary>What matters if it is a path.</summary>
    public MountBind? Bind { get; init; }

    /// <summary>What matters if it is a volume.</summary>
    public MountVolume? Volume { get; init; }

    /// <summary>What matters if it is a tmpfs.</summary>
    public MountTmpfs? Tmpfs { get; init; }

    /// <summary>What matters if it is an image.</summary>
    public MountImage? Image { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceMount Read(ComposeMapping node) => new()
    {
        Type = node.Text("type"),
        Source = node.Text("source"),
        Target = node.Text("target"),
        ReadOnly = node.Flag("read_only"),
        Consistency = node.Text("consistency"),
        Bind = node.One("bind", MountBind.Read),
        Volume = node.One("volume", MountVolume.Read),
        Tmpfs = node.One("tmpfs", MountTmpfs.Read),
        Image = node.One("image", MountImage.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("type", Type)
        .Text("source", Source)
        .Text("target", Target)
        .Flag("read_only", ReadOnly)
        .Text("consistency", Consistency)
        .One("bind", Bind?.Write(json))
        .One("volume", Volume?.Write(json))
        .One("tmpfs", Tmpfs?.Write(json))
        .One("image", Image?.Write(json))
        .Extensions(Extensions)
        .Done();
}
