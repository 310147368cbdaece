using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Images.Catalog;

/// <summary>Blobs that wait for another try of a pull that did not end well. Recorded with the blob, and forgotten when the pull ends.</summary>
internal static class UnfinishedPulls
{
    /// <summary>A subquery of the blobs that are kept at a time.</summary>
    public static string KeptAt(DateTimeOffset now) => $"SELECT digest FROM unfinished_pulls WHERE until > {now.ToUnixTimeSeconds()}";

    /// <summary>Keeps a blob until a time.</summary>
    public static void Keep(SqliteConnection connection, string digest, DateTimeOffset until) => connection.Run(
        "INSERT INTO unfinished_pulls VALUES ($d, $u) ON CONFLICT(digest) DO UPDATE SET until=max(until, $u)", ("$d", digest), ("$u", until.ToUnixTimeSeconds()));

    /// <summary>Keeps blobs no longer: an image has them, or nobody wants them.</summary>
    public static void Forget(SqliteConnection connection, IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            connection.Run("DELETE FROM unfinished_pulls WHERE digest=$d", ("$d", digest));
        }
    }

    /// <summary>Keeps nothing any longer.</summary>
    public static void ForgetAll(SqliteConnection connection) => connection.Run("DELETE FROM unfinished_pulls");
}
