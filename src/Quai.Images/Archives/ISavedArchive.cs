namespace Quai.Images;

/// <summary>Images as an archive that can be written once; what it holds is kept until this is disposed.</summary>
public interface ISavedArchive : IDisposable
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>The archive in order: whoever has a faster way from a file to where it goes than through memory may take it.</summary>
    IReadOnlyList<SavedPiece> Pieces { get; }

    /// <summary>Writes it to a stream.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellation);

    /// <summary>Tells that all pieces were written.</summary>
    void Complete();
}
