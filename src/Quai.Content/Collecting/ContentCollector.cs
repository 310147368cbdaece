using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Quai.Content.Blobs;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Content.Collecting;

/// <summary>Removes the blobs and layers that nobody owns: no <see cref="IContentOwner"/>, no lease and, for layers, no snapshot stacked on them.</summary>
public sealed partial class ContentCollector
{
    private readonly MetadataDatabase _database;
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly Leases _leases;
    private readonly CollectionGate _gate;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<IContentOwner> _owners;
    private readonly Lock _lock = new();
    private Task _collecting = Task.CompletedTask;

    internal ContentCollector(
        MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, Leases leases, CollectionGate gate, IReadOnlyList<IContentOwner> owners, ILogger logger)
    {
        _database = database;
        _blobs = blobs;
        _snapshots = snapshots;
        _leases = leases;
        _gate = gate;
        _logger = logger;
        _owners = owners;
        leases.Deferred = CollectSoon;
    }

    /// <summary>
    /// Makes a change that may leave blobs and layers unused, and removes those in the same transaction. Their records are deleted first, then their files; what a
    /// crash leaves in between has no record and is swept at start.
    /// </summary>
    /// <param name="change">The change. Its argument removes unused layers and returns their chain ids, for callers that need to know in between.</param>
    /// <param name="measure">Whether to measure how much it frees.</param>
    /// <param name="cancellation">Only before the change.</param>
    /// <returns>Bytes freed on disk; 0 if not measured.</returns>
    public async Task<long> RunAsync(Action<SqliteConnection, Func<IReadOnlyList<string>>> change, bool measure, CancellationToken cancellation)
    {
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        List<long> layers = [];
        List<string> blobs = await _database.WriteAsync(
            c =>
            {
                layers.Clear();
                change(c, () => RemoveLayers(c, layers));
                RemoveLayers(c, layers);
                return RemoveBlobs(c);
            },
            cancellation).ConfigureAwait(false);
        long bytes = !measure ? 0 : layers.Sum(_snapshots.DiskOf) + blobs.Sum(b => _blobs.DiskOf(Digest.Parse(b)));
        _blobs.Delete(blobs);
        _snapshots.Delete(layers);
        return bytes;
    }

    /// <summary>Removes what is unused now.</summary>
    public Task RunAsync(CancellationToken cancellation) => RunAsync(static (_, _) => { }, measure: false, cancellation);

    /// <summary>Removes what an operation left. A failure is only logged: the next collection tries again.</summary>
    public async Task RunQuietlyAsync()
    {
        try
        {
            await RunAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotCollected(_logger, e);
        }
    }

    /// <summary>Starts no more collections of its own, and waits for those that it started.</summary>
    internal async Task StopAsync()
    {
        _leases.Deferred = null;
        await _collecting.ConfigureAwait(false);
    }

    private string Unowned(string column, Func<IContentOwner, string?> query) => string.Concat(_owners.Select(query).OfType<string>().Select(q => $" AND {column} NOT IN ({q})"));

    // An operation that held something that became unused meanwhile has ended; it may have an owner now.
    private void CollectSoon()
    {
        lock (_lock)
        {
            _collecting = Task.WhenAll(_collecting, Task.Run(RunQuietlyAsync));
        }
    }

    private List<string> RemoveBlobs(SqliteConnection connection)
    {
        List<string> unused = connection.Rows($"SELECT digest FROM blobs WHERE true{Unowned("digest", o => o.BlobQuery)}", r => r.GetString(0));
        unused.RemoveAll(_leases.Holds);
        foreach (string digest in unused)
        {
            connection.Run("DELETE FROM blobs WHERE digest=$d", ("$d", digest));
        }

        return unused;
    }

    private List<string> RemoveLayers(SqliteConnection connection, List<long> removed)
    {
        List<LayerRecord> unused = connection.Rows(
            $"SELECT number, chain_id FROM snapshots WHERE chain_id IS NOT NULL AND state=$s{Unowned("chain_id", o => o.LayerQuery)} ORDER BY number DESC",
            r => new LayerRecord(r.GetInt64(0), r.GetString(1), 0),
            ("$s", ContentSchema.Ready));
        if (unused.Count == 0)
        {
            return [];
        }

        HashSet<string> mounted = ContentRecords.Mounted(connection);
        unused.RemoveAll(l => _leases.Holds(l.ChainId) || mounted.Contains(l.Directory));
        foreach (LayerRecord layer in unused)
        {
            connection.Run("DELETE FROM snapshots WHERE number=$n", ("$n", layer.Number));
        }

        removed.AddRange(unused.Select(l => l.Number));
        return [.. unused.Select(l => l.ChainId)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "unused blobs and layers cannot be removed now")]
    private static partial void LogNotCollected(ILogger logger, Exception exception);
}
