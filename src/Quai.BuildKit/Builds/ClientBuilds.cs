using Microsoft.Extensions.Logging;
using Quai.Build.Jobs;
using Quai.BuildKit.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.BuildKit.Builds;

/// <summary>The builds that clients have asked for and that are in progress.</summary>
/// <param name="builder">Builds.</param>
/// <param name="log">What nobody else is told.</param>
internal sealed partial class ClientBuilds(IBuilder builder, ILogger log) : IAsyncDisposable
{
    /// <summary>How long a call waits for a build that it names: it may overtake the build's request, which itself waits for the session.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a build that has ended waits for the request that watches it, which may come later than a quick end.</summary>
    private static readonly TimeSpan s_afterglow = TimeSpan.FromSeconds(2);

    private readonly Arrivals<ClientBuild> _builds = new();
    private readonly HashSet<Task> _ending = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Begins a build.</summary>
    /// <exception cref="QuaiException">Kind Conflict: there is one with this id.</exception>
    public async Task<ClientBuild> BeginAsync(BuildJobOptions options, IReadOnlyDictionary<string, Definition> inputs)
    {
        IBuildJob job = builder.Begin(options);
        var build = new ClientBuild(job, inputs);
        if (_builds.TryAdd(options.Id, build))
        {
            return build;
        }

        await job.DisposeAsync().ConfigureAwait(false);
        throw QuaiException.Conflict($"build {options.Id} is still ending");
    }

    /// <summary>Finds a build in progress, or waits for one that is only about to begin.</summary>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public async Task<ClientBuild> GetAsync(string id, CancellationToken cancellation) =>
        await _builds.WaitAsync(id, s_patience, cancellation).ConfigureAwait(false) ?? throw QuaiException.NotFound($"no such job {id}");

    /// <summary>Says that somebody has begun to watch a build.</summary>
    public void Watched(string id)
    {
        if (_builds.TryGet(id, out ClientBuild? build))
        {
            build.Watch();
        }
    }

    /// <summary>Ends a build. Who watches it is told the end, and who is only about to watch it still can, for a moment.</summary>
    public void End(ClientBuild build)
    {
        Task ending = EndAsync(build);
        lock (_gate)
        {
            _ending.Add(ending);
        }

        _ = ending.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _ending.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Stops a build, whoever has asked for it; where there is none, nothing.</summary>
    public async Task StopAsync(string id, CancellationToken cancellation)
    {
        try
        {
            (await builder.GetAsync(id, cancellation).ConfigureAwait(false)).Stop();
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            // It has ended.
        }
    }

    /// <summary>Stops all builds.</summary>
    public void StopAll()
    {
        foreach (ClientBuild build in _builds.All)
        {
            build.Job.Stop();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        StopAll();
        await _closing.CancelAsync().ConfigureAwait(false);
        Task[] ending;
        lock (_gate)
        {
            ending = [.. _ending];
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task EndAsync(ClientBuild build)
    {
        try
        {
            await build.Watched.WaitAsync(s_afterglow, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await build.DisposeAsync().ConfigureAwait(false);
            await build.Job.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NotEnded(log, build.Job.Id, e);
        }
        finally
        {
            _builds.Remove(build.Job.Id, build);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What build {Id} held was not released")]
    private static partial void NotEnded(ILogger log, string id, Exception error);
}
