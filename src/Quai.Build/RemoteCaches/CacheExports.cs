using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Steps.Programs;
using Quai.Content.Collecting;
using Quai.Errors;

namespace Quai.Build.RemoteCaches;

/// <summary>Keeps the caches of builds elsewhere.</summary>
internal sealed class CacheExports(CacheStores stores, CacheGraphs graphs, Leases leases)
{
    /// <summary>The type of a cache that goes along in the image.</summary>
    public const string InlineType = "inline";

    /// <summary>Checks what is asked for, before anything is built.</summary>
    /// <exception cref="QuaiException">Something is unknown, malformed or missing.</exception>
    public void Check(IReadOnlyList<CacheReference> caches, IBuildSession? session)
    {
        foreach (CacheReference cache in caches)
        {
            _ = new CacheDemands(cache);
            if (cache.Type != InlineType)
            {
                stores.Open(cache, session);
            }
        }
    }

    /// <summary>Keeps a build's cache in each place that is asked for.</summary>
    /// <param name="caches">The places.</param>
    /// <param name="steps">The build's steps.</param>
    /// <param name="results">The trees that came of it.</param>
    /// <param name="folders">The folders that outlive builds, if any cache takes them.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="begin">Begins the progress of something with a title.</param>
    /// <param name="cancellation">Stops; what was kept before stays.</param>
    /// <returns>What clients are told.</returns>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<CacheReference> caches, IReadOnlyList<SolvedStep> steps, IReadOnlyList<LayerStack> results, IReadOnlyList<KeptFolder> folders, IBuildSession? session,
        Func<string, QuestionProgress> begin, CancellationToken cancellation)
    {
        Dictionary<string, string> answer = [];
        foreach (CacheReference cache in caches.Where(c => c.Type != InlineType))
        {
            var demands = new CacheDemands(cache);
            ICacheStore store = stores.Open(cache, session);
            QuestionProgress progress = begin(store.Title);
            try
            {
                using Lease lease = leases.Begin();
                progress.Report("preparing build cache for export", 0, 0, isComplete: false);
                CacheGraph graph = await graphs.MakeAsync(steps, results, folders, demands, lease, cancellation).ConfigureAwait(false);
                foreach ((string key, string value) in await store.WriteAsync(graph, lease, progress, cancellation).ConfigureAwait(false))
                {
                    answer[key] = value;
                }

                progress.Report("preparing build cache for export", 0, 0, isComplete: true);
                progress.End("");
            }
            catch (QuaiException e) when (demands.IgnoresErrors)
            {
                progress.End(e.Message);
            }
            catch (Exception e)
            {
                progress.End(e.Message);
                throw;
            }
        }

        return answer;
    }
}
