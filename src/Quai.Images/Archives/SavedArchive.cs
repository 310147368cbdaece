using Quai.Content.Collecting;

namespace Quai.Images.Archives;

/// <summary>An archive that can be written; the lease keeps its content even if somebody removes the images meanwhile.</summary>
internal sealed class SavedArchive(ArchiveWriter writer, Lease lease, Action written) : ISavedArchive
{
    public long Length => writer.Length;

    public IReadOnlyList<SavedPiece> Pieces => writer.Pieces;

    public async Task WriteAsync(Stream output, CancellationToken cancellation)
    {
        foreach (SavedPiece piece in Pieces)
        {
            if (piece.File is null)
            {
                await output.WriteAsync(piece.Bytes, cancellation).ConfigureAwait(false);
                continue;
            }

            await using var file = new FileStream(piece.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            await file.CopyToAsync(output, 256 * 1024, cancellation).ConfigureAwait(false);
        }

        Complete();
    }

    public void Complete() => written();

    public void Dispose() => lease.Dispose();
}
