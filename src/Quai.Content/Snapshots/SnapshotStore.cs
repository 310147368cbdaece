using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Metadata;

namespace Quai.Content.Snapshots;

/// <summary>
/// Directories that overlayfs mounts: <c>snapshots/N/fs</c> for a layer or a container, and <c>snapshots/N/work</c> beside a container's.
/// Numbers keep mount options short. Each is recorded before it is created.
/// </summary>
public sealed partial class SnapshotStore : IAsyncDisposable
{
    private readonly MetadataDatabase _database;
    private readonly CollectionGate _gate;
    private readonly Trash _trash;
    private readonly FileDescriptor _folder;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _unpacking = new();
    private readonly ConcurrentDictionary<long, long> _disk = new();

    // Those whose record is being deleted, or is deleted, and whose folder still exists.
    private readonly ConcurrentDictionary<long, bool> _leaving = new();

    internal SnapshotStore(string root, MetadataDatabase database, CollectionGate gate, ILogger logger)
    {
        Folder = Path.Combine(root, "snapshots");
        _database = database;
        _gate = gate;
        PrivateFolder.Make(Folder);
        _folder = FileCalls.OpenDirectory(Folder);
        FileCalls.TrySpreadSubdirectories(_folder.Number);
        _trash = new Trash(Path.Combine(root, "trash"), Folder, logger);
    }

    /// <summary>The folder of all snapshots, each in a subfolder named by its number.</summary>
    public string Folder { get; }

    /// <summary>Reserves and creates a writable snapshot. It keeps the layers under it until it is removed.</summary>
    /// <param name="key">Who will write to it.</param>
    /// <param name="parent">
    /// Determines what it is stacked on, in the transaction that reserves it: a concurrent removal of that has either finished, or sees the snapshot. An
    /// exception undoes the reservation.
    /// </param>
    /// <param name="cancellation">Nothing is left behind.</param>
    /// <exception cref="QuaiException">There is already a snapshot with that key, or a layer is missing.</exception>
    public async Task<Snapshot> PrepareAsync(string key, Func<SqliteConnection, SnapshotParent> parent, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (long Number, string Lower) snapshot;
        try
        {
            snapshot = await _database.WriteAsync(
                c =>
                {
                    SnapshotParent below = parent(c);
                    string lower = string.Join(':', below.ChainIds.Reverse().Select(chain => $"{NumberOf(c, chain)}/fs"));
                    long number = c.Scalar<long>(
                        "INSERT INTO snapshots(key, image_id, lower, state) VALUES ($k, $i, $l, $s) RETURNING number",
                        ("$k", key), ("$i", below.Origin), ("$l", lower), ("$s", ContentSchema.Ready));
                    return (number, lower);
                },
                cancellation).ConfigureAwait(false);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19)
        {
            throw QuaiException.Conflict($"container {key} has a snapshot already", e);
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

    /// <summary>The snapshot of a writer.</summary>
    /// <exception cref="QuaiException">There is none.</exception>
    public Snapshot Get(string key)
    {
        List<Snapshot> found = _database.Read(c => c.Rows("SELECT number, lower FROM snapshots WHERE key=$k", r => Describe(key, r.GetInt64(0), r.GetString(1)), ("$k", key)));
        return found is [Snapshot only] ? only : throw QuaiException.NotFound($"container {key} has no snapshot");
    }

    /// <summary>Forgets a writable snapshot and removes its files. The layers under it stay until the next collection.</summary>
    /// <returns>What it was made from (<see cref="SnapshotParent.Origin"/>); null if there is no such snapshot.</returns>
    public async Task<string?> RemoveAsync(string key, CancellationToken cancellation)
    {
        (long Number, string? Origin)? removed = await _database.WriteAsync<(long, string?)?>(
            c =>
            {
                List<(long Number, string? Origin)> rows =
                    c.Rows("DELETE FROM snapshots WHERE key=$k RETURNING number, image_id", r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1)), ("$k", key));
                rows.ForEach(r => _leaving[r.Number] = true);
                return rows is [var row] ? row : null;
            },
            cancellation).ConfigureAwait(false);
        if (removed is not { } gone)
        {
            return null;
        }

        Discard(gone.Number);
        return gone.Origin;
    }

    /// <summary>Bytes of the files that were written to a snapshot.</summary>
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

    /// <summary>Removes the files of snapshots whose records were just removed.</summary>
    internal void Delete(IEnumerable<long> numbers)
    {
        foreach (long number in numbers)
        {
            _disk.TryRemove(number, out _);
            Discard(number);
        }
    }

    /// <summary>Whether a folder exists that no record owns and nobody is removing.</summary>
    public bool IsStray(string name) => !(long.TryParse(name, out long number) && _leaving.ContainsKey(number)) && Path.Exists(Path.Combine(Folder, name));

    /// <summary>Syncs the files of all layers to disk.</summary>
    public Task SyncAsync(CancellationToken cancellation) => Task.Run(() => FileCalls.SyncFileSystem(_folder.Number, Folder), cancellation);

    /// <summary>Waits for files that are being deleted.</summary>
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
        new(key, Folder, lower.Length == 0 ? [$"{number}/none"] : lower.Split(':'), $"{number}/fs", $"{number}/work");

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

        if (lower.Length == 0)
        {
            // Overlayfs has at least one directory below.
            FileCalls.MakeDirectory(_folder.Number, name + "/none", 0x1ed);
        }

        FileCalls.MakeDirectory(_folder.Number, name + "/work", 0x1c0);
    }

    internal async Task ForgetAsync(long number)
    {
        _leaving[number] = true;
        await _database.WriteAsync(c => c.Run("DELETE FROM snapshots WHERE number=$n", ("$n", number)), CancellationToken.None).ConfigureAwait(false);
        Discard(number);
    }

    private void Discard(long number)
    {
        _trash.Throw(Name(number));
        _leaving.TryRemove(number, out _);
    }
}
