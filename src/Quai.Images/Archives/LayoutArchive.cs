using System.Text;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>A tar of blobs and of files that name them: an OCI layout. The same content gives the same bytes, and their number is known before the first is written.</summary>
public sealed class LayoutArchive
{
    private LayoutArchive(IReadOnlyList<SavedPiece> pieces)
    {
        Pieces = pieces;
        Length = pieces.Sum(p => p.Length);
    }

    /// <summary>Bytes of the whole archive.</summary>
    public long Length { get; }

    /// <summary>The archive in order: the blobs are whole files, everything else is in memory.</summary>
    public IReadOnlyList<SavedPiece> Pieces { get; }

    /// <summary>The path of a blob in the archive.</summary>
    public static string NameOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    /// <summary>Plans an archive; the caller holds every blob.</summary>
    /// <param name="blobs">Where the blobs are.</param>
    /// <param name="digests">Which; one that is named twice is there once.</param>
    /// <param name="texts">Further files by their names, in the order in which they come behind the blobs.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">Kind NotFound: a blob's file is missing.</exception>
    public static async Task<LayoutArchive> PlanAsync(BlobStore blobs, IEnumerable<Digest> digests, IReadOnlyList<(string Name, byte[] Content)> texts, CancellationToken cancellation)
    {
        Digest[] files = [.. digests.Distinct().OrderBy(NameOf, StringComparer.Ordinal)];
        List<SavedPiece> pieces = [];
        var memory = new MemoryStream();
        var tar = new TarWriter(memory, bufferSize: 4096);
        foreach (string folder in (IEnumerable<string>)["blobs/", .. files.Select(f => f.Algorithm).Distinct().Order().Select(a => $"blobs/{a}/")])
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.Directory, Name = Encoding.ASCII.GetBytes(folder), Mode = 0x1ed });
        }

        foreach (Digest digest in files)
        {
            string path = await blobs.LocateAsync(digest, cancellation).ConfigureAwait(false);
            long size = blobs.SizeOf(digest);
            tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.ASCII.GetBytes(NameOf(digest)), Mode = 0x1a4, Size = size });
            Cut();
            pieces.Add(new SavedPiece(default, path, size));
        }

        foreach ((string name, byte[] content) in texts)
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.ASCII.GetBytes(name), Mode = 0x1a4, Size = content.Length });
            tar.Write(content);
        }

        tar.Finish();
        Cut();
        return new LayoutArchive(pieces);

        void Cut()
        {
            tar.FlushContent();
            pieces.Add(new SavedPiece(memory.ToArray(), null, memory.Length));
            memory.SetLength(0);
        }
    }

    /// <summary>Writes it to a stream.</summary>
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
    }
}
