namespace Quai.Runtime.Logging;

/// <summary>A log in Docker's json-file format.</summary>
/// <param name="Path">Its newest file.</param>
/// <param name="MaxSize">How many bytes a file may have; 0 for no rotation.</param>
/// <param name="MaxFiles">How many files are kept, with the newest one.</param>
public sealed record LogFile(string Path, long MaxSize, int MaxFiles)
{
    /// <summary>Whether the files before the newest are compressed.</summary>
    public bool Compresses { get; init; }

    /// <summary>Further members of each line, as they stand there; empty for none.</summary>
    public ReadOnlyMemory<byte> Attributes { get; init; }
}
