using Microsoft.Win32.SafeHandles;
using Microsoft.Data.Sqlite;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Trees;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Content.Blobs;

/// <summary>
/// Blobs by digest, kept byte for byte as received. A blob is written to an ingest file, verified, synced to disk, renamed to
/// its digest and recorded. A file without a record is swept at start.
/// </summary>
public sealed class BlobStore
{
    private const string PartialPrefix = "partial-";

    private readonly string _blobs;
    private readonly string _ingest;
    private readonly MetadataDatabase _database;
    private readonly CollectionGate _gate;

    internal BlobStore(string root, MetadataDatabase database, CollectionGate gate)
    {
        _blobs = Path.Combine(root, "content", "blobs");
        _ingest = Path.Combine(root, "content", "ingest");
        _database = database;
        _gate = gate;
        foreach (string folder in (ReadOnlySpan<string>)[Path.GetDirectoryName(_blobs)!, _blobs, Path.Combine(_blobs, "sha256"), _ingest])
        {
            PrivateFolder.Make(folder);
        }
    }

    /// <summary>Makes the files of blobs that have none.</summary>
    internal IBlobMaker? Maker { get; set; }

    /// <summary>The path of a blob's file, which is made if it can be; where the blob is not here, nothing is at the path.</summary>
    /// <param name="digest">The blob; the caller holds it.</param>
    /// <param name="cancellation">Leaves nothing half made.</param>
    public async Task<string> LocateAsync(Digest digest, CancellationToken cancellation)
    {
        string path = PathOf(digest);
        if (Maker is not null && !File.Exists(path))
        {
            await Maker.MakeAsync(digest, cancellation).ConfigureAwait(false);
        }

        return path;
    }

    /// <summary>Copies a blob, which need not have a file and gets none.</summary>
    /// <param name="digest">The blob; the caller holds it.</param>
    /// <param name="target">Takes it; written to by one thread at a time.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="QuaiException">Kind NotFound: it is not here.</exception>
    public async Task CopyToAsync(Digest digest, Stream target, CancellationToken cancellation)
    {
        try
        {
            using var file = new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            await file.CopyToAsync(target, 1 << 18, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (Maker is null || !await Maker.WriteAsync(digest, target, cancellation).ConfigureAwait(false))
            {
                throw QuaiException.NotFound($"blob {digest} not found: its file is missing", e);
            }
        }
    }

    /// <summary>Packs the layer of a blob that has no file, to see what becomes of it.</summary>
    /// <returns>The digest and the length in bytes of what was packed; null where there is no such layer.</returns>
    public Task<(Digest Digest, long Length)?> RepackAsync(Digest digest, CancellationToken cancellation) =>
        Maker?.TryAsync(digest, cancellation) ?? Task.FromResult<(Digest, long)?>(null);

    /// <summary>A blob's path, whether or not it exists: large layers have none until they are wanted, see <see cref="LocateAsync"/>.</summary>
    public string PathOf(Digest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex);

    /// <summary>A blob's size if it is here; the lease keeps it from then on.</summary>
    public async Task<long?> HoldAsync(Digest digest, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(digest.ToString());
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return _database.Read(c =>
        {
            // What it can be made of stays, too.
            ContentRecords.PackedFrom(c, digest.ToString()).ForEach(lease.Hold);
            return ContentRecords.SizeOf(c, digest.ToString());
        });
    }

    /// <summary>Opens an empty ingest file; disposing it without a commit removes it.</summary>
    public IngestFile Begin() => new(Path.Combine(_ingest, Guid.NewGuid().ToString("N")));

    /// <summary>
    /// Opens the ingest file of a blob that is being downloaded, with what an earlier attempt received. Disposing it without a commit leaves that for the next
    /// attempt. One caller at a time for each digest.
    /// </summary>
    public async Task<IngestFile> ResumeAsync(Digest digest, CancellationToken cancellation)
    {
        string path = PartialOf(digest);
        using (await _gate.EnterAsync(cancellation).ConfigureAwait(false))
        {
            // Nothing may remove the file between here and the opening.
            if (!File.Exists(path))
            {
                await File.Create(path).DisposeAsync().ConfigureAwait(false);
            }

            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }

        return await Task.Run(() => IngestFile.Resume(path, digest.AlgorithmName, cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes what an attempt to download a blob left; nobody may be downloading it.</summary>
    public void ForgetPartial(Digest digest) => File.Delete(PartialOf(digest));

    /// <summary>Turns a finished ingest file into the blob of its digest.</summary>
    /// <param name="file">Verified by the caller.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="lease">Keeps it.</param>
    /// <param name="cancellation">Only before it is put in place.</param>
    /// <param name="record">What an owner records in the same transaction; null for nothing.</param>
    public async Task CommitAsync(IngestFile file, Digest digest, Lease lease, CancellationToken cancellation, Action<SqliteConnection>? record = null)
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
            c =>
            {
                c.Run("INSERT INTO blobs(digest, size) VALUES ($d, $s) ON CONFLICT(digest) DO NOTHING", ("$d", digest.ToString()), ("$s", file.Length));
                record?.Invoke(c);
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Stores bytes from memory as a blob; <paramref name="overwrite"/> writes them even if a blob with their digest exists.</summary>
    public async Task<Digest> AddAsync(ReadOnlyMemory<byte> bytes, Digest? expected, Lease lease, CancellationToken cancellation, bool overwrite = false)
    {
        Digest digest = expected ?? Digest.Of(bytes.Span);
        if (await HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null || overwrite)
        {
            using IngestFile file = Begin();
            file.Write(bytes.Span);
            await CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        }

        return digest;
    }

    /// <summary>Reads a blob that must exist.</summary>
    public long SizeOf(Digest digest) =>
        new FileInfo(PathOf(digest)) is { Exists: true } file ? file.Length : throw QuaiException.NotFound($"blob {digest} not found: its file is missing");

    /// <summary>The first bytes of a blob, as many as the buffer holds or the blob has.</summary>
    /// <returns>How many.</returns>
    public int ReadStart(Digest digest, Span<byte> buffer)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(PathOf(digest));
            return RandomAccess.Read(file, buffer, 0);
        }
        catch (FileNotFoundException)
        {
            throw QuaiException.NotFound($"blob {digest} not found: its file is missing");
        }
    }

    /// <summary>All bytes of a small blob.</summary>
    public byte[] Read(Digest digest, int limit)
    {
        var file = new FileInfo(PathOf(digest));
        return !file.Exists ? throw QuaiException.NotFound($"blob {digest} not found: its file is missing")
            : file.Length > limit ? throw QuaiException.Invalid($"blob {digest} is larger than {limit} bytes")
            : File.ReadAllBytes(file.FullName);
    }

    /// <summary>The disk space that a blob's file takes, in bytes; 0 if it is gone.</summary>
    public long DiskOf(Digest digest) => (long)(NodeStatusReader.TryRead(PathOf(digest))?.Blocks ?? 0) * 512;

    /// <summary>Deletes blobs' files; the caller has removed their records and holds the gate.</summary>
    internal void Delete(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            File.Delete(PathOf(Digest.Parse(digest)));
        }
    }

    /// <summary>Removes what unfinished downloads left; the caller holds the gate.</summary>
    /// <param name="before">Only what has not been written to since.</param>
    /// <param name="isHeld">Whether a digest is in use.</param>
    /// <returns>Bytes freed.</returns>
    public long SweepUnfinished(DateTimeOffset before, Func<string, bool> isHeld)
    {
        long freed = 0;
        foreach (FileInfo file in new DirectoryInfo(_ingest).EnumerateFiles(PartialPrefix + "*"))
        {
            string digest = file.Name[PartialPrefix.Length..].Replace('-', ':');
            if (file.LastWriteTimeUtc <= before && !isHeld(digest))
            {
                freed += file.Length;
                file.Delete();
            }
        }

        return freed;
    }

    /// <summary>At start: removes unfinished files, except downloads that can be resumed, and files without a record.</summary>
    internal void Sweep()
    {
        foreach (string file in Directory.EnumerateFiles(_ingest))
        {
            if (!Path.GetFileName(file).StartsWith(PartialPrefix, StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }

        foreach (string file in Strays())
        {
            File.Delete(file);
        }
    }

    /// <summary>Files among the blobs that have no record.</summary>
    public IReadOnlyList<string> Strays()
    {
        HashSet<string> known = [.. _database.Read(ContentRecords.Blobs).Select(b => b.Digest)];
        return
        [
            .. Directory.EnumerateDirectories(_blobs).SelectMany(Directory.EnumerateFiles)
                .Where(f => !known.Contains($"{Path.GetFileName(Path.GetDirectoryName(f))}:{Path.GetFileName(f)}")),
        ];
    }

    private string PartialOf(Digest digest) => Path.Combine(_ingest, $"{PartialPrefix}{digest.Algorithm}-{digest.Hex}");
}
