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

    /// <summary>Fetches the result of a key from elsewhere, and keeps it here; null where there is none.</summary>
    public async Task<CachedResult?> FetchAsync(string key, IStepProgress progress)
    {
        if (await imported.FetchAsync(key, progress).ConfigureAwait(false) is not { } fetched)
        {
            return null;
        }

        await records.SaveAsync(key, fetched.Step.Identity, fetched.Step.Name, fetched.Step.Kind, fetched.Result).ConfigureAwait(false);
        await layers.DateAsync(fetched.Created).ConfigureAwait(false);
        return new CachedResult(fetched.Step.Identity, fetched.Result);
    }
}
