using Quai.Compose.Model.Deploying;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Execution.Updating;

/// <summary>The update of a service's containers, by its policy.</summary>
/// <param name="service">The service.</param>
/// <param name="policy">Its policy.</param>
/// <param name="count">How many containers are updated.</param>
/// <param name="update">Updates one.</param>
/// <param name="known">Which containers there are.</param>
/// <param name="report">Gets what happens.</param>
internal sealed class ServiceUpdate(string service, UpdatePolicy policy, int count, ContainerUpdate update, KnownContainers known, Action<ConvergenceEvent> report) : IDisposable
{
    private const string Continue = "continue", Rollback = "rollback";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<(PlanStep Step, string Id)> _done = [];
    private readonly List<string> _failures = [];
    private bool _isOver;

    /// <summary>How many come back at a time, and the time between them; null for one after the other.</summary>
    public UpdatePolicy? Back { get; init; }

    /// <summary>Updates one of the containers.</summary>
    /// <exception cref="ConvergenceException">It failed, and the policy says that no more is done then.</exception>
    public async Task RunAsync(PlanStep step, CancellationToken cancellation)
    {
        if (step.Group > 0)
        {
            await Task.Delay(policy.Delay.ToTimeSpan(), cancellation);
        }

        report(new($"Container {step.Name}", "Updating", ConvergenceStage.Working));
        string? id = null;
        ConvergenceException? failure = null;
        try
        {
            id = await update.RunAsync(step, policy.Monitor.ToTimeSpan(), policy.FailureAction == Rollback, cancellation);
        }
        catch (Exception e) when (e is ConvergenceException or Client.DaemonException)
        {
            failure = new ConvergenceException($"service \"{service}\": update of container {step.Name}: {e.Message}", e);
        }

        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            await (failure is null ? SucceededAsync(step, id!) : FailedAsync(step, failure));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task SucceededAsync(PlanStep step, string id)
    {
        if (_isOver && policy.FailureAction == Rollback)
        {
            // Another of the same group has failed meanwhile.
            await RestoreAsync(step, id);
            return;
        }

        known.Set(step.Key, step.Number, id, step.Name);
        report(new($"Container {step.Name}", "Updated", ConvergenceStage.Done));
        if (policy.FailureAction != Rollback || _isOver)
        {
            await update.RemoveOldAsync(step);
            _done.Add((step, ""));
        }
        else
        {
            _done.Add((step, id));
        }

        await EndAsync();
    }

    private async Task FailedAsync(PlanStep step, ConvergenceException failure)
    {
        _failures.Add(failure.Message);
        if (_failures.Count <= policy.MaxFailureRatio * count)
        {
            report(new($"Container {step.Name}", "Warning", ConvergenceStage.Warning, failure.Message));
            await EndAsync();
            return;
        }

        if (policy.FailureAction == Continue)
        {
            report(new($"Container {step.Name}", "Error", ConvergenceStage.Warning, failure.Message));
            await EndAsync();
            return;
        }

        _isOver = true;
        if (policy.FailureAction != Rollback)
        {
            throw failure;
        }

        (PlanStep Step, string Id)[] back = [.. Enumerable.Reverse(_done)];
        List<string> lost = [];
        int together = Back?.Parallelism is 0 ? int.MaxValue : (int)Math.Min(Back?.Parallelism ?? 1, int.MaxValue);
        for (int from = 0; from < back.Length; from += Math.Min(together, back.Length))
        {
            if (from > 0 && Back is not null)
            {
                await Task.Delay(Back.Delay.ToTimeSpan(), CancellationToken.None);
            }

            await Task.WhenAll(back.Skip(from).Take(together).Select(done => TryRestoreAsync(done.Step, done.Id, lost)));
        }

        _done.Clear();
        if (lost.Count > 0)
        {
            throw new ConvergenceException($"{failure.Message}\nservice \"{service}\": {string.Join("; ", lost)}: the others are what they were before", failure);
        }

        throw new ConvergenceException($"{failure.Message}\nservice \"{service}\" is what it was before", failure);
    }

    // One that does not come back keeps no other from it.
    private async Task TryRestoreAsync(PlanStep step, string id, List<string> lost)
    {
        try
        {
            await RestoreAsync(step, id);
        }
        catch (Exception e) when (e is ConvergenceException or Client.DaemonException)
        {
            report(new($"Container {step.Name}", "Error", ConvergenceStage.Failed, e.Message));
            lock (lost)
            {
                lost.Add($"container {step.Name} did not come back: {e.Message}");
            }
        }
    }

    private async Task RestoreAsync(PlanStep step, string id)
    {
        report(new($"Container {step.Name}", "Rolling back", ConvergenceStage.Working));
        await update.RestoreAsync(step, id);
        known.Set(step.Key, step.Number, step.Container!.Id, step.Name);
        report(new($"Container {step.Name}", "Rolled back", ConvergenceStage.Done));
    }

    /// <summary>When the last one is done, those that were kept for coming back go.</summary>
    private async Task EndAsync()
    {
        if (_done.Count + _failures.Count < count)
        {
            return;
        }

        foreach ((PlanStep step, string id) in _done.Where(one => one.Id.Length > 0))
        {
            await update.RemoveOldAsync(step);
        }

        if (policy.FailureAction == Continue && _failures.Count > policy.MaxFailureRatio * count)
        {
            throw new ConvergenceException(string.Join('\n', _failures));
        }
    }
}
