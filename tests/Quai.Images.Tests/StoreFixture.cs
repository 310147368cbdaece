using System.Collections.Concurrent;
using Quai.Content;
using Quai.Metadata;
using Quai.Registry;

namespace Quai.Images.Tests;

/// <summary>A store in a folder of its own, gone afterwards.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly ImageStoreOptions _options;

    public StoreFixture(ImageStoreOptions? options = null)
    {
        _options = options ?? Quickly(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(10) });
        Root = Directory.CreateTempSubdirectory("quai-images-").FullName;
        (Database, Services) = Open();
    }

    public string Root { get; }

    /// <summary>Without waiting for the disk.</summary>
    public static ImageStoreOptions Quickly(RegistryOptions registries) => new() { Registries = registries, Content = new ContentOptions { SyncLayers = false } };

    public MetadataDatabase Database { get; private set; }

    public ImageServices Services { get; private set; }

    public IImageStore Store => Services.Images;

    public IRegistries Registries => Services.Registries;

    public Messages Progress { get; } = new();

    public string StoreRoot => Path.Combine(Root, "images");

    /// <summary>As after a crash: a new store on the same files.</summary>
    public async Task ReopenAsync(params string[] containers)
    {
        await Services.DisposeAsync();
        await Database.DisposeAsync();
        (Database, Services) = Open();
        await Store.RecoverAsync(containers.ToHashSet(), default);
    }

    /// <summary>Fails unless the store has no blob, no snapshot and no ingest file left.</summary>
    public async Task AssertEmptyAsync()
    {
        Assert.Empty(Store.List());

        // Disposing the store waits for its trash, and for what ended leases released.
        await Services.DisposeAsync();
        Assert.Equal(0, Database.Read(c => c.Scalar<long>("SELECT count(*) FROM snapshots")));
        Assert.Equal(0, Database.Read(c => c.Scalar<long>("SELECT count(*) FROM blobs")));
        Assert.Empty(Directory.EnumerateFiles(StoreRoot, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(StoreRoot, "snapshots")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(StoreRoot, "trash")));
        Services = ImageServices.Open(StoreRoot, Database, _options);
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private (MetadataDatabase Database, ImageServices Services) Open()
    {
        MetadataDatabase database = MetadataDatabase.Open(Path.Combine(Root, "meta.db"), ImageServices.Migrations);
        return (database, ImageServices.Open(StoreRoot, database, _options));
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
