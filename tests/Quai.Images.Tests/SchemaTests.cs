using Quai.Metadata;

namespace Quai.Images.Tests;

/// <summary>Databases of versions in which the tables of blobs and snapshots were made with those of images.</summary>
public sealed class SchemaTests : IDisposable
{
    private const string OldTables =
        """
        CREATE TABLE blobs (
            digest TEXT PRIMARY KEY,
            size INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE snapshots (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            chain_id TEXT UNIQUE,
            key TEXT UNIQUE,
            image_id TEXT,
            lower TEXT NOT NULL DEFAULT '',
            size INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL
        ) STRICT;


        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("quai-schema-").FullName;

    private static IEnumerable<Migration> OldMigrations => ImageServices.Migrations.Where(m => m is not { Component: "content", Version: 1 })
        .Select(m => m is { Component: "images", Version: 1 } ? new Migration(m.Component, m.Version, OldTables + m.Sql) : m);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_older_versions_database_is_opened_with_all_that_it_has()
    {
        string path = Path.Combine(_folder, "old.db");
        await using (MetadataDatabase old = MetadataDatabase.Open(path, OldMigrations))
        {
            await old.WriteAsync(c => c.Run("INSERT INTO blobs VALUES ('sha256:1', 7); INSERT INTO snapshots(chain_id, state) VALUES ('sha256:2', 1)"));
        }

        await using (MetadataDatabase database = MetadataDatabase.Open(path, ImageServices.Migrations))
        {
            Assert.Equal(7, database.Read(c => c.Scalar<long>("SELECT size FROM blobs")));
            Assert.Equal("sha256:2", database.Read(c => c.Scalar<string>("SELECT chain_id FROM snapshots")));
        }

        // The older version can still be gone back to.
        await using MetadataDatabase back = MetadataDatabase.Open(path, OldMigrations);
        Assert.Equal(1, back.Read(c => c.Scalar<long>("SELECT count(*) FROM blobs")));
    }

    [Fact]
    public async Task A_new_database_is_just_the_same()
    {
        await using MetadataDatabase old = MetadataDatabase.Open(Path.Combine(_folder, "old.db"), OldMigrations), made = MetadataDatabase.Open(Path.Combine(_folder, "new.db"), ImageServices.Migrations);
        Assert.Equal(Columns(old), Columns(made));
        Assert.Equal(Objects(old), Objects(made));
        await using MetadataDatabase back = MetadataDatabase.Open(Path.Combine(_folder, "new.db"), OldMigrations);
        Assert.Equal(Columns(old), Columns(back));
    }

    private static List<string> Columns(MetadataDatabase database) => database.Read(c => c.Rows(
        "SELECT m.name, p.* FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) p WHERE m.type='table' ORDER BY m.name, p.cid",
        r => string.Join(' ', Enumerable.Range(0, r.FieldCount).Select(r.GetValue))));

    private static List<string> Objects(MetadataDatabase database) => database.Read(c => c.Rows(
        "SELECT m.type, m.name, m.tbl_name, l.strict, l.wr FROM sqlite_schema m LEFT JOIN pragma_table_list l ON l.name=m.name ORDER BY 1, 2, 3",
        r => string.Join(' ', Enumerable.Range(0, r.FieldCount).Select(r.GetValue))));
}
