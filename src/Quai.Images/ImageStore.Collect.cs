using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    private Task _collecting = Task.CompletedTask;

    /// <summary>
    /// Makes a change that may leave blobs and layers unused, and removes those in the same transaction: what no image, no container's
    /// snapshot and no lease holds. Their records go first, then their files; what a crash leaves between has no record and is swept at start.
    /// </summary>
    /// <param name="change">The change; it is given what removes unused layers and tells their chain ids, for those who want to know in between.</param>
    /// <param name="measure">Whether to find out how much it gives back.</param>
    /// <param name="cancellation">Before the change only.</param>
    /// <returns>Bytes on the disk that are given back; 0 when not measured.</returns>
    private async Task<long> CollectAsync(Action<SqliteConnection, Func<IReadOnlyList<string>>> change, bool measure, CancellationToken cancellation)
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

    // An operation that held what meanwhile became unused has ended, maybe with an image that uses it now.
    private void CollectSoon()
    {
        lock (_leases)
        {
            _collecting = Task.WhenAll(_collecting, Task.Run(CollectQuietlyAsync));
        }
    }

    /// <summary>Removes what a failed operation left. A failure of that is only logged: the next collection tries again.</summary>
    private async Task CollectQuietlyAsync()
    {
        try
        {
            await CollectAsync(static (_, _) => { }, measure: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotCollected(_logger, e);
        }
    }

    private List<string> RemoveBlobs(SqliteConnection connection)
    {
        List<string> unused = connection.Rows($"SELECT digest FROM blobs WHERE digest NOT IN (SELECT digest FROM image_blobs) AND digest NOT IN ({UnfinishedPulls.KeptAt(_options.Time.GetUtcNow())})", r => r.GetString(0));
        unused.RemoveAll(_leases.Holds);
        foreach (string digest in unused)
        {
            connection.Run("DELETE FROM blobs WHERE digest=$d", ("$d", digest));
        }

        return unused;
    }

    private List<string> RemoveLayers(SqliteConnection connection, List<long> removed)
    {
        List<(long Number, string ChainId)> unused = connection.Rows(
            "SELECT number, chain_id FROM snapshots WHERE chain_id IS NOT NULL AND state=$s AND chain_id NOT IN (SELECT chain_id FROM image_layers) ORDER BY number DESC",
            r => (r.GetInt64(0), r.GetString(1)),
            ("$s", Schema.Ready));
        if (unused.Count == 0)
        {
            return [];
        }

        HashSet<string> mounted = [.. connection.Rows("SELECT DISTINCT lower FROM snapshots WHERE key IS NOT NULL", r => r.GetString(0)).SelectMany(l => l.Split(':'))];
        unused.RemoveAll(l => _leases.Holds(l.ChainId) || mounted.Contains($"{l.Number}/fs"));
        foreach ((long number, _) in unused)
        {
            connection.Run("DELETE FROM snapshots WHERE number=$n", ("$n", number));
        }

        removed.AddRange(unused.Select(l => l.Number));
        return [.. unused.Select(l => l.ChainId)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "unused blobs and layers cannot be removed now")]
    private static partial void LogNotCollected(ILogger logger, Exception exception);
}
