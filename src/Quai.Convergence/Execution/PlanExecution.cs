using Quai.Api.Networks;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence.Execution.Updating;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Execution;

/// <summary>Executes plans: each step as soon as those that it needs are done.</summary>
/// <param name="engine">The engine; by a client that does not block.</param>
/// <param name="project">The project.</param>
/// <param name="options">How.</param>
/// <param name="report">Gets what happens; called from several threads, one at a time.</param>
public sealed class PlanExecution(EngineClient engine, ComposeProject project, ExecutionOptions options, Action<ConvergenceEvent> report)
{
    private readonly Lock _lock = new();

    /// <summary>Executes a plan. If a step fails, what is under way is finished and nothing more is begun.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="observed">What it was made from.</param>
    /// <param name="cancellation">Ends the execution.</param>
    /// <exception cref="ConvergenceException">Steps failed.</exception>
    public async Task RunAsync(ConvergencePlan plan, ObservedProject observed, CancellationToken cancellation = default)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using SemaphoreSlim turns = new(options.Parallelism > 0 ? options.Parallelism : int.MaxValue);
        await using ServiceWaits waits = new(engine, project.Name);
        KnownContainers known = new(observed);
        ContainerSteps containers = new(engine, project, observed, options, known, Report);
        using ServiceUpdates updates = new(project, plan, new ContainerUpdate(engine, containers, waits, Report), known, Report);
        List<Exception> failures = [];
        Task<bool>[] tasks = new Task<bool>[plan.Steps.Count];
        foreach (PlanStep step in plan.Steps)
        {
            Task<bool>[] before = [.. step.After.Select(id => tasks[id])];
            tasks[step.Id] = RunStepAsync(step, before);
        }

        await Task.WhenAll(tasks);
        cancellation.ThrowIfCancellationRequested();
        if (failures.Count > 0)
        {
            throw failures.Count == 1 && failures[0] is ConvergenceException only ? only : new ConvergenceException(string.Join('\n', failures.Select(failure => failure.Message).Distinct()), failures[0]);
        }

        async Task<bool> RunStepAsync(PlanStep step, Task<bool>[] before)
        {
            if ((await Task.WhenAll(before)).Contains(false) || stop.IsCancellationRequested)
            {
                return false;
            }

            try
            {
                if (step.Action is StepAction.WaitCompleted or StepAction.WaitHealthy or StepAction.WaitRunning)
                {
                    await WaitAsync(step, waits, known, stop.Token);
                    return true;
                }

                await turns.WaitAsync(stop.Token);
                try
                {
                    await (step.IsUpdate ? updates.RunAsync(step, cancellation) : DoAsync(step, containers, cancellation));
                }
                finally
                {
                    turns.Release();
                }

                return true;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception e) when (e is DaemonException or ConnectionException or ConvergenceException or IOException)
            {
                lock (failures)
                {
                    failures.Add(e is ConvergenceException ? e : new ConvergenceException($"{(step.Number > 0 ? $"service \"{step.Key}\": " : "")}{Subject(step)}: {e.Message}", e));
                }

                Report(new(Subject(step), "Error", ConvergenceStage.Failed, e.Message));
                await stop.CancelAsync();
                return false;
            }
        }
    }

    private Task DoAsync(PlanStep step, ContainerSteps containers, CancellationToken cancellation)
    {
        switch (step.Action)
        {
            case StepAction.CreateContainer:
                return containers.CreateAsync(step, cancellation);
            case StepAction.RecreateContainer:
                return containers.RecreateAsync(step, cancellation);
            case StepAction.RenameContainer:
                return engine.Containers.RenameAsync(step.Container!.Id, step.Name, cancellation);
            case StepAction.StartContainer:
                return containers.StartAsync(step, cancellation);
            case StepAction.StopContainer:
                return containers.StopAsync(step, cancellation);
            case StepAction.RemoveContainer:
                return containers.RemoveAsync(step, cancellation);
            case StepAction.KeepContainer:
                Report(new($"Container {step.Name}", step.Container is { IsRunning: true } ? "Running" : "Exited", ConvergenceStage.Done));
                return Task.CompletedTask;
            case StepAction.CreateNetwork:
                return CreateAsync($"Network {step.Name}", CreateNetworkAsync(step, cancellation));
            case StepAction.CreateVolume:
                return CreateAsync($"Volume {step.Name}", engine.Volumes.CreateAsync(ProjectRequests.Volume(project, step.Key, options.Context), cancellation));
            case StepAction.RemoveNetwork:
                return RemoveAsync(step, $"Network {step.Name}", engine.Networks.RemoveAsync(step.Name, cancellation));
            case StepAction.RemoveVolume:
                return RemoveAsync(step, $"Volume {step.Name}", engine.Volumes.RemoveAsync(step.Name, force: true, cancellation));
            case StepAction.RemoveImage:
                return RemoveAsync(step, $"Image {step.Name}", engine.Images.RemoveAsync(step.Name, cancellation: cancellation));
            default:
                throw new InvalidOperationException($"a step of the kind {step.Action} is not done here");
        }
    }

    private async Task CreateNetworkAsync(PlanStep step, CancellationToken cancellation)
    {
        NetworkCreateRequest request = ProjectRequests.Network(project, step.Key, options.Context);
        try
        {
            await engine.Networks.CreateAsync(request, cancellation);
        }
        catch (DaemonException e) when (e.Status == 409)
        {
            // Another command that makes the same project has been quicker; what it has made is as good.
            NetworkInspect found = await engine.Networks.InspectAsync(step.Name, cancellation);
            if (new[] { ComposeLabels.Project, ComposeLabels.Network, ComposeLabels.ConfigHash }.Any(label => found.Labels.GetValueOrDefault(label) != request.Labels?.GetValueOrDefault(label)))
            {
                throw;
            }
        }
    }

    private async Task CreateAsync(string subject, Task request)
    {
        Report(new(subject, "Creating", ConvergenceStage.Working));
        await request;
        Report(new(subject, "Created", ConvergenceStage.Done));
    }

    private async Task RemoveAsync(PlanStep step, string subject, Task request)
    {
        Report(new(subject, "Removing", ConvergenceStage.Working));
        try
        {
            await request;
            Report(new(subject, "Removed", ConvergenceStage.Done));
        }
        catch (DaemonException e) when (!step.IsRequired && e.Status == 404)
        {
            Report(new(subject, "Warning: No resource found to remove", ConvergenceStage.Warning));
        }
        catch (DaemonException e) when (!step.IsRequired && e.Status is 403 or 409)
        {
            Report(new(subject, "Resource is still in use", ConvergenceStage.Warning));
        }
    }

    private async Task WaitAsync(PlanStep step, ServiceWaits waits, KnownContainers known, CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.WaitTimeout is { } longest)
        {
            timeout.CancelAfter(longest);
        }

        try
        {
            await Task.WhenAll(known.Of(step.Key).Select(container => WaitAsync(step, waits, container.Id, container.Name, timeout.Token)));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConvergenceException($"timeout waiting for service \"{step.Key}\"");
        }
        catch (ConvergenceException e) when (!step.IsRequired)
        {
            Report(new($"Service {step.Key}", "Skipped", ConvergenceStage.Warning, $"optional dependency \"{step.Key}\": {e.Message}"));
        }
    }

    private async Task WaitAsync(PlanStep step, ServiceWaits waits, string id, string name, CancellationToken cancellation)
    {
        Report(new($"Container {name}", "Waiting", ConvergenceStage.Working));
        if (step.Action == StepAction.WaitCompleted)
        {
            long code = await waits.EndedAsync(id, cancellation);
            if (code != 0)
            {
                throw new ConvergenceException($"service \"{step.Key}\" didn't complete successfully: exit {code}");
            }

            Report(new($"Container {name}", "Exited", ConvergenceStage.Done));
            return;
        }

        try
        {
            await waits.HealthyAsync(id, name, step.Action == StepAction.WaitRunning, cancellation);
        }
        catch (ConvergenceException e) when (step.Action == StepAction.WaitHealthy && step.IsRequired)
        {
            throw new ConvergenceException($"dependency failed to start: {e.Message}", e);
        }

        Report(new($"Container {name}", "Healthy", ConvergenceStage.Done));
    }

    private static string Subject(PlanStep step) => step.Action switch
    {
        StepAction.CreateNetwork or StepAction.RemoveNetwork => $"Network {step.Name}",
        StepAction.CreateVolume or StepAction.RemoveVolume => $"Volume {step.Name}",
        StepAction.RemoveImage => $"Image {step.Name}",
        StepAction.WaitCompleted or StepAction.WaitHealthy or StepAction.WaitRunning => $"Service {step.Name}",
        _ => $"Container {step.Name}",
    };

    private void Report(ConvergenceEvent happening)
    {
        lock (_lock)
        {
            report(happening);
        }
    }
}
