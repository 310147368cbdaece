using Microsoft.Data.Sqlite;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>
/// Packs the folders of unpacked layers into uncompressed archives. The same folder always gives the same archive, so that of a large layer is only digested: its blob is
/// recorded without a file, which is made when somebody wants it, for a push, say. Most never do, and then the layer is on the disk once.
/// </summary>
public sealed class LayerPacking : IBlobMaker, IDisposable
{
    /// <summary>Bytes of files from which on a layer is large: to write less than that takes less time than to sync the layer's folder.</summary>
    public const long LargeLayer = 16 << 20;

    private readonly MetadataDatabase _database;
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly LayerStore _layers;
    private readonly Leases _leases;
    private readonly SemaphoreSlim _making = new(1, 1);

    internal LayerPacking(MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, LayerStore layers, Leases leases)
    {
        _database = database;
        _blobs = blobs;
        _snapshots = snapshots;
        _layers = layers;
        _leases = leases;
    }

    /// <summary>Packs a layer, or only digests it if it is large.</summary>
    /// <param name="chainId">The layer's name.</param>
    /// <param name="directory">The layer's folder, in overlayfs's form; it is not changed.</param>
    /// <param name="size">Bytes of its files.</param>
    /// <param name="lease">Keeps the blob until it has an owner.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <returns>The archive's digest, which is the layer's diff id and the blob's digest in one, and its length in bytes.</returns>
    public async Task<(Digest DiffId, long Length)> PackAsync(string chainId, string directory, long size, Lease lease, CancellationToken cancellation)
    {
        if (size >= LargeLayer)
        {
            (Digest digested, long length) = await DigestAsync(directory, cancellation).ConfigureAwait(false);
            lease.Hold(digested.ToString());
            _layers.MarkUnsynced(chainId);
            await _database.WriteAsync(
                c =>
                {
                    c.Run("INSERT INTO blobs(digest, size) VALUES ($d, $s) ON CONFLICT(digest) DO NOTHING", ("$d", digested.ToString()), ("$s", length));
                    ContentRecords.AddPackable(c, digested.ToString(), chainId);
                },
                cancellation).ConfigureAwait(false);
            return (digested, length);
        }

        using IngestFile file = _blobs.Begin();
        Digest digest = await WriteAsync(directory, file, cancellation).ConfigureAwait(false);
        await _blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        return (digest, file.Length);
    }

    /// <summary>Packs a layer with the times of its files no later than a given one.</summary>
    /// <param name="directory">The layer's folder; it is not changed.</param>
    /// <param name="latest">The time.</param>
    /// <param name="lease">Keeps the blob until it has an owner.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <returns>As <see cref="PackAsync"/>, of a layer that is another one than the folder.</returns>
    public async Task<(Digest DiffId, long Length)> PackDatedAsync(string directory, DateTimeOffset latest, Lease lease, CancellationToken cancellation)
    {
        long seconds = latest.ToUnixTimeSeconds();
        using IngestFile file = _blobs.Begin();
        Digest digest = await WriteAsync(directory, file, cancellation, time => Math.Min(time, seconds)).ConfigureAwait(false);
        await _blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        return (digest, file.Length);
    }

    /// <summary>Says that a blob without a file can be made of another layer, too, which has the same files. Any other blob stays as it is.</summary>
    public async Task ShareAsync(string digest, string chainId, CancellationToken cancellation)
    {
        if (_database.Read(c => ContentRecords.IsPackable(c, digest)))
        {
            _layers.MarkUnsynced(chainId);
            await _database.WriteAsync(c => ContentRecords.AddPackable(c, digest, chainId), cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    async Task IBlobMaker.MakeAsync(Digest digest, CancellationToken cancellation)
    {
        using Lease lease = _leases.Begin();
        await _making.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Whoever had the turn before may have made it.
            foreach (string directory in File.Exists(_blobs.PathOf(digest)) ? [] : await SourcesAsync(digest, lease, cancellation).ConfigureAwait(false))
            {
                using IngestFile file = _blobs.Begin();
                if (await WriteAsync(directory, file, cancellation).ConfigureAwait(false) == digest)
                {
                    await _blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
                    return;
                }
            }
        }
        finally
        {
            _making.Release();
        }
    }

    /// <inheritdoc/>
    async Task<bool> IBlobMaker.WriteAsync(Digest digest, Stream target, CancellationToken cancellation)
    {
        using Lease lease = _leases.Begin();
        if (await SourcesAsync(digest, lease, cancellation).ConfigureAwait(false) is not [var directory, ..])
        {
            return false;
        }

        using var copy = new DigestStream(target);
        await DeepThread.RunAsync("pack", () => Pack(directory, copy, null, cancellation)).ConfigureAwait(false);
        return await copy.CompleteAsync().ConfigureAwait(false) == digest;
    }

    /// <inheritdoc/>
    async Task<(Digest Digest, long Length)?> IBlobMaker.TryAsync(Digest digest, CancellationToken cancellation)
    {
        using Lease lease = _leases.Begin();
        (Digest, long)? made = null;
        foreach (string directory in await SourcesAsync(digest, lease, cancellation).ConfigureAwait(false))
        {
            made = await DigestAsync(directory, cancellation).ConfigureAwait(false);
            if (made.Value.Item1 == digest)
            {
                break;
            }
        }

        return made;
    }

    /// <inheritdoc/>
    public void Dispose() => _making.Dispose();

    private async Task<IReadOnlyList<string>> SourcesAsync(Digest digest, Lease lease, CancellationToken cancellation)
    {
        List<string> directories = [];
        foreach (string chain in _database.Read(c => ContentRecords.PackedFrom(c, digest.ToString())))
        {
            if (await _snapshots.HoldLayerAsync(chain, lease, cancellation).ConfigureAwait(false) && _snapshots.DirectoryOf(chain) is { } directory)
            {
                directories.Add(directory);
            }
        }

        return directories;
    }

    private static async Task<Digest> WriteAsync(string directory, IngestFile file, CancellationToken cancellation, Func<long, long>? date = null)
    {
        using var sink = new IngestStream(file);
        await DeepThread.RunAsync("pack", () => Pack(directory, sink, date, cancellation)).ConfigureAwait(false);
        return file.Digest();
    }

    private static async Task<(Digest Digest, long Length)> DigestAsync(string directory, CancellationToken cancellation)
    {
        using var sink = new DigestStream();
        await DeepThread.RunAsync("pack", () => Pack(directory, sink, null, cancellation)).ConfigureAwait(false);
        return (await sink.CompleteAsync().ConfigureAwait(false), sink.Written);
    }

    private static void Pack(string directory, Stream sink, Func<long, long>? date, CancellationToken cancellation)
    {
        using FileDescriptor root = DetachedRoot.Open(new RootSource.Folder(directory), [], rootReadOnly: true, allReadOnly: true, directory);
        using FileDescriptor opened = Openat2.Open(root.Number, ".", FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        var tar = new TarWriter(sink);
        new TreePacker(tar, new TreePackerOptions { OverlayMarks = true, Date = date }, cancellation).PackContent(opened, default);
        tar.Finish();
    }
}
