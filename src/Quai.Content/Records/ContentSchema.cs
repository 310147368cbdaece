using Quai.Metadata;

namespace Quai.Content.Records;

/// <summary>
/// The tables of blobs and snapshots. Rows are written before the files they describe. Databases from versions in which images owned these tables have them
/// already, exactly as they are created here.
/// </summary>
internal static class ContentSchema
{
    public const string Component = "content";

    /// <summary>A snapshot's state: its files are being created.</summary>
    public const long Preparing = 0;

    /// <summary>A snapshot's state: its files are complete.</summary>
    public const long Ready = 1;

    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(Component, 1, """
            CREATE TABLE IF NOT EXISTS blobs (
                digest TEXT PRIMARY KEY,
                size INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- Layers (with a chain id) and containers' writable snapshots (with a key). AUTOINCREMENT: a number is never
            -- used twice, so files still being deleted cannot be taken for new ones.
            CREATE TABLE IF NOT EXISTS snapshots (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                chain_id TEXT UNIQUE,
                key TEXT UNIQUE,
                image_id TEXT,
                lower TEXT NOT NULL DEFAULT '',
                size INTEGER NOT NULL DEFAULT 0,
                state INTEGER NOT NULL
            ) STRICT;
            """),
        new(Component, 2, """
            -- Blobs that may have no file, and the layers that pack to them.
            CREATE TABLE packable_blobs (
                digest TEXT NOT NULL REFERENCES blobs(digest) ON DELETE CASCADE,
                number INTEGER NOT NULL REFERENCES snapshots(number) ON DELETE CASCADE,
                PRIMARY KEY (digest, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX packable_blobs_number ON packable_blobs(number);
            """),
    ];
}
