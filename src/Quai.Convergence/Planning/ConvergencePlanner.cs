using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence.Checking;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>Plans how an engine comes from what it has to what a project's files describe.</summary>
public static class ConvergencePlanner
{
    /// <summary>The plan.</summary>
    /// <param name="project">The project; only its enabled services are looked at.</param>
    /// <param name="observed">What the engine has.</param>
    /// <param name="options">How it is to be brought up.</param>
    /// <exception cref="ConvergenceException">There is no way.</exception>
    public static ConvergencePlan Plan(ComposeProject project, ObservedProject observed, PlanOptions options)
    {
        EngineChecks.Check(project, observed);
        PlanBuilder builder = new();
        ResourcePlans resources = new(project, observed, builder);
        resources.PlanNetworks();
        resources.PlanVolumes(options.VolumesToRecreate);
        IReadOnlyList<ObservedContainer> orphans = Orphans(project, observed);
        if (options.RemovesOrphans)
        {
            foreach (ObservedContainer orphan in orphans)
            {
                builder.Add(new() { Id = 0, Action = StepAction.RemoveContainer, Name = orphan.Name, Container = orphan, Reason = "the files do not have its service" });
            }
        }

        IReadOnlyList<ComposeService> order = ServiceOrder.Of(project);
        foreach (ComposeService service in order)
        {
            WarnOfOwners(project, service, builder);
        }

        ContainerPlans containers = new(project, observed, options, builder, resources);
        foreach (ComposeService service in order)
        {
            if (options.Keeps.Contains(service.Name))
            {
                containers.Adopt(service);
            }
            else
            {
                containers.Plan(service);
            }
        }

        resources.CloseRemovals();
        if (options.Starts)
        {
            new StartPlans(project, observed, options, builder, containers).Plan(order);
            new PortHandovers(project, observed, options).Order(builder);
        }

        return new() { Steps = builder.Done(), Warnings = builder.Warnings, DivergedVolumes = resources.DivergedVolumes, Orphans = orphans };
    }

    /// <summary>A file of the host keeps its owner and mode in a container.</summary>
    private static void WarnOfOwners(ComposeProject project, ComposeService service, PlanBuilder builder)
    {
        foreach (ServiceFile file in service.Secrets.Where(secret => project.Secrets.GetValueOrDefault(secret.Source) is { File.Length: > 0 })
            .Concat(service.Configs.Where(config => project.Configs.GetValueOrDefault(config.Source) is { File.Length: > 0 }))
            .Where(file => file.Uid.Length > 0 || file.Gid.Length > 0 || file.Mode is not null))
        {
            builder.Warnings.Add($"service \"{service.Name}\": {file.Source}: `uid`, `gid` and `mode` are not supported for files of the host, they are ignored");
        }
    }

    private static IReadOnlyList<ObservedContainer> Orphans(ComposeProject project, ObservedProject observed)
    {
        HashSet<string> known = [.. project.AllServices.Select(service => service.Name)];

        // A container of `run` that has ended is nobody's; one that runs is somebody's.
        return [.. observed.Containers.Where(container => container.IsOneOff ? container.State is "exited" or "dead" : !known.Contains(container.Service))];
    }
}
