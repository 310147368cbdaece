using System.Collections.Concurrent;
using Quai.Metadata;

namespace Quai.Images.Tests;

/// <summary>A store in a folder of its own, gone afterwards.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly ImageStoreOptions _options;

    public StoreFixture(ImageStoreOptions? options = null)
    {
        _options = options ?? new ImageStoreOptions { RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(10), SyncLayers = false };
        Root = Directory.CreateTempSubdirectory("quai-images-").FullName;
        (Database, Store) = Open();
    }

    public string Root { get; }

    public MetadataDatabase Database { get; private set; }

    public ImageStore Store { get; private set; }

    public Messages Progress { get; } = new();

    public string StoreRoot => Path.Combine(Root, "images");

    /// <summary>As after a crash: a new store on the same files.</summary>
    public async Task ReopenAsync(params string[] containers)
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
        (Database, Store) = Open();
        await Store.RecoverAsync(containers.ToHashSet(), default);
    }

    /// <summary>Fails unless the store has no blob, no snapshot and no ingest file left.</summary>
    public async Task AssertEmptyAsync()
    {
        Assert.Empty(Store.List());

        // The store's end waits for its trash, and for what ended leases let go.
        await Store.DisposeAsync();
        Assert.Equal(0, Database.Read(c => c.Scalar<long>("SELECT count(*) FROM snapshots")));
        Assert.Equal(0, Database.Read(c => c.Scalar<long>("SELECT count(*) FROM blobs")));
        Assert.Empty(Directory.EnumerateFiles(StoreRoot, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(StoreRoot, "snapshots")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(StoreRoot, "trash")));
        Store = ImageStore.Open(StoreRoot, Database, _options);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private (MetadataDatabase Database, ImageStore Store) Open()
    {
        MetadataDatabase database = MetadataDatabase.Open(Path.Combine(Root, "meta.db"), ImageStore.Migrations);
        return (database, ImageStore.Open(StoreRoot, database, _options));
    }
}

/// <summary>Keeps messages in order.</summary>
internal sealed class Messages : IProgress<ProgressMessage>
{
    private readonly ConcurrentQueue<ProgressMessage> _all = new();

    public IReadOnlyList<ProgressMessage> All => [.. _all];

    /// <summary>What was said of one id, without repeats of the same status.</summary>
    public IReadOnlyList<string> Of(string? id)
    {
        List<string> said = [];
        foreach (ProgressMessage message in _all)
        {
            if (message.Id == id && message.Status is not null && (said.Count == 0 || said[^1] != message.Status))
            {
                said.Add(message.Status);
            }
        }

        return said;
    }

    public void Clear() => _all.Clear();

    public void Report(ProgressMessage value) => _all.Enqueue(value);
}
