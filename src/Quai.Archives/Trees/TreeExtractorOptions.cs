namespace Quai.Archives;

/// <summary>How an archive is taken apart.</summary>
public sealed record TreeExtractorOptions
{
    /// <summary>Refuses to put a directory where something else is, and something else where a directory is.</summary>
    public bool NoOverwriteDirNonDir { get; init; }

    /// <summary>The owner of everything; null for the archive's.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Whether owners are left as they come about.</summary>
    public bool NoOwner { get; init; }

    /// <summary>What of each name, where it first occurs, is replaced by what.</summary>
    public (byte[] From, byte[] To)? Rebase { get; init; }
}
