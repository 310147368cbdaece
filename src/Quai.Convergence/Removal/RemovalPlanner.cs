using Quai.Api.Networks;
using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Removal;

/// <summary>Plans how a project is taken down: containers in the reverse order of their dependencies, then networks, volumes and images.</summary>
public static class RemovalPlanner
{
    /// <summary>The plan.</summary>
    /// <param name="projectName">The project's name.</param>
    /// <param name="project">Its files; null where they are not at hand and the containers' labels tell what there is.</param>
    /// <param name="observed">What the engine has by the project's labels.</param>
    /// <param name="options">What is to be taken down.</param>
    public static ConvergencePlan Plan(string projectName, ComposeProject? project, ObservedProject observed, RemovalOptions options)
    {
        PlanBuilder builder = new();
        HashSet<string> known = [.. project?.AllServices.Select(service => service.Name) ?? observed.Containers.Select(container => container.Service)];
        ObservedContainer[] going = [.. observed.Containers.Where(container => options.Services.Count > 0 ? options.Services.Contains(container.Service)
            : known.Contains(container.Service) || container.IsOneOff || options.Orphans)];
        List<int> removals = PlanContainers(builder, project, going);
        ObservedContainer[] staying = [.. observed.Containers.Except(going)];
        ObservedContainer[] orphans = [.. staying.Where(container => options.Services.Count == 0)];
        foreach (NetworkInspect network in observed.Networks.OrderBy(network => network.Name, StringComparer.Ordinal))
        {
            string key = network.Labels.GetValueOrDefault(ComposeLabels.Network, "");
            if (options.Services.Count == 0 || (project is not null && IsOnlyOf(project, options.Services, service => service.Networks.ContainsKey(key))))
            {
                builder.Add(new() { Id = 0, Action = StepAction.RemoveNetwork, Name = network.Name, Key = key, Reason = "the project goes", IsRequired = false }, removals);
            }
        }

        if (options.Volumes)
        {
            PlanVolumes(builder, project, observed, options, removals);
        }

        foreach (string image in Images(projectName, project, going, options))
        {
            builder.Add(new() { Id = 0, Action = StepAction.RemoveImage, Name = image, Reason = "it is asked for", IsRequired = false }, removals);
        }

        return new() { Steps = builder.Done(), Warnings = builder.Warnings, Orphans = orphans };
    }

    /// <summary>The containers of a project that depend on a service's: by its files, else by the containers' labels.</summary>
    internal static IEnumerable<string> DependenciesOf(ComposeProject? project, ObservedContainer container) =>
        project?.AllServices.FirstOrDefault(service => service.Name == container.Service)?.DependsOn.Keys
            ?? container.Label(ComposeLabels.DependsOn).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')[0]);

    private static List<int> PlanContainers(PlanBuilder builder, ComposeProject? project, ObservedContainer[] going)
    {
        Dictionary<string, List<int>> stops = [];
        List<(ObservedContainer Container, int Step)> stopped = [];
        List<int> removals = [];
        foreach (ObservedContainer container in going.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            int last = builder.Add(new() { Id = 0, Action = StepAction.RemoveContainer, Name = container.Name, Key = container.Service, Number = container.Number, Container = container, Reason = "the project goes" });
            if (container.State is "running" or "restarting" or "paused")
            {
                int stop = builder.Add(new() { Id = 0, Action = StepAction.StopContainer, Name = container.Name, Key = container.Service, Number = container.Number, Container = container, Reason = "the project goes" });
                builder.Order(last, [stop]);
                stopped.Add((container, stop));
                if (!stops.TryGetValue(container.Service, out List<int>? steps))
                {
                    stops[container.Service] = steps = [];
                }

                steps.Add(stop);
            }

            removals.Add(last);
        }

        foreach ((ObservedContainer container, int step) in stopped)
        {
            foreach (string other in DependenciesOf(project, container).Where(other => other != container.Service))
            {
                foreach (int later in stops.GetValueOrDefault(other) ?? [])
                {
                    builder.Order(later, [step]);
                }
            }
        }

        return removals;
    }

    private static void PlanVolumes(PlanBuilder builder, ComposeProject? project, ObservedProject observed, RemovalOptions options, List<int> removals)
    {
        foreach ((string name, Api.Volumes.VolumeInspect volume) in observed.Volumes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            string key = volume.Labels?.GetValueOrDefault(ComposeLabels.Volume) ?? "";

            // An anonymous volume of a container goes with its container.
            if (key.Length > 0 && project?.Volumes.GetValueOrDefault(key) is not { IsExternal: true }
                && (options.Services.Count == 0 || (project is not null && IsOnlyOf(project, options.Services, service => service.Volumes.Any(mount => mount.Type == "volume" && mount.Source == key)))))
            {
                builder.Add(new() { Id = 0, Action = StepAction.RemoveVolume, Name = name, Key = key, Reason = "it is asked for", IsRequired = false }, removals);
            }
        }
    }

    private static IEnumerable<string> Images(string projectName, ComposeProject? project, ObservedContainer[] going, RemovalOptions options)
    {
        if (options.Images.Length == 0)
        {
            return [];
        }

        IEnumerable<string> built = going.Where(container => container.Service.Length > 0).Select(container => $"{projectName}-{container.Service}");
        IEnumerable<string> named = project is null ? going.Select(container => container.Summary.Image)
            : project.Services.Values.Where(service => options.Services.Count == 0 || options.Services.Contains(service.Name))
                .Where(service => options.Images == "all" || (service.Build is not null && service.Image.Length == 0)).Select(service => ServiceScale.ImageOf(project, service));
        return named.Where(name => options.Images == "all" || built.Contains(name) || project is not null).Distinct().Order(StringComparer.Ordinal);
    }

    private static bool IsOnlyOf(ComposeProject project, IReadOnlyList<string> services, Func<ComposeService, bool> uses) =>
        project.AllServices.Where(uses).ToArray() is { Length: > 0 } users && users.All(service => services.Contains(service.Name));
}
