using System.Text;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Images.Pulls;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>
/// The files of an archive of images, read once from front to back. An archive says only at its end what its parts are, so each is written to an
/// ingest file and hashed as it arrives; what looks like a layer is unpacked in the same pass, and finds its place in a stack later.
/// A blob that the store already has is skipped. Disposing removes what was not used.
/// </summary>
/// <remarks>
/// An archive has at most 20,000 files and links, and 4 MiB of their names. Its documents may name one another any number of times: they are read up to
/// 256 MiB in total, counting repetitions.
/// </remarks>
internal sealed class SpooledArchive : IAsyncDisposable
{
    private const int MaxFiles = 20_000;
    private const int MaxLinkSteps = 8;
    private const int MaxNames = 4 << 20;
    private const long MaxDocuments = 256L << 20;

    /// <summary>The minimum cost of a document, however small: it is looked up, parsed and stored.</summary>
    private const int LeastDocument = 4096;

    private readonly Dictionary<string, SpooledFile> _files = [];
    private readonly Dictionary<string, string> _links = [];
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly TimeProvider _time;
    private readonly LoadJob _job;

    private int _names;
    private long _documents;

    private SpooledArchive(BlobStore blobs, SnapshotStore snapshots, TimeProvider time, LoadJob job)
    {
        _blobs = blobs;
        _snapshots = snapshots;
        _time = time;
        _job = job;
    }

    /// <summary>Reads a whole archive, compressed in any known way, on a separate thread.</summary>
    public static async Task<SpooledArchive> ReadAsync(
        Stream archive, BlobStore blobs, SnapshotStore snapshots, TimeProvider time, LoadJob job, CancellationToken cancellation)
    {
        var spooled = new SpooledArchive(blobs, snapshots, time, job);
        try
        {
            await Task.Factory.StartNew(() => spooled.Read(archive, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            return spooled;
        }
        catch
        {
            await spooled.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The file at a path in the archive, following links; null if there is none.</summary>
    public SpooledFile? Find(string path)
    {
        path = Normalize(path);
        for (int steps = 0; steps < MaxLinkSteps; steps++)
        {
            if (_files.TryGetValue(path, out SpooledFile? file))
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

    /// <summary>The file at a path that must be in the archive.</summary>
    public SpooledFile Get(string path) => Find(path) ?? throw QuaiException.Invalid($"invalid archive: open {path}: no such file or directory");

    /// <summary>All bytes of a small file.</summary>
    public byte[] ReadBytes(string path, int limit)
    {
        SpooledFile file = Get(path);
        if (file.Length > limit)
        {
            throw QuaiException.Invalid($"invalid archive: {path} is larger than {limit} bytes");
        }

        Charge(Math.Max(file.Length, LeastDocument));
        return File.ReadAllBytes(file.FilePath);
    }

    /// <summary>Counts the work that documents cause, in bytes read: a few of them could ask for the same again and again.</summary>
    /// <exception cref="QuaiException">It is more than any real archive causes.</exception>
    public void Charge(long bytes)
    {
        _documents += bytes;
        if (_documents > MaxDocuments)
        {
            throw QuaiException.Invalid($"invalid archive: its manifests ask for more than {MaxDocuments >> 20} MiB of manifests and configurations");
        }
    }

    /// <summary>The file of a blob in an OCI layout, verified.</summary>
    public SpooledFile? FindBlob(Digest digest)
    {
        SpooledFile? file = Find($"blobs/{digest.Algorithm}/{digest.Hex}");
        return file is null ? null
            : file.Digest == digest ? file
            : throw QuaiException.Invalid($"invalid archive: blobs/{digest.Algorithm}/{digest.Hex} has digest {file.Digest}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SpooledFile file in _files.Values)
        {
            await file.DisposeAsync().ConfigureAwait(false);
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

    /// <summary>The digest that a path in an OCI layout names.</summary>
    private static Digest? DigestOf(string path) =>
        path.Split('/') is ["blobs", var algorithm, var hex] && Digest.TryParse($"{algorithm}:{hex}", out Digest digest) ? digest : null;

    /// <summary>A layer's name while it is loaded: its file's name, since nothing else is known about it.</summary>
    private static string ShortName(string path)
    {
        string[] parts = path.Split('/');
        string name = DigestOf(path)?.Hex ?? (parts.Length > 1 && parts[^1] == "layer.tar" ? parts[^2] : parts[^1]);
        return name.Length > 12 ? name[..12] : name;
    }

    private void Read(Stream archive, CancellationToken cancellation)
    {
        using var source = new SyncStream(archive, cancellation);
        using var unpacked = UnpackedStream.Open(source);
        var reader = new TarReader(unpacked);
        while (reader.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            ReadEntry(reader, cancellation);
        }

        reader.Drain();
    }

    private void ReadEntry(TarReader reader, CancellationToken cancellation)
    {
        TarEntry entry = reader.Entry;
        string path = Normalize(Encoding.UTF8.GetString(entry.Name));
        bool isLink = entry.Type is TarEntryType.SymbolicLink or TarEntryType.HardLink;
        if (!isLink && !entry.IsFile)
        {
            return;
        }

        _names += entry.Name.Length + (isLink ? entry.LinkName.Length : 0);
        if (_files.Count + _links.Count >= MaxFiles || _names > MaxNames)
        {
            throw QuaiException.Invalid($"invalid archive: it has more than {MaxFiles} files, or names of more than {MaxNames >> 20} MiB");
        }

        if (entry.Type == TarEntryType.SymbolicLink)
        {
            // Older versions of docker save write a layer that two images share once, and link to it.
            string target = Encoding.UTF8.GetString(entry.LinkName);
            _links[path] = Normalize(target.StartsWith('/') ? target : $"{path[..(path.LastIndexOf('/') + 1)]}{target}");
            return;
        }

        if (entry.Type == TarEntryType.HardLink)
        {
            _links[path] = Normalize(Encoding.UTF8.GetString(entry.LinkName));
            return;
        }

        SpooledFile file = ReadFile(reader, path, cancellation);
        if (_files.Remove(path, out SpooledFile? before))
        {
            before.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        _files[path] = file;
    }

    private SpooledFile ReadFile(TarReader reader, string path, CancellationToken cancellation)
    {
        Digest? named = DigestOf(path);
        if (named is { } digest && _blobs.HoldAsync(digest, _job.Lease, cancellation).GetAwaiter().GetResult() is { } stored && File.Exists(_blobs.PathOf(digest)))
        {
            return SpooledFile.Stored(digest, _blobs.PathOf(digest), stored);
        }

        long size = reader.Entry.Size;
        var says = new LayerProgress(_job.Progress, ShortName(path), _time);
        var content = new PeekedContent(reader, read => says.Advance("Loading layer", read, size));
        ReadOnlySpan<byte> start = content.Peek();
        CompressionKind kind = Compression.Detect(start);
        IngestFile file = _blobs.Begin();
        try
        {
            if (named?.Algorithm == "sha512")
            {
                file.Reset(System.Security.Cryptography.HashAlgorithmName.SHA512);
            }

            // Only a SHA-256 digest can also be a layer's own.
            return (kind != CompressionKind.None || TarReader.IsHeader(start)) && named?.Algorithm is not "sha512"
                ? ReadLayer(content, kind, file, named is not null, cancellation)
                : ReadPlain(content, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SpooledFile ReadPlain(PeekedContent content, IngestFile file)
    {
        byte[] buffer = new byte[128 * 1024];
        int count;
        while ((count = content.Read(buffer)) > 0)
        {
            file.Write(buffer.AsSpan(0, count));
        }

        return SpooledFile.Written(file);
    }

    private SpooledFile ReadLayer(PeekedContent content, CompressionKind kind, IngestFile file, bool named, CancellationToken cancellation)
    {
        if (named && kind is CompressionKind.Bzip2 or CompressionKind.Xz)
        {
            // Its digest is over the compressed bytes, which therefore have to be kept.
            return ReadPlain(content, file);
        }

        PendingLayer layer = _snapshots.BeginLayerAsync(cancellation).GetAwaiter().GetResult();
        try
        {
            IngestedLayer result = LayerIngest.Run(content, kind, file, layer.Directory, cancellation);
            if (result.Failure is null)
            {
                return SpooledFile.Unpacked(file, layer, result.DiffId, result.Size);
            }
        }
        catch
        {
            layer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        // It may not be a layer at all. If an image names it, unpacking it again will report what is wrong.
        layer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return SpooledFile.Written(file);
    }

    /// <summary>An entry's content, whose first bytes are inspected before it is read.</summary>
    private sealed class PeekedContent(TarReader reader, Action<long> read) : ReadOnlyStream
    {
        private readonly byte[] _start = new byte[512];
        private int _length = -1, _given;
        private long _total;

        public ReadOnlySpan<byte> Peek()
        {
            _length = 0;
            int count;
            while (_length < _start.Length && (count = reader.Read(_start.AsSpan(_length))) > 0)
            {
                _length += count;
            }

            return _start.AsSpan(0, _length);
        }

        public override int Read(Span<byte> buffer)
        {
            if (_given < _length)
            {
                int again = Math.Min(buffer.Length, _length - _given);
                _start.AsSpan(_given, again).CopyTo(buffer);
                _given += again;
                return again;
            }

            int count = reader.Read(buffer);
            _total += count;
            if (count > 0)
            {
                read(_total + _length);
            }

            return count;
        }
    }
}
