using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Content.Records;

/// <summary>The records of blobs and snapshots, for parts that read them together with their own. Others may refer to <c>blobs(digest)</c> and nothing else.</summary>
public static class ContentRecords
{
    /// <summary>All blobs.</summary>
    public static List<(string Digest, long Size)> Blobs(SqliteConnection connection) => connection.Rows("SELECT digest, size FROM blobs", r => (r.GetString(0), r.GetInt64(1)));

    /// <summary>A blob's size; null if it is not here.</summary>
    public static long? SizeOf(SqliteConnection connection, string digest) => connection.Scalar<long?>("SELECT size FROM blobs WHERE digest=$d", ("$d", digest));

    /// <summary>Whether a blob may have no file, because a layer packs to it.</summary>
    public static bool IsPackable(SqliteConnection connection, string digest) => connection.Scalar<long?>("SELECT 1 FROM packable_blobs WHERE digest=$d LIMIT 1", ("$d", digest)) is not null;

    /// <summary>The layers that pack to a blob.</summary>
    public static List<string> PackedFrom(SqliteConnection connection, string digest) => connection.Rows(
        "SELECT chain_id FROM packable_blobs JOIN snapshots USING (number) WHERE digest=$d AND chain_id IS NOT NULL AND state=$s", r => r.GetString(0), ("$d", digest), ("$s", ContentSchema.Ready));

    /// <summary>Says that a complete layer packs to a blob.</summary>
    internal static void AddPackable(SqliteConnection connection, string digest, string chainId) => connection.Run(
        "INSERT INTO packable_blobs SELECT $d, number FROM snapshots WHERE chain_id=$c AND state=$s ON CONFLICT DO NOTHING", ("$d", digest), ("$c", chainId), ("$s", ContentSchema.Ready));

    /// <summary>Bytes of the files of a complete layer; 0 for one that is not here.</summary>
    public static long LayerSize(SqliteConnection connection, string chainId) =>
        connection.Scalar<long?>("SELECT size FROM snapshots WHERE chain_id=$c AND state=$s", ("$c", chainId), ("$s", ContentSchema.Ready)) ?? 0;

    /// <summary>All complete layers, newest first.</summary>
    public static List<LayerRecord> Layers(SqliteConnection connection) => connection.Rows(
        "SELECT number, chain_id, size FROM snapshots WHERE chain_id IS NOT NULL AND state=$s ORDER BY number DESC",
        r => new LayerRecord(r.GetInt64(0), r.GetString(1), r.GetInt64(2)),
        ("$s", ContentSchema.Ready));

    /// <summary>All snapshots: layers, writers' snapshots, and those being created.</summary>
    public static List<SnapshotRecord> Snapshots(SqliteConnection connection) => connection.Rows(
        "SELECT number, key, lower FROM snapshots",
        r => new SnapshotRecord(r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), r.GetString(2).Split(':', StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>The directories under writers' snapshots.</summary>
    public static HashSet<string> Mounted(SqliteConnection connection) =>
        [.. connection.Rows("SELECT DISTINCT lower FROM snapshots WHERE key IS NOT NULL", r => r.GetString(0)).SelectMany(l => l.Split(':'))];

    /// <summary>The keys of the snapshots that have an origin.</summary>
    public static List<string> KeysOf(SqliteConnection connection, string origin) =>
        connection.Rows("SELECT key FROM snapshots WHERE image_id=$i AND key IS NOT NULL", r => r.GetString(0), ("$i", origin));
}
