using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Linux;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Content;

/// <summary>
/// Blobs by digest, kept byte for byte as they came. A blob is written to an ingest file, verified, put on the disk, renamed to
/// its digest and recorded. A file without a record is swept at start.
/// </summary>
internal sealed class BlobStore
{
    private readonly string _blobs;
    private readonly string _ingest;
    private readonly MetadataDatabase _database;
    private readonly CollectionGate _gate;

    public BlobStore(string root, MetadataDatabase database, CollectionGate gate)
    {
        _blobs = Path.Combine(root, "content", "blobs");
        _ingest = Path.Combine(root, "content", "ingest");
        _database = database;
        _gate = gate;
        Directory.CreateDirectory(Path.Combine(_blobs, "sha256"));
        Directory.CreateDirectory(_ingest);
    }

    /// <summary>Where a blob lies, whether or not it is there.</summary>
    public string PathOf(Digest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex);

    /// <summary>A blob's size if it is here; the lease keeps it from then on.</summary>
    public async Task<long?> HoldAsync(Digest digest, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(digest.ToString());
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return _database.Read(c => c.Scalar<long?>("SELECT size FROM blobs WHERE digest=$d", ("$d", digest.ToString())));
    }

    /// <summary>Opens an empty ingest file; disposing it without a commit removes it.</summary>
    public IngestFile Begin() => new(Path.Combine(_ingest, Guid.NewGuid().ToString("N")));

    /// <summary>Makes a finished ingest file the blob of its digest.</summary>
    public async Task CommitAsync(IngestFile file, Digest digest, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(digest.ToString());
        file.Sync();
        string path = PathOf(digest);
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        file.MoveTo(path);
        using (FileDescriptor directory = FileCalls.OpenDirectory(folder))
        {
            FileCalls.Sync(directory.Number, folder);
        }

        await _database.WriteAsync(
            c => c.Run("INSERT INTO blobs(digest, size) VALUES ($d, $s) ON CONFLICT(digest) DO NOTHING", ("$d", digest.ToString()), ("$s", file.Length)),
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Keeps bytes in memory as a blob.</summary>
    public async Task<Digest> AddAsync(ReadOnlyMemory<byte> bytes, Digest? expected, Lease lease, CancellationToken cancellation)
    {
        Digest digest = expected ?? Digest.Of(bytes.Span);
        if (await HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null)
        {
            using IngestFile file = Begin();
            file.Write(bytes.Span);
            await CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        }

        return digest;
    }

    /// <summary>Bytes of a blob that must be there.</summary>
    public long SizeOf(Digest digest) =>
        new FileInfo(PathOf(digest)) is { Exists: true } file ? file.Length : throw QuaiException.NotFound($"blob {digest} not found: its file is missing");

    /// <summary>All bytes of a small blob.</summary>
    public byte[] Read(Digest digest, int limit)
    {
        var file = new FileInfo(PathOf(digest));
        return !file.Exists ? throw QuaiException.NotFound($"blob {digest} not found: its file is missing")
            : file.Length > limit ? throw QuaiException.Invalid($"blob {digest} is larger than {limit} bytes")
            : File.ReadAllBytes(file.FullName);
    }

    /// <summary>Deletes blobs' files; the caller has removed their records and holds the gate.</summary>
    public void Delete(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            File.Delete(PathOf(Digest.Parse(digest)));
        }
    }

    /// <summary>At start: removes unfinished files and those without a record.</summary>
    public void Sweep()
    {
        foreach (string file in Directory.EnumerateFiles(_ingest))
        {
            File.Delete(file);
        }

        HashSet<string> known = [.. _database.Read(c => c.Rows("SELECT digest FROM blobs", r => r.GetString(0)))];
        foreach (string folder in Directory.EnumerateDirectories(_blobs))
        {
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                if (!known.Contains($"{Path.GetFileName(folder)}:{Path.GetFileName(file)}"))
                {
                    File.Delete(file);
                }
            }
        }
    }
}
