using System.Collections.Concurrent;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Steps;
using Quai.Content;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>The caches elsewhere that one build begins with. One that cannot be read is as if it were empty; layers are fetched when a result is needed.</summary>
/// <param name="stores">Finds where they are.</param>
/// <param name="content">Takes their layers.</param>
/// <param name="layers">Takes their layers as those of builds.</param>
/// <param name="session">The client's session; null for none.</param>
/// <param name="begin">Begins the progress of something with a title.</param>
/// <param name="stopped">Ends with the build.</param>
internal sealed class ImportedCaches(
    CacheStores stores, ContentStore content, LayerStore layers, IBuildSession? session, Func<string, QuestionProgress> begin, CancellationToken stopped)
{
    private readonly Lock _lock = new();
    private readonly List<(CacheReference Cache, Task Loading)> _all = [];
    private readonly ConcurrentDictionary<string, KnownStep> _steps = new();
    private readonly ConcurrentDictionary<string, string> _contents = new();

    /// <summary>Begins to read caches, unless that was done already.</summary>
    public void Add(IReadOnlyList<CacheReference> caches)
    {
        lock (_lock)
        {
            foreach (CacheReference cache in caches.Where(c => !_all.Exists(a => a.Cache.IsSame(c))))
            {
                _all.Add((cache, Task.Run(() => ReadAsync(cache), CancellationToken.None)));
            }
        }
    }

    /// <summary>Waits until all that was begun is read.</summary>
    public Task LoadAsync()
    {
        lock (_lock)
        {
            return _all.Count == 0 ? Task.CompletedTask : Task.WhenAll(_all.Select(a => a.Loading));
        }
    }

    /// <summary>By what the steps that follow know the result of a key; null where there is none.</summary>
    public string? IdentityOf(string key) => _steps.TryGetValue(key, out KnownStep? found) ? found.Step.Identity : null;

    /// <summary>The digest of chosen files of a result; null where it is not known.</summary>
    public string? ContentOf(string question) => _contents.GetValueOrDefault(question);

    /// <summary>Fetches the result of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="progress">Where it says how far it has come.</param>
    /// <returns>The step with its result; null where there is none, or it could not be fetched: then the step is run.</returns>
    public async Task<FetchedStep?> FetchAsync(string key, IStepProgress progress)
    {
        if (!_steps.TryGetValue(key, out KnownStep? found))
        {
            return null;
        }

        try
        {
            List<LayerStack> outputs = [];
            Dictionary<string, DateTimeOffset> created = [];
            foreach (int top in found.Step.Outputs)
            {
                IReadOnlyList<CachedLayer> stack = found.Graph.StackOf(top);
                LayerStack output = await StackAsync(found.Store, stack, progress).ConfigureAwait(false);
                outputs.Add(output);
                foreach ((BuildLayer layer, CachedLayer cached) in output.Layers.Zip(stack))
                {
                    created[layer.Id] = cached.CreatedAt;
                }
            }

            return new FetchedStep(found.Step, new StepResult(outputs), created);
        }
        catch (QuaiException e)
        {
            _steps.TryRemove(key, out _);
            begin($"fetching {found.Step.Name} from the cache {found.Store.Name}").End(e.Message);
            return null;
        }
    }

    /// <summary>Fetches the result of a key that the build did without, for a cache that is kept of it: what one knew, the next one is to know, too.</summary>
    /// <param name="key">The key.</param>
    /// <param name="byTransfer">Whether it is brought even where its layers are not here.</param>
    /// <returns>The step with its result; null where there is none, or it is not here.</returns>
    public async Task<FetchedStep?> TakeAlongAsync(string key, bool byTransfer)
    {
        if (!_steps.TryGetValue(key, out KnownStep? found))
        {
            return null;
        }

        if (await AreHereAsync(found.Step.Outputs.SelectMany(found.Graph.StackOf)).ConfigureAwait(false))
        {
            return await FetchAsync(key, new QuietProgress()).ConfigureAwait(false);
        }

        if (!byTransfer)
        {
            return null;
        }

        QuestionProgress progress = begin($"fetching {found.Step.Name} from the cache {found.Store.Name}, to keep it");
        FetchedStep? fetched = await FetchAsync(key, progress).ConfigureAwait(false);
        progress.End("");
        return fetched;
    }

    private async Task<bool> AreHereAsync(IEnumerable<CachedLayer> stack)
    {
        using Lease lease = content.Leases.Begin();
        foreach (CachedLayer layer in stack)
        {
            if (await content.Blobs.HoldAsync(Digest.Parse(layer.Blob.Digest), lease, stopped).ConfigureAwait(false) is null
                && await content.Blobs.HoldAsync(Digest.Parse(layer.DiffId), lease, stopped).ConfigureAwait(false) is null)
            {
                return false;
            }
        }

        return true;
    }

    private async Task ReadAsync(CacheReference cache)
    {
        QuestionProgress? progress = null;
        try
        {
            ICacheStore store = stores.Open(cache, session);
            progress = begin($"importing cache manifest from {store.Name}");
            foreach (CacheGraph graph in await store.ReadAsync(stopped).ConfigureAwait(false))
            {
                foreach (CachedStep step in graph.Steps)
                {
                    _steps.TryAdd(step.Key, new KnownStep(store, graph, step));
                }

                foreach ((string question, string answer) in graph.Contents)
                {
                    _contents.TryAdd(question, answer);
                }
            }

            progress.End("");
        }
        catch (Exception e) when (e is QuaiException or OperationCanceledException)
        {
            // A build does not need a cache.
            (progress ?? begin($"importing cache manifest ({cache.Type})")).End(e.Message);
        }
    }

    private async Task<LayerStack> StackAsync(ICacheStore store, IReadOnlyList<CachedLayer> stack, IStepProgress progress)
    {
        string[] diffIds = [.. stack.Select(l => l.DiffId)];
        List<Descriptor> blobs = [];
        using Lease lease = content.Leases.Begin();
        foreach (CachedLayer layer in stack)
        {
            blobs.Add(await BlobAsync(store, layer, lease, progress).ConfigureAwait(false));
        }

        IReadOnlyList<string> chains = await layers.UnpackAsync(blobs, diffIds, lease, stopped).ConfigureAwait(false);

        await content.Layers.SyncAsync(chains, stopped).ConfigureAwait(false);
        return await layers.TakeAsync(chains, diffIds, blobs, stopped).ConfigureAwait(false);
    }

    /// <summary>A layer's blob in whatever form it is here, or else as it is in the cache: one that is packed again from its files may be another.</summary>
    private async Task<Descriptor> BlobAsync(ICacheStore store, CachedLayer layer, Lease lease, IStepProgress progress)
    {
        Digest packed = Digest.Parse(layer.Blob.Digest), plain = Digest.Parse(layer.DiffId);
        if (await content.Blobs.HoldAsync(packed, lease, stopped).ConfigureAwait(false) is null)
        {
            if (await content.Blobs.HoldAsync(plain, lease, stopped).ConfigureAwait(false) is { } size)
            {
                return new Descriptor { MediaType = MediaTypes.OciLayer, Digest = plain.ToString(), Size = size };
            }

            await store.FetchAsync(layer.Blob, lease, progress, stopped).ConfigureAwait(false);
        }

        return layer.Blob;
    }

    /// <summary>A step's result, and where it is.</summary>
    private sealed record KnownStep(ICacheStore Store, CacheGraph Graph, CachedStep Step);
}
