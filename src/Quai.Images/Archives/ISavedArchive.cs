namespace Quai.Images;

/// <summary>Images as an archive that can be written once; its content is held until this is disposed.</summary>
public interface ISavedArchive : IDisposable
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>The archive in order, for callers that can send files without going through memory.</summary>
    IReadOnlyList<SavedPiece> Pieces { get; }

    /// <summary>Writes it to a stream.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellation);

    /// <summary>Marks all pieces as written.</summary>
    void Complete();
}
