using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning.Updating;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Planning;

/// <summary>Plans which containers are made, made anew, kept and removed, service by service in the order of their dependencies.</summary>
internal sealed class ContainerPlans(ComposeProject project, ObservedProject observed, PlanOptions options, PlanBuilder builder, ResourcePlans resources)
{
    private readonly Dictionary<string, List<PlannedContainer>> _planned = [];
    private readonly PortHandovers _handovers = new(project, observed, options);

    /// <summary>The containers that a service is to have.</summary>
    public IReadOnlyList<PlannedContainer> Of(string service) => _planned.GetValueOrDefault(service) ?? [];

    /// <summary>Takes the containers that a service has as those that it is to have.</summary>
    public void Adopt(ComposeService service) =>
        _planned[service.Name] = [.. observed.Of(service.Name).Select(container => new PlannedContainer(container.Number, container.Name, container, null))];

    /// <summary>Plans a service's containers.</summary>
    /// <exception cref="ConvergenceException">It cannot have as many as it is to.</exception>
    public void Plan(ComposeService service)
    {
        if (service.Provider is not null)
        {
            // Another program provides it: it has no container.
            _planned[service.Name] = [];
            return;
        }

        int expected = ServiceScale.Of(service);
        if (expected > 1 && service.ContainerName.Length > 0)
        {
            throw new ConvergenceException($"WARNING: The \"{service.Name}\" service is using the custom container name \"{service.ContainerName}\". Docker requires each container to have a unique name. Remove the custom name to scale the service");
        }

        RecreatePolicy policy = options.Services.Count == 0 || options.Services.Contains(service.Name) ? options.Recreate : options.RecreateDependencies;
        List<PlannedContainer> planned = _planned[service.Name] = [];
        IReadOnlyList<ObservedContainer> existing = WithoutLeftovers(service, out List<int> gone);
        Dictionary<string, string> reasons = existing.Select(one => (one.Id, Reason: Difference(service, one, policy))).Where(one => one.Reason is not null).ToDictionary(one => one.Id, one => one.Reason!);

        // Those that are as they should be, and have the lowest numbers, are kept.
        ObservedContainer[] sorted = [.. existing.OrderBy(one => reasons.ContainsKey(one.Id)).ThenBy(one => one.Number)];
        UpdateGroups? updates = options.Starts && service.Deploy?.Update is { } how && !MovesPorts(service, reasons.Count > 0) ? new(builder, how) : null;
        WarnOfOrder(service, updates is not null && reasons.Count > 0);
        // What is left over has a name that a new one may get for a while.
        int[] needed = [.. gone, .. ServiceReferences.Needed(service).SelectMany(name => Of(name)).Where(one => one.Made is not null).Select(one => one.Made!.Value)];
        foreach (ObservedContainer container in sorted.Take(expected))
        {
            planned.Add(reasons.TryGetValue(container.Id, out string? reason)
                ? Recreate(service, container, reason, needed, updates)
                : Keep(service, container));
        }

        foreach (ObservedContainer container in sorted.Skip(expected))
        {
            int removal = Add(StepAction.RemoveContainer, service, container.Name, container.Number, container, $"the service has {expected} of {existing.Count}");
            Release(service, removal, removal);
        }

        int next = existing.Select(container => container.Number).DefaultIfEmpty(0).Max() + 1;
        for (int i = existing.Count; i < expected; i++, next++)
        {
            string name = ServiceScale.ContainerName(project.Name, service, next);
            planned.Add(new(next, name, null, Add(StepAction.CreateContainer, service, name, next, null, "there is none", [.. needed, .. resources.Before(service)])));
        }
    }

    /// <summary>A service's containers, without those that were to take another's place when a command was interrupted: they go, as the other is still there.</summary>
    private List<ObservedContainer> WithoutLeftovers(ComposeService service, out List<int> gone)
    {
        gone = [];
        IReadOnlyList<ObservedContainer> all = observed.Of(service.Name);
        IReadOnlyDictionary<string, string> leftovers = Leftovers.Of(all);
        List<ObservedContainer> kept = [];
        foreach (ObservedContainer container in all)
        {
            if (leftovers.TryGetValue(container.Id, out string? reason))
            {
                gone.Add(Add(StepAction.RemoveContainer, service, container.Name, 0, container, reason));
            }
            else
            {
                kept.Add(container);
            }
        }

        return kept;
    }

    private PlannedContainer Keep(ComposeService service, ObservedContainer container)
    {
        string name = ServiceScale.ContainerName(project.Name, service, container.Number);
        if (container.InterimNameOf != name)
        {
            return new(container.Number, container.Name, container, null);
        }

        return new(container.Number, name, container, null) { Renamed = Add(StepAction.RenameContainer, service, name, container.Number, container, "a command was interrupted before it did so") };
    }

    /// <summary>Whether ports of a service pass from or to another one: then the old containers of both are stopped before the new ones are started, whatever the update policy is.</summary>
    private bool MovesPorts(ComposeService service, bool isUpdated)
    {
        if (!isUpdated || _handovers.Reason(service) is not { } reason)
        {
            return false;
        }

        builder.Warnings.Add($"service \"{service.Name}\" is updated stop-first, without its update_config: {reason}");
        return true;
    }

    private void WarnOfOrder(ComposeService service, bool isUpdated)
    {
        if (isUpdated && service.Deploy?.Update?.Order == UpdateOrder.StartFirst && Obstacle(service) is { } obstacle)
        {
            builder.Warnings.Add($"service \"{service.Name}\" is updated stop-first, not start-first: {obstacle}");
        }
    }

    private string? Obstacle(ComposeService service) => resources.Removals(service).Any() ? "a network or volume of it is made anew" : UpdateOrder.Obstacle(service);

    private PlannedContainer Update(ComposeService service, ObservedContainer container, string reason, IEnumerable<int> after, UpdateGroups updates)
    {
        string name = ServiceScale.ContainerName(project.Name, service, container.Number);
        bool isStartFirst = service.Deploy?.Update?.Order == UpdateOrder.StartFirst && Obstacle(service) is null;
        int step = builder.Add(
            new()
            {
                Id = 0, Action = isStartFirst ? StepAction.UpdateStartFirst : StepAction.UpdateStopFirst, Name = name, Key = service.Name, Number = container.Number, Container = container, Reason = reason,
                Group = updates.Next,
            },
            after);
        updates.Add(step);
        return new(container.Number, name, container, step) { IsReplacement = true, IsUpdate = true };
    }

    private PlannedContainer Recreate(ComposeService service, ObservedContainer container, string reason, int[] needed, UpdateGroups? updates)
    {
        if (updates is not null && container.IsRunning && !resources.Removals(service).Any())
        {
            return Update(service, container, reason, [.. needed, .. resources.Before(service)], updates);
        }

        string name = ServiceScale.ContainerName(project.Name, service, container.Number);
        (int Step, bool Removed)[] removals = [.. resources.Removals(service)];
        if (removals.Any(removal => removal.Removed))
        {
            // A volume can only be removed when there is no container that has it.
            int removed = Add(StepAction.RemoveContainer, service, container.Name, container.Number, container, reason);
            Release(service, removed, removed);
            return new(container.Number, name, null, Add(StepAction.CreateContainer, service, name, container.Number, null, reason, [.. needed, .. resources.Before(service), removed])) { IsReplacement = true };
        }

        if (removals.Length > 0)
        {
            int stopped = Add(StepAction.StopContainer, service, container.Name, container.Number, container, reason);
            Release(service, stopped, stopped);
        }

        return new(container.Number, name, container, Add(StepAction.RecreateContainer, service, name, container.Number, container, reason, [.. needed, .. resources.Before(service)])) { IsReplacement = true };
    }

    private void Release(ComposeService service, int stopped, int removed)
    {
        foreach ((int step, bool isRemoved) in resources.Removals(service))
        {
            resources.ReleasedBy(step, isRemoved ? removed : stopped);
        }
    }

    /// <summary>Why a container is not as its service is described; null if it is.</summary>
    private string? Difference(ComposeService service, ObservedContainer container, RecreatePolicy policy)
    {
        if (policy == RecreatePolicy.Never)
        {
            return null;
        }

        if (policy == RecreatePolicy.Always)
        {
            return "it is asked for";
        }

        if (ServiceReferences.Shared(service).FirstOrDefault(name => First(name)?.Made is not null) is { } other)
        {
            return $"it shares what belongs to a container of {other}, which is new";
        }

        if (container.Label(ComposeLabels.ConfigHash) != ConfigHash.Of(ServiceReferences.Resolve(service, name => First(name)?.Existing?.Id)))
        {
            return "its configuration has changed";
        }

        if (container.Label(ComposeLabels.Files) is { Length: > 0 } files && !FileInjection.IsHash(project, service, files))
        {
            return "what is copied into it of its secrets and configs has changed";
        }

        if (container.Label(ComposeLabels.Image) != (observed.Images.GetValueOrDefault(ServiceScale.ImageOf(project, service))?.Id ?? ""))
        {
            return "its image has changed";
        }

        if (container.IsRunning && service.Networks.Keys.FirstOrDefault(key => !IsOn(container, key)) is { } network)
        {
            return resources.NetworkId(network) is null ? $"the network {network} is new" : $"it is not on the network {network}";
        }

        return service.Volumes.Where(mount => mount.Type == "volume" && mount.Source.Length > 0 && project.Volumes.ContainsKey(mount.Source))
            .FirstOrDefault(mount => resources.IsVolumeReplaced(mount.Source) || !container.Summary.Mounts.Any(one => one.Type == "volume" && one.Name == project.Volumes[mount.Source].Name)) is { } missing
            ? $"it does not have the volume {missing.Source}" : null;
    }

    private bool IsOn(ObservedContainer container, string key) =>
        resources.NetworkId(key) is { } id && container.Summary.NetworkSettings.Networks.Values.Any(endpoint => endpoint.NetworkID == id);

    private PlannedContainer? First(string service) => Of(service).OrderBy(one => one.Name, StringComparer.Ordinal).FirstOrDefault();

    private int Add(StepAction action, ComposeService service, string name, int number, ObservedContainer? container, string reason, params IEnumerable<int> after) =>
        builder.Add(new() { Id = 0, Action = action, Name = name, Key = service.Name, Number = number, Container = container, Reason = reason }, after);
}
