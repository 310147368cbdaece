using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Metadata;

namespace Quai.Images.Snapshots;

/// <summary>
/// Directories that overlayfs mounts: <c>snapshots/N/fs</c> for a layer or a container, and <c>snapshots/N/work</c> beside a container's.
/// Numbers keep mount options short. Each is recorded before it is made.
/// </summary>
internal sealed partial class SnapshotStore : IAsyncDisposable
{
    private readonly MetadataDatabase _database;
    private readonly CollectionGate _gate;
    private readonly Trash _trash;
    private readonly FileDescriptor _folder;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _unpacking = new();
    private readonly ConcurrentDictionary<long, long> _disk = new();

    // Those whose record goes, or is gone, and whose folder is still there.
    private readonly ConcurrentDictionary<long, bool> _leaving = new();

    public SnapshotStore(string root, MetadataDatabase database, CollectionGate gate, ILogger logger)
    {
        Folder = Path.Combine(root, "snapshots");
        _database = database;
        _gate = gate;
        PrivateFolder.Make(Folder);
        _folder = FileCalls.OpenDirectory(Folder);
        FileCalls.TrySpreadSubdirectories(_folder.Number);
        _trash = new Trash(Path.Combine(root, "trash"), Folder, logger);
    }

    /// <summary>The folder that all snapshots are in.</summary>
    public string Folder { get; }

    /// <summary>Whether a layer is unpacked; the lease keeps it from then on.</summary>
    public async Task<bool> HoldLayerAsync(string chainId, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(chainId);
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return IsReady(chainId);
    }

    /// <summary>
    /// Makes sure a layer is unpacked: runs <paramref name="unpack"/> on a new directory unless it is there already, or another caller is just
    /// making it. It is found by others when <paramref name="unpack"/> has returned its size.
    /// </summary>
    public async Task MakeLayerAsync(string chainId, Lease lease, Func<string, Task<long>> unpack, CancellationToken cancellation)
    {
        SemaphoreSlim turn = _unpacking.GetOrAdd(chainId, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false))
            {
                return;
            }

            long number = await _database.WriteAsync(
                c => c.Scalar<long>("INSERT INTO snapshots(chain_id, state) VALUES ($c, $s) RETURNING number", ("$c", chainId), ("$s", Schema.Preparing)),
                cancellation).ConfigureAwait(false);
            try
            {
                string name = Name(number);
                FileCalls.MakeDirectory(_folder.Number, name, 0x1c0);
                FileCalls.MakeDirectory(_folder.Number, name + "/fs", 0x1ed);
                long size = await unpack(Path.Combine(Folder, name, "fs")).ConfigureAwait(false);
                await _database.WriteAsync(
                    c => c.Run("UPDATE snapshots SET state=$s, size=$z WHERE number=$n", ("$s", Schema.Ready), ("$z", size), ("$n", number)),
                    cancellation).ConfigureAwait(false);
            }
            catch
            {
                await ForgetAsync(number).ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reserves and makes a container's snapshot.</summary>
    public async Task<Snapshot> PrepareAsync(string key, StoredImage image, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (long Number, string Lower)? made;
        try
        {
            // The layers are read in the transaction that reserves them: an image may be removed and pulled anew at any time.
            made = await _database.WriteAsync<(long, string)?>(
                c =>
                {
                    string lower = string.Join(':', c.Rows(
                        "SELECT s.number FROM image_layers l JOIN snapshots s ON s.chain_id=l.chain_id WHERE l.image_id=$i ORDER BY l.position DESC",
                        r => $"{r.GetInt64(0)}/fs",
                        ("$i", image.Image.Id)));
                    return c.Rows(
                        "INSERT INTO snapshots(key, image_id, lower, state) SELECT $k, id, $l, $s FROM images WHERE id=$i RETURNING number",
                        r => (r.GetInt64(0), lower),
                        ("$k", key), ("$i", image.Image.Id), ("$l", lower), ("$s", Schema.Ready)) is [var row] ? row : null;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Microsoft.Data.Sqlite.SqliteException e) when (e.SqliteErrorCode == 19)
        {
            throw QuaiException.Conflict($"container {key} has a snapshot already", e);
        }

        if (made is not { } snapshot)
        {
            throw new ImageNotFoundException(image.Image.Id);
        }

        try
        {
            MakeDirectories(snapshot.Number, snapshot.Lower);
        }
        catch
        {
            await ForgetAsync(snapshot.Number).ConfigureAwait(false);
            throw;
        }

        return Describe(key, snapshot.Number, snapshot.Lower);
    }

    /// <summary>A container's snapshot.</summary>
    public Snapshot Get(string key)
    {
        List<Snapshot> found = _database.Read(c => c.Rows("SELECT number, lower FROM snapshots WHERE key=$k", r => Describe(key, r.GetInt64(0), r.GetString(1)), ("$k", key)));
        return found is [Snapshot only] ? only : throw QuaiException.NotFound($"container {key} has no snapshot");
    }

    /// <summary>Forgets a container's snapshot; true when it was the last to need a removed image's layers.</summary>
    public async Task<bool> RemoveAsync(string key, CancellationToken cancellation)
    {
        (long Number, bool Orphans)? removed = await _database.WriteAsync<(long, bool)?>(
            c =>
            {
                List<(long Number, string Image)> rows = c.Rows("DELETE FROM snapshots WHERE key=$k RETURNING number, image_id", r => (r.GetInt64(0), r.GetString(1)), ("$k", key));
                rows.ForEach(r => _leaving[r.Number] = true);
                return rows is [var row] ? (row.Number, c.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", row.Image)) is null) : null;
            },
            cancellation).ConfigureAwait(false);
        if (removed is not { } gone)
        {
            return false;
        }

        ThrowAway(gone.Number);
        return gone.Orphans;
    }

    /// <summary>Bytes of the files in a container's writable layer.</summary>
    public Task<long> SizeAsync(string key, CancellationToken cancellation)
    {
        string path = Path.Combine(Folder, Get(key).Upper);
        return Task.Run(
            () =>
            {
                using FileDescriptor directory = FileCalls.OpenDirectory(path);
                return FileCalls.TreeSize(directory.Number);
            },
            cancellation);
    }

    /// <summary>Bytes of the disk that an unpacked layer takes. It never changes, so it is found out once; 0 for one that is gone.</summary>
    public long DiskOf(long number)
    {
        if (_disk.TryGetValue(number, out long known))
        {
            return known;
        }

        try
        {
            return _disk[number] = Usage(Path.Combine(Folder, Name(number)));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return 0;
        }
    }

    /// <summary>Takes away the files of snapshots whose records were just removed.</summary>
    public void Delete(IEnumerable<long> numbers)
    {
        foreach (long number in numbers)
        {
            _disk.TryRemove(number, out _);
            ThrowAway(number);
        }
    }

    /// <summary>Whether a folder is here that no record owns and nobody is just taking away.</summary>
    public bool IsStray(string name) => !(long.TryParse(name, out long number) && _leaving.ContainsKey(number)) && Path.Exists(Path.Combine(Folder, name));

    /// <summary>Puts the files of all layers on the disk.</summary>
    public Task SyncAsync(CancellationToken cancellation) => Task.Run(() => FileCalls.SyncFileSystem(_folder.Number, Folder), cancellation);

    public async ValueTask DisposeAsync()
    {
        await _trash.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    private static long Usage(string path)
    {
        using FileDescriptor directory = FileCalls.OpenDirectory(path);
        return FileCalls.TreeUsage(directory.Number);
    }

    private static string Name(long number) => number.ToString();

    private Snapshot Describe(string key, long number, string lower) =>
        new(key, Folder, lower.Length == 0 ? [] : lower.Split(':'), $"{number}/fs", $"{number}/work");

    private bool IsReady(string chainId) =>
        _database.Read(c => c.Scalar<long?>("SELECT number FROM snapshots WHERE chain_id=$c AND state=$s", ("$c", chainId), ("$s", Schema.Ready))) is not null;

    private void MakeDirectories(long number, string lower)
    {
        string name = Name(number);
        FileCalls.MakeDirectory(_folder.Number, name, 0x1c0);

        // The root of the container shows the mode and owner of the uppermost directory.
        int end = lower.IndexOf(':', StringComparison.Ordinal);
        FileStatus top = lower.Length == 0 ? new FileStatus(0x1ed, 0, 0, 0, 0, 0, 0, 0) : FileCalls.Status(_folder.Number, end < 0 ? lower : lower[..end]);
        FileCalls.MakeDirectory(_folder.Number, name + "/fs", top.Mode & 0xfff);
        if ((top.Uid | top.Gid) != 0)
        {
            FileCalls.ChangeOwner(_folder.Number, name + "/fs", top.Uid, top.Gid);
        }

        FileCalls.MakeDirectory(_folder.Number, name + "/work", 0x1c0);
    }

    private async Task ForgetAsync(long number)
    {
        _leaving[number] = true;
        await _database.WriteAsync(c => c.Run("DELETE FROM snapshots WHERE number=$n", ("$n", number)), CancellationToken.None).ConfigureAwait(false);
        ThrowAway(number);
    }

    private void ThrowAway(long number)
    {
        _trash.Throw(Name(number));
        _leaving.TryRemove(number, out _);
    }
}
