namespace Quai.Dockerfiles.Instructions.Mounts;

/// <summary>A mount of a RUN.</summary>
/// <param name="Kind">What is mounted.</param>
public sealed record Mount(MountKind Kind)
{
    /// <summary>The stage or image it is of; empty for the context, or for nothing.</summary>
    public string From { get; init; } = "";

    /// <summary>The path in what is mounted; for a secret, its id.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where it is mounted; empty where nothing is said.</summary>
    public string Target { get; init; } = "";

    /// <summary>The variable that a secret is given in; null for none.</summary>
    public string? Variable { get; init; }

    /// <summary>Whether it cannot be written to.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The id of a cache, secret or agent; empty where nothing is said.</summary>
    public string Id { get; init; } = "";

    /// <summary>How a cache is shared; null where nothing is said.</summary>
    public CacheSharing? Sharing { get; init; }

    /// <summary>Whether the RUN fails where the client has no such secret or agent.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The most a directory in memory may hold, in bytes; 0 for no limit.</summary>
    public long Size { get; init; }

    /// <summary>Permission bits; null where nothing is said.</summary>
    public uint? Mode { get; init; }

    /// <summary>The owner's number; null where nothing is said.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group's number; null where nothing is said.</summary>
    public uint? Gid { get; init; }
}
