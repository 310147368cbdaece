using Quai.Bake.Plans;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Builds;

namespace Quai.Cli.Builds.Bake;

/// <summary>Builds targets at the same time; one that takes another's result begins when that is there.</summary>
internal sealed class BakeBuilds
{
    private readonly Dictionary<string, Work> _works;
    private readonly bool _isSingle;

    /// <param name="plan">What is built.</param>
    /// <param name="options">The targets' builds, by name.</param>
    public BakeBuilds(BakePlan plan, IReadOnlyDictionary<string, BuildOptions> options)
    {
        _works = options.ToDictionary(o => o.Key, o => new Work(o.Key, o.Value), StringComparer.Ordinal);
        _isSingle = _works.Count == 1;
        foreach (Work work in _works.Values.Where(w => w.Options.Call.Name.Length == 0))
        {
            foreach ((string context, string target) in TargetOptions.Links(plan.Targets[work.Name]))
            {
                work.Needs[context] = _works[target];
                _works[target].Users.Add(work);
            }
        }
    }

    /// <summary>Builds them all. The first that fails stops the others.</summary>
    /// <param name="runner">Builds.</param>
    /// <param name="cancellation">Stops them.</param>
    /// <returns>What came of each.</returns>
    /// <exception cref="BuilderException">The only one failed.</exception>
    /// <exception cref="TargetException">One of several failed.</exception>
    public async Task<IReadOnlyDictionary<string, BuildOutcome>> RunAsync(BuildRunner runner, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? first = null;
        KeyValuePair<string, BuildOutcome?>[] outcomes = await Task.WhenAll(_works.Values.Select(async work =>
        {
            try
            {
                return KeyValuePair.Create(work.Name, (BuildOutcome?)await RunAsync(work, runner, stop.Token));
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e is BuilderException failure && !_isSingle ? new TargetException(work.Name, failure) : e, null);
                await stop.CancelAsync();
                return KeyValuePair.Create(work.Name, (BuildOutcome?)null);
            }
            finally
            {
                work.Solved.TrySetCanceled(CancellationToken.None);
                work.Ended.TrySetResult();
            }
        }));
        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return outcomes.ToDictionary(o => o.Key, o => o.Value!, StringComparer.Ordinal);
    }

    private async Task<BuildOutcome> RunAsync(Work work, BuildRunner runner, CancellationToken cancellation)
    {
        Dictionary<string, LinkedResult> links = new(StringComparer.Ordinal);
        foreach ((string context, Work need) in work.Needs)
        {
            links[context] = await need.Solved.Task.WaitAsync(cancellation);
        }

        return await runner.RunAsync(work.Options with { Links = links }, _isSingle ? "" : work.Name, UseAsync, cancellation);

        // Files of this client that a result is made of are asked for when they are needed, by whoever uses it: the build, and with it its session, goes on until then.
        Task UseAsync(LinkedResult result)
        {
            work.Solved.TrySetResult(result);
            return Task.WhenAll(work.Users.Select(u => u.Ended.Task));
        }
    }

    private sealed class Work(string name, BuildOptions options)
    {
        public string Name => name;

        public BuildOptions Options => options;

        public Dictionary<string, Work> Needs { get; } = new(StringComparer.Ordinal);

        public List<Work> Users { get; } = [];

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<LinkedResult> Solved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
