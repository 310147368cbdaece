using Quai.Api.Containers;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Execution;

/// <summary>Does what the steps of a plan do to containers.</summary>
internal sealed class ContainerSteps(EngineClient engine, ComposeProject project, ObservedProject observed, ExecutionOptions options, KnownContainers known, Action<ConvergenceEvent> report)
{
    private readonly ServiceHooks _hooks = new(engine);
    private readonly HashSet<string> _stopped = [];

    /// <summary>Whether containers take over the anonymous volumes of those that they replace.</summary>
    public bool InheritsVolumes => options.InheritsVolumes;

    /// <summary>Makes a container.</summary>
    public async Task CreateAsync(PlanStep step, CancellationToken cancellation)
    {
        report(new($"Container {step.Name}", "Creating", ConvergenceStage.Working));
        string id = await MakeAsync(step, step.Name, null, cancellation);
        known.Set(step.Key, step.Number, id, step.Name);
        report(new($"Container {step.Name}", "Created", ConvergenceStage.Done));
    }

    /// <summary>Makes a container in another's place.</summary>
    public async Task RecreateAsync(PlanStep step, CancellationToken cancellation)
    {
        ObservedContainer old = step.Container!;
        report(new($"Container {old.Name}", "Recreate", ConvergenceStage.Working));
        string id = await MakeAsync(step, old.FreeInterimName(step.Name), old, cancellation);
        await StopAsync(step.Key, old, cancellation);
        await engine.Containers.RemoveAsync(old.Id, volumes: !options.InheritsVolumes, cancellation: cancellation);
        await engine.Containers.RenameAsync(id, step.Name, cancellation);
        known.Set(step.Key, step.Number, id, step.Name);
        report(new($"Container {old.Name}", "Recreated", ConvergenceStage.Done));
    }

    /// <summary>Starts a container.</summary>
    public async Task StartAsync(PlanStep step, CancellationToken cancellation)
    {
        string id = known.Id(step.Key, step.Number) ?? step.Container?.Id ?? throw new ConvergenceException($"service \"{step.Key}\" has no container to start");
        if (step.Container is { State: "created" } && Service(step.Key) is { } described)
        {
            // A command that was interrupted may have made it, and copied nothing into it.
            await new ContainerMaking(engine, project, options.Context).CopyFilesAsync(described, id, cancellation);
        }

        await StartAsync(step, id, engine.Containers.StartAsync, cancellation);
        report(new($"Container {step.Name}", "Started", ConvergenceStage.Done));
    }

    /// <summary>Starts a container that is there, with what its service has for that.</summary>
    /// <param name="step">What the container is.</param>
    /// <param name="id">Its id.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task StartAsync(PlanStep step, string id, Func<string, CancellationToken, Task> start, CancellationToken cancellation)
    {
        if (options.BeforeStart is { } before)
        {
            await before(id, step.Name, cancellation);
        }

        report(new($"Container {step.Name}", "Starting", ConvergenceStage.Working));
        await start(id, cancellation);
        if (Service(step.Key) is { PostStart.Count: > 0 } service)
        {
            await _hooks.RunAsync(service.Name, id, service.PostStart, cancellation);
        }
    }

    /// <summary>Stops a container.</summary>
    public async Task StopAsync(PlanStep step, CancellationToken cancellation)
    {
        report(new($"Container {step.Name}", "Stopping", ConvergenceStage.Working));
        await StopAsync(step.Key, step.Container!, cancellation);
        report(new($"Container {step.Name}", "Stopped", ConvergenceStage.Done));
    }

    /// <summary>Removes a container; one that runs is stopped first.</summary>
    public async Task RemoveAsync(PlanStep step, CancellationToken cancellation)
    {
        ObservedContainer container = step.Container!;
        if (container.State is not ("created" or "exited" or "dead") && !IsStopped(container.Id))
        {
            await StopAsync(step, cancellation);
        }

        report(new($"Container {step.Name}", "Removing", ConvergenceStage.Working));
        try
        {
            await engine.Containers.RemoveAsync(container.Id, force: true, volumes: options.RemovesAnonymousVolumes, cancellation: cancellation);
        }
        catch (DaemonException e) when (e.Status is 404 or 409)
        {
            // It is gone, or is going by another's hand.
        }

        known.Remove(step.Key, step.Number, container.Id);
        report(new($"Container {step.Name}", "Removed", ConvergenceStage.Done));
    }

    /// <summary>Stops a container of a service, with what the service has for that.</summary>
    public async Task StopAsync(string serviceName, ObservedContainer container, CancellationToken cancellation)
    {
        if (IsStopped(container.Id))
        {
            return;
        }

        if (container.IsRunning && Service(serviceName) is { PreStop.Count: > 0 } service)
        {
            await _hooks.RunAsync(service.Name, container.Id, service.PreStop, cancellation);
        }

        try
        {
            await engine.Containers.StopAsync(container.Id, timeout: options.StopTimeout, cancellation: cancellation);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            // It removes itself when it ends.
        }

        lock (_stopped)
        {
            _stopped.Add(container.Id);
        }
    }

    private bool IsStopped(string id)
    {
        lock (_stopped)
        {
            return _stopped.Contains(id);
        }
    }

    /// <summary>Makes the container of a step.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> MakeAsync(PlanStep step, string name, ObservedContainer? replaced, CancellationToken cancellation)
    {
        ComposeService service = ServiceReferences.Resolve(project.Services[step.Key], other => known.Of(other).Select(one => one.Id).FirstOrDefault());
        ContainerOrder order = new(service, step.Number)
        {
            Image = observed.Images.GetValueOrDefault(ServiceScale.ImageOf(project, service)),
            Replaced = replaced,
            InheritsVolumes = options.InheritsVolumes,
            Links = ServiceLinks.Of(project, service, step.Number, other => [.. known.Of(other).Select(one => one.Name)]),
        };
        return await new ContainerMaking(engine, project, options.Context).MakeAsync(order, name, warning => report(new($"Container {step.Name}", "Warning", ConvergenceStage.Warning, warning)), cancellation);
    }

    private ComposeService? Service(string name) => project.Services.GetValueOrDefault(name) ?? project.DisabledServices.GetValueOrDefault(name);
}
