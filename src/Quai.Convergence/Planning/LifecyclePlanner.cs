using Quai.Compose.Model;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>Plans how the containers that a project has are started and stopped, in the order of their dependencies.</summary>
public static class LifecyclePlanner
{
    /// <summary>Starts the containers that there are, after what their services depend on.</summary>
    /// <param name="project">The project; only its enabled services are looked at.</param>
    /// <param name="observed">What the engine has.</param>
    /// <param name="waits">Whether it is waited until all run and are healthy.</param>
    public static ConvergencePlan Start(ComposeProject project, ObservedProject observed, bool waits)
    {
        PlanBuilder builder = new();
        PlanOptions options = new() { Waits = waits };
        ContainerPlans containers = new(project, observed, options, builder, new ResourcePlans(project, observed, builder));
        IReadOnlyList<ComposeService> order = ServiceOrder.Of(project);
        foreach (ComposeService service in order)
        {
            containers.Adopt(service);
        }

        new StartPlans(project, observed, options, builder, containers).Plan(order);
        return new() { Steps = builder.Done(), Warnings = builder.Warnings };
    }

    /// <summary>Stops containers, before what their services depend on.</summary>
    /// <param name="project">The project.</param>
    /// <param name="containers">The containers; those that do not run are left out.</param>
    public static ConvergencePlan Stop(ComposeProject project, IReadOnlyList<ObservedContainer> containers)
    {
        PlanBuilder builder = new();
        ILookup<string, int> steps = containers.Where(container => container.State is "running" or "restarting" or "paused").OrderBy(container => container.Name, StringComparer.Ordinal)
            .Select(container => (container.Service, Step: builder.Add(new()
            {
                Id = 0, Action = StepAction.StopContainer, Name = container.Name, Key = container.Service, Number = container.Number, Container = container, Reason = "it is asked for",
            }))).ToArray().ToLookup(one => one.Service, one => one.Step);
        foreach (ComposeService service in project.AllServices)
        {
            foreach (int later in service.DependsOn.Keys.Where(other => other != service.Name).SelectMany(other => steps[other]))
            {
                builder.Order(later, steps[service.Name]);
            }
        }

        return new() { Steps = builder.Done() };
    }
}
