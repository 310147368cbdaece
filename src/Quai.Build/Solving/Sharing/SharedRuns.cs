using Quai.Build.Steps;

namespace Quai.Build.Solving.Sharing;

/// <summary>Runs equal steps of builds that go on at the same time once. A step is stopped when the last that waits for it gives up.</summary>
internal sealed class SharedRuns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Run> _runs = [];

    /// <summary>Joins the run of a key, or begins it.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="progress">Where the step's output goes, also what it said before.</param>
    /// <param name="work">Runs the step.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<StepResult> RunAsync(string key, IStepProgress progress, Func<IStepProgress, CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        Run run;
        lock (_lock)
        {
            if (!_runs.TryGetValue(key, out run!))
            {
                run = new Run();
                _runs[key] = run;
                run.Task = Task.Run(() => WorkAsync(key, run, work), CancellationToken.None);
            }

            run.Waiting++;
        }

        run.Output.Join(progress);
        try
        {
            return await run.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            run.Output.Leave(progress);
            bool last;
            lock (_lock)
            {
                last = --run.Waiting == 0 && !run.Task.IsCompleted;
                if (last && _runs.GetValueOrDefault(key) == run)
                {
                    // Whoever wants it from now on begins anew.
                    _runs.Remove(key);
                }
            }

            if (last)
            {
                await run.Stop.CancelAsync().ConfigureAwait(false);

                // What it does has an end that this build's end waits for: no program outlives it.
                await ((Task)run.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<StepResult> WorkAsync(string key, Run run, Func<IStepProgress, CancellationToken, Task<StepResult>> work)
    {
        try
        {
            return await work(run.Output, run.Stop.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (_runs.GetValueOrDefault(key) == run)
                {
                    _runs.Remove(key);
                }
            }
        }
    }

    private sealed class Run
    {
        public CancellationTokenSource Stop { get; } = new();

        public SharedOutput Output { get; } = new();

        public Task<StepResult> Task { get; set; } = null!;

        public int Waiting { get; set; }
    }
}
