using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Content.Tests;

/// <summary>Content in a folder of its own, gone afterwards, with one owner: a table of digests and chain ids.</summary>
internal sealed class ContentFixture : IAsyncDisposable, IContentOwner
{
    private readonly string _root = Directory.CreateTempSubdirectory("quai-content-").FullName;

    public ContentFixture()
    {
        Database = MetadataDatabase.Open(
            Path.Combine(_root, "meta.db"),
            [.. ContentStore.Migrations, new Migration("owner", 1, "CREATE TABLE owned_blobs (digest TEXT PRIMARY KEY REFERENCES blobs(digest)) STRICT; CREATE TABLE owned_layers (chain_id TEXT PRIMARY KEY) STRICT;")]);
        Store = Open();
    }

    public MetadataDatabase Database { get; }

    public ContentStore Store { get; private set; }

    public string BlobQuery => "SELECT digest FROM owned_blobs";

    public string LayerQuery => "SELECT chain_id FROM owned_layers";

    private string StoreRoot => Path.Combine(_root, "store");

    /// <summary>Keeps bytes as a blob.</summary>
    public async Task<Digest> IngestAsync(byte[] bytes, Lease lease)
    {
        using IngestFile file = Store.Blobs.Begin();
        file.Write(bytes);
        Digest digest = file.Digest();
        await Store.Blobs.CommitAsync(file, digest, lease, default);
        return digest;
    }

    /// <summary>Makes the owner own things.</summary>
    public Task OwnAsync(string? blob, params IEnumerable<string> chains) => Database.WriteAsync(c =>
    {
        if (blob is not null)
        {
            c.Run("INSERT INTO owned_blobs VALUES ($d)", ("$d", blob));
        }

        foreach (string chain in chains)
        {
            c.Run("INSERT INTO owned_layers VALUES ($c)", ("$c", chain));
        }
    });

    /// <summary>Makes the owner own nothing.</summary>
    public Task DisownAsync() => Database.WriteAsync(c => c.Run("DELETE FROM owned_blobs; DELETE FROM owned_layers"));

    /// <summary>As after a crash: a new store on the same files.</summary>
    public async Task ReopenAsync(params string[] writers)
    {
        await Store.DisposeAsync();
        Store = Open();
        await Store.RecoverAsync(writers.ToHashSet(), default);
    }

    /// <summary>Fails unless nothing is recorded and no file is left.</summary>
    public async Task AssertEmptyAsync()
    {
        // Disposing the store waits for its trash, and for what ended leases released.
        await Store.DisposeAsync();
        Assert.Empty(Database.Read(ContentRecords.Blobs));
        Assert.Empty(Database.Read(ContentRecords.Snapshots));
        Assert.Empty(Directory.EnumerateFiles(StoreRoot, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(StoreRoot, "snapshots")));
        Store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    public static string Sum(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private ContentStore Open() => ContentStore.Open(StoreRoot, Database, [this], new ContentOptions { SyncLayers = false }, NullLogger.Instance);
}
