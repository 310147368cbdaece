namespace Quai.Archives;

/// <summary>How an archive is extracted.</summary>
public sealed record TreeExtractorOptions
{
    /// <summary>Refuses to replace a non-directory with a directory, or a directory with something else.</summary>
    public bool NoOverwriteDirNonDir { get; init; }

    /// <summary>The owner of everything; null for the archive's.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Whether to leave owners as the kernel sets them at creation.</summary>
    public bool NoOwner { get; init; }

    /// <summary>Whether an entry for the destination itself, which is the root, changes its owner, mode, attributes and times.</summary>
    public bool ChangeDestination { get; init; }

    /// <summary>What to replace in each name, at its first occurrence, and with what.</summary>
    public (byte[] From, byte[] To)? Rebase { get; init; }

    /// <summary>Whether long runs of zeros become holes: an archive that is not of the sparse kind has none, though the files that it was made of had.</summary>
    public bool LeavesHoles { get; init; }
}
