using Quai.Build.Layers;
using Quai.Build.RemoteCaches;
using Quai.Build.Solving;

namespace Quai.Build.Caching;

/// <summary>The cache as one build sees it: what is here, and behind it the caches elsewhere that it begins with.</summary>
internal sealed class CacheView(CacheRecords records, LayerStore layers, ImportedCaches imported)
{
    /// <summary>Waits until the caches elsewhere are read.</summary>
    public Task LoadAsync() => imported.LoadAsync();

    /// <summary>By what the steps that follow know the result of a key; null where there is none.</summary>
    public string? IdentityOf(string key) => records.IdentityOf(key) ?? imported.IdentityOf(key);

    /// <summary>The digest of chosen files of a result; null where nobody has looked at them yet.</summary>
    public string? ContentOf(string question) => records.ContentOf(question) ?? imported.ContentOf(question);

    /// <summary>Whether the result of a key is here.</summary>
    public bool IsHere(string key) => records.IdentityOf(key) is not null;

    /// <summary>The result of a key, as far as it is here; null where it is not.</summary>
    public Task<CachedResult?> FindAsync(string key, CancellationToken cancellation) => records.FindAsync(key, cancellation);

    /// <summary>Fetches the files of a folder that outlives builds from elsewhere; null where there are none.</summary>
    /// <param name="key">The folder's key.</param>
    /// <param name="progress">Where it says how far it has come.</param>
    public async Task<LayerStack?> FolderAsync(string key, IStepProgress progress) => (await imported.FetchAsync(key, progress).ConfigureAwait(false))?.Result.Outputs[0];

    /// <summary>Fetches the result of a key from elsewhere, and keeps it here; null where there is none.</summary>
    public async Task<CachedResult?> FetchAsync(string key, IStepProgress progress) => await KeepAsync(key, await imported.FetchAsync(key, progress).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Fetches the result of a key that the build did without, for a cache that is kept of it, and keeps it here, too; null where there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="byTransfer">Whether it is brought even where its layers are not here.</param>
    public async Task<CachedResult?> TakeAlongAsync(string key, bool byTransfer) => await KeepAsync(key, await imported.TakeAlongAsync(key, byTransfer).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task<CachedResult?> KeepAsync(string key, FetchedStep? fetched)
    {
        if (fetched is null)
        {
            return null;
        }

        await records.SaveAsync(key, fetched.Step.Identity, fetched.Step.Name, fetched.Step.Kind, fetched.Result).ConfigureAwait(false);
        await layers.DateAsync(fetched.Created).ConfigureAwait(false);
        return new CachedResult(fetched.Step.Identity, fetched.Result);
    }
}
