using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Errors;

namespace Quai.BuildKit.Tests.Fakes;

/// <summary>A builder that runs what a test says instead of builds.</summary>
internal sealed class FakeBuilder : IBuilder, IBuildCache
{
    private readonly ConcurrentDictionary<string, FakeJob> _jobs = new();

    /// <summary>Runs in the place of a frontend.</summary>
    public Func<FakeJob, string, FrontendRequest, CancellationToken, Task<SolveResult>> Frontend { get; set; } = (_, _, _, _) => Task.FromResult(new SolveResult());

    /// <summary>Runs in the place of exports.</summary>
    public Func<FakeJob, SolveResult, IReadOnlyList<ExportRequest>, CancellationToken, Task<IReadOnlyDictionary<string, string>>> Export { get; set; } =
        (_, _, _, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["containerimage.digest"] = "sha256:abc" });

    public List<CacheRecord> Records { get; } = [];

    public CachePruneOptions? Pruned { get; private set; }

    public IReadOnlyList<string>? Filters { get; private set; }

    public ConcurrentQueue<FakeJob> All { get; } = new();

    public int Running => _jobs.Count;

    public IBuildJob Begin(BuildJobOptions options)
    {
        var job = new FakeJob(this, options);
        if (!_jobs.TryAdd(options.Id, job))
        {
            throw QuaiException.Conflict($"build {options.Id} exists");
        }

        All.Enqueue(job);
        return job;
    }

    public async Task<IBuildJob> GetAsync(string id, CancellationToken cancellation)
    {
        for (int i = 0; i < 500; i++)
        {
            if (_jobs.TryGetValue(id, out FakeJob? job))
            {
                return job;
            }

            await Task.Delay(10, cancellation);
        }

        throw QuaiException.NotFound($"no such job {id}");
    }

    public void Forget(string id) => _jobs.TryRemove(id, out _);

    public Task<IReadOnlyList<CacheRecord>> ListAsync(IReadOnlyList<string> filters, CancellationToken cancellation)
    {
        Filters = filters;
        return Task.FromResult<IReadOnlyList<CacheRecord>>(Records);
    }

    public async IAsyncEnumerable<CacheRecord> PruneAsync(CachePruneOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Pruned = options;
        foreach (CacheRecord record in Records)
        {
            await Task.Yield();
            yield return record;
        }
    }
}
