using Microsoft.Data.Sqlite;
using Quai.Content.Collecting;
using Quai.Metadata;

namespace Quai.Images.Pulls;

/// <summary>Blobs kept for another attempt at a pull that failed. Recorded with the blob, and forgotten when the pull ends.</summary>
internal sealed class UnfinishedPulls(MetadataDatabase database, TimeSpan lifetime, TimeProvider time) : IContentOwner
{
    public string BlobQuery => $"SELECT digest FROM unfinished_pulls WHERE until > {time.GetUtcNow().ToUnixTimeSeconds()}";

    public string? LayerQuery => null;

    /// <summary>Anything last written before that time has waited long enough.</summary>
    public DateTimeOffset Oldest => time.GetUtcNow() - lifetime;

    /// <summary>Marks a blob that is being put in place as waiting for its image; part of the transaction that records it.</summary>
    public Action<SqliteConnection> Keep(string digest)
    {
        long until = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        return connection => connection.Run(
            "INSERT INTO unfinished_pulls VALUES ($d, $u) ON CONFLICT(digest) DO UPDATE SET until=max(until, $u)", ("$d", digest), ("$u", until));
    }

    /// <summary>Stops keeping blobs: an image has them, or nobody wants them.</summary>
    public Task ForgetAsync(IEnumerable<string> digests) => database.WriteAsync(c => Forget(c, digests), CancellationToken.None);

    /// <inheritdoc cref="ForgetAsync"/>
    public static void Forget(SqliteConnection connection, IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            connection.Run("DELETE FROM unfinished_pulls WHERE digest=$d", ("$d", digest));
        }
    }

    /// <summary>Blobs without an image: those whose time has expired, or all of them.</summary>
    public List<(string Digest, long Size)> Waiting(bool all) => database.Read(c => c.Rows(
        $"SELECT u.digest, b.size FROM unfinished_pulls u JOIN blobs b ON b.digest=u.digest WHERE u.digest NOT IN (SELECT digest FROM image_blobs){(all ? "" : $" AND u.until <= {time.GetUtcNow().ToUnixTimeSeconds()}")}",
        r => (r.GetString(0), r.GetInt64(1))));
}
