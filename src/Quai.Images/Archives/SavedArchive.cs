using Quai.Content.Collecting;

namespace Quai.Images.Archives;

/// <summary>An archive that can be written; the lease keeps its content even if somebody removes the images meanwhile.</summary>
internal sealed class SavedArchive(ArchiveWriter writer, Lease lease, Action written) : ISavedArchive
{
    public long Length => writer.Length;

    public IReadOnlyList<SavedPiece> Pieces => writer.Pieces;

    public async Task WriteAsync(Stream output, CancellationToken cancellation)
    {
        await writer.WriteAsync(output, cancellation).ConfigureAwait(false);
        Complete();
    }

    public void Complete() => written();

    public void Dispose() => lease.Dispose();
}
