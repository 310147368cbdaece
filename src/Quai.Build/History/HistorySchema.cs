using Quai.Metadata;

namespace Quai.Build.History;

/// <summary>The tables of builds that have ended.</summary>
internal static class HistorySchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("build-history", 1, """
            CREATE TABLE build_history (
                id TEXT PRIMARY KEY,
                completed INTEGER NOT NULL,
                pinned INTEGER NOT NULL,
                record BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX build_history_completed ON build_history(completed);

            CREATE TABLE build_history_blobs (
                id TEXT NOT NULL REFERENCES build_history(id) ON DELETE CASCADE,
                blob TEXT NOT NULL REFERENCES blobs(digest),
                PRIMARY KEY (id, blob)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX build_history_blobs_blob ON build_history_blobs(blob);
            """),
    ];
}
