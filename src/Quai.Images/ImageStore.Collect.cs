using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Quai.Images.Catalog;
using Quai.Metadata;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <summary>
    /// Makes a change that may leave blobs and layers unused, and removes those in the same transaction: what no image, no container's
    /// snapshot and no lease holds.
    /// </summary>
    /// <returns>Chain ids of the removed layers, the uppermost first.</returns>
    private async Task<IReadOnlyList<string>> CollectAsync(Action<SqliteConnection> change, CancellationToken cancellation)
    {
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        (List<string> blobs, List<(long Number, string ChainId)> layers) = await _database.WriteAsync(
            c =>
            {
                change(c);
                return (RemoveBlobs(c), RemoveLayers(c));
            },
            cancellation).ConfigureAwait(false);
        _blobs.Delete(blobs);
        _snapshots.Delete(layers.Select(l => l.Number));
        return [.. layers.Select(l => l.ChainId)];
    }

    /// <summary>Removes what a failed operation left. A failure of that is only logged: the next collection tries again.</summary>
    private async Task CollectQuietlyAsync()
    {
        try
        {
            await CollectAsync(static _ => { }, CancellationToken.None).ConfigureAwait(false);
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

    private List<(long Number, string ChainId)> RemoveLayers(SqliteConnection connection)
    {
        List<(long Number, string ChainId)> unused = connection.Rows(
            "SELECT number, chain_id FROM snapshots WHERE chain_id IS NOT NULL AND state=$s AND chain_id NOT IN (SELECT chain_id FROM image_layers) ORDER BY number DESC",
            r => (r.GetInt64(0), r.GetString(1)),
            ("$s", Schema.Ready));
        if (unused.Count == 0)
        {
            return unused;
        }

        HashSet<string> mounted = [.. connection.Rows("SELECT DISTINCT lower FROM snapshots WHERE key IS NOT NULL", r => r.GetString(0)).SelectMany(l => l.Split(':'))];
        unused.RemoveAll(l => _leases.Holds(l.ChainId) || mounted.Contains($"{l.Number}/fs"));
        foreach ((long number, _) in unused)
        {
            connection.Run("DELETE FROM snapshots WHERE number=$n", ("$n", number));
        }

        return unused;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "unused blobs and layers cannot be removed now")]
    private static partial void LogNotCollected(ILogger logger, Exception exception);
}
