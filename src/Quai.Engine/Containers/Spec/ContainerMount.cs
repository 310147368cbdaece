namespace Quai.Engine.Containers.Spec;

/// <summary>One mount of a container, resolved when it was created.</summary>
public sealed record ContainerMount
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c> or <c>image</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The volume's name, or the image's as written.</summary>
    public string? Name { get; init; }

    /// <summary>The plugin that keeps the volume; null for local ones and other mounts.</summary>
    public string? Driver { get; init; }

    /// <summary>The folder or file on the host; empty for tmpfs, and for volumes of plugins, which name it when they mount.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where it appears in the container; clean and absolute.</summary>
    public string Destination { get; init; } = "";

    /// <summary>The options as written after <c>-v a:b:</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Whether it may be written to.</summary>
    public bool ReadWrite { get; init; } = true;

    /// <summary>A bind's propagation; empty for volumes.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Whether to leave out what is mounted below the source.</summary>
    public bool NonRecursive { get; init; }

    /// <summary>Whether a read-only bind leaves what is mounted below its source writable.</summary>
    public bool ReadOnlyNonRecursive { get; init; }

    /// <summary>How owners of a bind's files are shown, as <see cref="Spec.OwnerMap"/> reads it; null for as they are.</summary>
    public string? OwnerMap { get; init; }

    /// <summary>Whether a volume is not filled with the image's content.</summary>
    public bool NoCopy { get; init; }

    /// <summary>The id of an image that is mounted; null for others.</summary>
    public string? ImageId { get; init; }

    /// <summary>A folder or file inside the volume or image.</summary>
    public string? Subpath { get; init; }

    /// <summary>Mount options of a tmpfs.</summary>
    public string? TmpfsOptions { get; init; }

    /// <summary>Written as <c>-v</c>: a missing bind source is created.</summary>
    public bool CreateSource { get; init; }

    /// <summary>The key of the snapshot that keeps the layers of a mounted image, for a container's mount at a destination.</summary>
    public string SnapshotKey(string container) => container + ":" + Destination;

    /// <summary>From <c>--tmpfs</c> rather than <c>--mount</c>: not listed among the mounts, as in Docker.</summary>
    public bool Unlisted { get; init; }
}
