using Quai.Metadata;

namespace Quai.Images.Catalog;

/// <summary>The tables that record where blobs came from and went to. A blob's rows are deleted with it.</summary>
internal static class RegistrySchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("registry", 1, """
            -- Repositories that were seen to have a blob: there a registry can take it from for another.
            CREATE TABLE blob_repositories (
                digest TEXT NOT NULL REFERENCES blobs(digest) ON DELETE CASCADE,
                domain TEXT NOT NULL,
                repository TEXT NOT NULL,
                seen INTEGER NOT NULL,
                PRIMARY KEY (digest, domain, repository)
            ) STRICT, WITHOUT ROWID;

            -- Layers made here are compressed once, for their first push.
            CREATE TABLE packed_layers (
                plain TEXT PRIMARY KEY,
                packed TEXT NOT NULL REFERENCES blobs(digest) ON DELETE CASCADE
            ) STRICT, WITHOUT ROWID;

            -- Whole blobs of pulls that did not end, and until when (seconds since 1970) they wait for the next try.
            CREATE TABLE unfinished_pulls (
                digest TEXT PRIMARY KEY REFERENCES blobs(digest) ON DELETE CASCADE,
                until INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX packed_layers_packed ON packed_layers(packed);
            """),
    ];
}
