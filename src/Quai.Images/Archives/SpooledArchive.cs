using Quai.Archives;
using System.Text;
using Quai.Errors;
using Quai.Images.Content;
using Quai.Images.Unpack;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>
/// The files of an archive of images, read once from front to back: an archive names its parts last, so each is written to an
/// ingest file and hashed as it comes. Disposing removes what was not made a blob.
/// </summary>
internal sealed class SpooledArchive : IDisposable
{
    private const int MaxFiles = 20_000;
    private const int MaxLinkSteps = 8;

    private readonly Dictionary<string, IngestFile> _files = [];
    private readonly Dictionary<string, string> _links = [];

    private SpooledArchive()
    {
    }

    /// <summary>Reads an archive whole, plain, gzip or zstd, on a thread of its own.</summary>
    public static Task<SpooledArchive> ReadAsync(Stream archive, BlobStore blobs, CancellationToken cancellation) =>
        Task.Factory.StartNew(
            () =>
            {
                var spooled = new SpooledArchive();
                try
                {
                    spooled.Read(archive, blobs, cancellation);
                    return spooled;
                }
                catch
                {
                    spooled.Dispose();
                    throw;
                }
            },
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <summary>The file of a path in the archive, links followed; null when there is none.</summary>
    public IngestFile? Find(string path)
    {
        path = Normalize(path);
        for (int steps = 0; steps < MaxLinkSteps; steps++)
        {
            if (_files.TryGetValue(path, out IngestFile? file))
            {
                return file;
            }

            if (!_links.TryGetValue(path, out string? target))
            {
                return null;
            }

            path = target;
        }

        return null;
    }

    /// <summary>The file of a path that the archive must have.</summary>
    public IngestFile Get(string path) => Find(path) ?? throw QuaiException.Invalid($"invalid archive: open {path}: no such file or directory");

    /// <summary>All bytes of a small file.</summary>
    public byte[] ReadBytes(string path, int limit)
    {
        IngestFile file = Get(path);
        return file.Length <= limit ? File.ReadAllBytes(file.FilePath) : throw QuaiException.Invalid($"invalid archive: {path} is larger than {limit} bytes");
    }

    /// <summary>The file of a blob in an OCI layout, verified.</summary>
    public IngestFile? FindBlob(Digest digest)
    {
        IngestFile? file = Find($"blobs/{digest.Algorithm}/{digest.Hex}");
        return file is null ? null
            : file.Digest() == digest ? file
            : throw QuaiException.Invalid($"invalid archive: blobs/{digest.Algorithm}/{digest.Hex} has digest {file.Digest()}");
    }

    public void Dispose()
    {
        foreach (IngestFile file in _files.Values)
        {
            file.Dispose();
        }

        _files.Clear();
    }

    private static string Normalize(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    throw QuaiException.Invalid($"invalid archive: {TarText.Show(Encoding.UTF8.GetBytes(path))} leads outside of it");
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private void Read(Stream archive, BlobStore blobs, CancellationToken cancellation)
    {
        using var source = new SyncStream(archive, cancellation);
        CompressionKind kind = Compression.Detect(source.Peek(Compression.MagicLength));
        using Stream? unpacked = kind == CompressionKind.None ? null : Compression.Open(source, kind);
        var reader = new TarReader(unpacked ?? source);
        try
        {
            while (reader.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                ReadEntry(reader, blobs);
            }

            reader.Drain();
        }
        catch (Exception e) when (Compression.IsBroken(e))
        {
            throw QuaiException.Invalid($"the archive's {kind.ToString().ToLowerInvariant()} data is broken: {e.Message}", e);
        }
    }

    private void ReadEntry(TarReader reader, BlobStore blobs)
    {
        TarEntry entry = reader.Entry;
        string path = Normalize(Encoding.UTF8.GetString(entry.Name));
        if (entry.Type == TarEntryType.SymbolicLink)
        {
            // docker save of old writes a layer that two images share once, and links.
            string target = Encoding.UTF8.GetString(entry.LinkName);
            _links[path] = Normalize(target.StartsWith('/') ? target : $"{path[..(path.LastIndexOf('/') + 1)]}{target}");
            return;
        }

        if (entry.Type == TarEntryType.HardLink)
        {
            _links[path] = Normalize(Encoding.UTF8.GetString(entry.LinkName));
            return;
        }

        if (!entry.IsFile)
        {
            return;
        }

        if (_files.Count == MaxFiles)
        {
            throw QuaiException.Invalid($"invalid archive: it has more than {MaxFiles} files");
        }

        IngestFile file = blobs.Begin();
        if (_files.Remove(path, out IngestFile? before))
        {
            before.Dispose();
        }

        _files[path] = file;
        if (path.StartsWith("blobs/sha512/", StringComparison.Ordinal))
        {
            file.Reset(System.Security.Cryptography.HashAlgorithmName.SHA512);
        }

        for (ReadOnlySpan<byte> piece = reader.ReadContent(); !piece.IsEmpty; piece = reader.ReadContent())
        {
            file.Write(piece);
        }

        file.EndWriting();
    }
}
