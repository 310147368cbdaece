namespace Quai.Images;

/// <summary>Images as an archive that can be written once; what it holds is kept until this is disposed.</summary>
public interface ISavedArchive : IDisposable
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>Writes it.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellation);
}
