using Microsoft.Data.Sqlite;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Linux;
using Quai.Metadata;

namespace Quai.Content.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>Whether a layer is unpacked; the lease keeps it from then on.</summary>
    public async Task<bool> HoldLayerAsync(string chainId, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(chainId);
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return IsReady(chainId);
    }

    /// <summary>
    /// Makes sure a layer is unpacked: runs <paramref name="unpack"/> on a new directory unless the layer exists already, or another caller is
    /// creating it. Others can find it once <paramref name="unpack"/> has returned its size.
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
                c => c.Scalar<long>("INSERT INTO snapshots(chain_id, state) VALUES ($c, $s) RETURNING number", ("$c", chainId), ("$s", ContentSchema.Preparing)),
                cancellation).ConfigureAwait(false);
            try
            {
                string name = Name(number);
                FileCalls.MakeDirectory(_folder.Number, name, 0x1c0);
                FileCalls.MakeDirectory(_folder.Number, name + "/fs", 0x1ed);
                long size = await unpack(Path.Combine(Folder, name, "fs")).ConfigureAwait(false);
                await _database.WriteAsync(
                    c => c.Run("UPDATE snapshots SET state=$s, size=$z WHERE number=$n", ("$s", ContentSchema.Ready), ("$z", size), ("$n", number)),
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

    /// <summary>
    /// Begins a layer whose place in a stack is not known yet: it is unpacked as it arrives, and named when its place is known. Recorded before it is created,
    /// so that a crash leaves nothing.
    /// </summary>
    public async Task<PendingLayer> BeginLayerAsync(CancellationToken cancellation)
    {
        long number = await _database.WriteAsync(
            c => c.Scalar<long>("INSERT INTO snapshots(state) VALUES ($s) RETURNING number", ("$s", ContentSchema.Preparing)),
            cancellation).ConfigureAwait(false);
        try
        {
            string name = Name(number);
            FileCalls.MakeDirectory(_folder.Number, name, 0x1c0);
            FileCalls.MakeDirectory(_folder.Number, name + "/fs", 0x1ed);
            return new PendingLayer(this, number, Path.Combine(Folder, name, "fs"));
        }
        catch
        {
            await ForgetAsync(number).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Turns what was written to a snapshot into a layer as it is, without reading or copying it. Its name says nothing of its content, which nobody has looked at yet;
    /// see <see cref="NameLayer"/>.
    /// </summary>
    /// <param name="key">Who wrote to the snapshot; nobody may from now on.</param>
    /// <param name="name">The layer's chain id for the time being.</param>
    /// <param name="size">Bytes of its files.</param>
    /// <param name="lease">Keeps the layer until it has an owner.</param>
    /// <param name="cancellation">Only before it is one.</param>
    /// <exception cref="QuaiException">There is no such snapshot.</exception>
    public async Task SealAsync(string key, string name, long size, Lease lease, CancellationToken cancellation)
    {
        lease.Hold(name);
        List<long> numbers = await _database.WriteAsync(
            c => c.Rows(
                "UPDATE snapshots SET key=NULL, image_id=NULL, lower='', chain_id=$c, size=$z WHERE key=$k RETURNING number",
                r => r.GetInt64(0), ("$c", name), ("$z", size), ("$k", key)),
            cancellation).ConfigureAwait(false);
        if (numbers is not [long number])
        {
            throw QuaiException.NotFound($"there is no snapshot {key}");
        }

        // overlayfs leaves a folder in its work directory, which no mount uses any more.
        FileCalls.RemoveTree(_folder.Number, Name(number) + "/work");
    }

    /// <summary>Gives a sealed layer its true chain id, unless there is a layer of that name: then the sealed one stays as it is, and the other is to be used.</summary>
    /// <param name="connection">In a transaction, in which owners write the new name down.</param>
    /// <param name="name">Its name so far.</param>
    /// <param name="chainId">Its true chain id.</param>
    public static void NameLayer(SqliteConnection connection, string name, string chainId) => connection.Run(
        "UPDATE snapshots SET chain_id=$t WHERE chain_id=$c AND NOT EXISTS (SELECT 1 FROM snapshots WHERE chain_id=$t AND state=$s)",
        ("$t", chainId), ("$c", name), ("$s", ContentSchema.Ready));

    /// <summary>The folder of a complete layer; null where there is none of that name.</summary>
    public string? DirectoryOf(string chainId)
    {
        long? number = _database.Read(c => c.Scalar<long?>("SELECT number FROM snapshots WHERE chain_id=$c AND state=$s", ("$c", chainId), ("$s", ContentSchema.Ready)));
        return number is { } found ? Path.Combine(Folder, Name(found), "fs") : null;
    }

    /// <summary>The disk space that an unpacked layer takes, in bytes. It never changes, so it is measured once; 0 for one that is gone.</summary>
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

    /// <summary>Makes a pending layer the layer of a chain, unless that exists already; it is consumed either way.</summary>
    /// <returns>Whether it was taken.</returns>
    internal async Task<bool> KeepAsync(long number, string chainId, long size, Lease lease, CancellationToken cancellation)
    {
        SemaphoreSlim turn = _unpacking.GetOrAdd(chainId, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false))
            {
                return false;
            }

            await _database.WriteAsync(
                c => c.Run("UPDATE snapshots SET chain_id=$c, state=$s, size=$z WHERE number=$n", ("$c", chainId), ("$s", ContentSchema.Ready), ("$z", size), ("$n", number)),
                cancellation).ConfigureAwait(false);
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    private static long NumberOf(SqliteConnection connection, string chainId) =>
        connection.Scalar<long?>("SELECT number FROM snapshots WHERE chain_id=$c AND state=$s", ("$c", chainId), ("$s", ContentSchema.Ready))
        ?? throw QuaiException.NotFound($"layer {chainId} is not unpacked");

    private bool IsReady(string chainId) =>
        _database.Read(c => c.Scalar<long?>("SELECT number FROM snapshots WHERE chain_id=$c AND state=$s", ("$c", chainId), ("$s", ContentSchema.Ready))) is not null;
}
