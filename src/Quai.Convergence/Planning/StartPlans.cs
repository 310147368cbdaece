using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>Plans the starts: each after what its service depends on.</summary>
internal sealed class StartPlans(ComposeProject project, ObservedProject observed, PlanOptions options, PlanBuilder builder, ContainerPlans containers)
{
    private const string Completed = "service_completed_successfully", Healthy = "service_healthy", Started = "service_started";

    private readonly Dictionary<(string Service, string Condition, bool IsRequired), int[]> _waits = [];

    /// <summary>Plans them.</summary>
    /// <param name="order">The services, each after those that it depends on.</param>
    /// <exception cref="ConvergenceException">What a service depends on is not there.</exception>
    public void Plan(IReadOnlyList<ComposeService> order)
    {
        foreach (ComposeService service in order)
        {
            PlanService(service);
        }

        if (options.Waits)
        {
            foreach (ComposeService service in order.Where(service => containers.Of(service.Name).Count > 0 && !options.Keeps.Contains(service.Name)))
            {
                Wait(service, IsOnce(service) ? StepAction.WaitCompleted : StepAction.WaitRunning, isRequired: true);
            }
        }
    }

    private void PlanService(ComposeService service)
    {
        string[] changed = [.. service.DependsOn.Where(entry => entry.Value is { Restart: true } && containers.Of(entry.Key).Any(one => one.IsReplacement)).Select(entry => entry.Key)];
        bool isOnce = IsOnce(service);
        List<(PlannedContainer Container, string Reason)> starts = [];
        foreach (PlannedContainer container in options.Keeps.Contains(service.Name) ? [] : containers.Of(service.Name))
        {
            if (container.IsUpdate)
            {
                container.Started = container.Made;
            }
            else if (container.Made is not null)
            {
                starts.Add((container, "it is new"));
            }
            else if (container.Existing!.IsRunning && changed.Length > 0)
            {
                // It is stopped before what it depends on goes, and started when that is back.
                container.Stopped = Add(StepAction.StopContainer, service, container, $"{changed[0]} is made anew");
                foreach (int made in changed.SelectMany(containers.Of).Where(one => one.IsReplacement).Select(one => one.Made!.Value))
                {
                    builder.Order(made, [container.Stopped.Value]);
                }

                starts.Add((container, $"{changed[0]} is made anew"));
            }
            else if (container.Existing.State is "running" or "restarting" || (isOnce && container.Existing.HasCompleted))
            {
                Add(StepAction.KeepContainer, service, container, container.Existing.IsRunning ? "it runs and has not changed" : "it has completed and has not changed");
            }
            else
            {
                starts.Add((container, $"it is {container.Existing.State}"));
            }
        }

        int[] before = [.. service.DependsOn.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => Before(service, entry.Key, entry.Value))];
        foreach (PlannedContainer container in containers.Of(service.Name).Where(one => one.IsUpdate))
        {
            builder.Order(container.Made!.Value, before);
        }

        foreach ((PlannedContainer container, string reason) in starts)
        {
            int?[] own = [container.Made, container.Renamed, container.Stopped];
            container.Started = Add(StepAction.StartContainer, service, container, reason, [.. before, .. own.Where(step => step is not null).Select(step => step!.Value)]);
        }
    }

    /// <summary>Whether others wait for the end of a service.</summary>
    private bool IsOnce(ComposeService service) => project.Services.Values.Any(other => other.DependsOn.GetValueOrDefault(service.Name) is { Condition: Completed });

    private IEnumerable<int> Before(ComposeService service, string name, ServiceDependency? dependency)
    {
        string condition = dependency?.Condition is { Length: > 0 } given ? given : Started;
        bool isRequired = dependency?.Required ?? true;
        if (!project.Services.TryGetValue(name, out ComposeService? other) || ServiceScale.Of(other) == 0)
        {
            return [];
        }

        if (containers.Of(name).Count == 0 && condition != Started)
        {
            if (isRequired)
            {
                throw new ConvergenceException($"{service.Name} is missing dependency {name}");
            }

            builder.Warnings.Add($"{service.Name} is missing dependency {name}");
            return [];
        }

        return condition switch
        {
            Started => Starts(name),
            Healthy => Wait(other, StepAction.WaitHealthy, isRequired),
            Completed => Wait(other, StepAction.WaitCompleted, isRequired),
            _ => throw new ConvergenceException($"unsupported depends_on condition: {condition}"),
        };
    }

    private IEnumerable<int> Starts(string service) => containers.Of(service).Where(one => one.Started is not null).Select(one => one.Started!.Value);

    /// <summary>The step that waits for a service; none where what the engine lists shows that there is nothing to wait for.</summary>
    private int[] Wait(ComposeService service, StepAction action, bool isRequired)
    {
        (string, string, bool) key = (service.Name, action.ToString(), isRequired);
        if (_waits.TryGetValue(key, out int[]? known))
        {
            return known;
        }

        bool isThere = containers.Of(service.Name).All(one => one.Started is null && one.Made is null && observed.Containers.Contains(one.Existing!)
            && (action == StepAction.WaitCompleted ? one.Existing!.HasCompleted : one.Existing!.IsHealthy));
        return _waits[key] = isThere ? [] : [builder.Add(new() { Id = 0, Action = action, Name = service.Name, Key = service.Name, IsRequired = isRequired, Reason = action == StepAction.WaitRunning ? "it is asked for" : "others depend on it" }, Starts(service.Name))];
    }

    private int Add(StepAction action, ComposeService service, PlannedContainer container, string reason, params IEnumerable<int> after) =>
        builder.Add(new() { Id = 0, Action = action, Name = container.Name, Key = service.Name, Number = container.Number, Container = container.Existing, Reason = reason }, after);
}
