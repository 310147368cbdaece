using Quai.Compose.Model;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Execution.Updating;

/// <summary>The updates of a plan's services.</summary>
internal sealed class ServiceUpdates : IDisposable
{
    private readonly Dictionary<string, ServiceUpdate> _services;

    /// <param name="project">The project.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="update">Updates one container.</param>
    /// <param name="known">Which containers there are.</param>
    /// <param name="report">Gets what happens.</param>
    public ServiceUpdates(ComposeProject project, ConvergencePlan plan, ContainerUpdate update, KnownContainers known, Action<ConvergenceEvent> report) =>
        _services = plan.Steps.Where(step => step.IsUpdate).GroupBy(step => step.Key)
            .ToDictionary(steps => steps.Key, steps => new ServiceUpdate(steps.Key, project.Services[steps.Key].Deploy!.Update!, steps.Count(), update, known, report) { Back = project.Services[steps.Key].Deploy!.Rollback });

    /// <inheritdoc cref="ServiceUpdate.RunAsync"/>
    public Task RunAsync(PlanStep step, CancellationToken cancellation) => _services[step.Key].RunAsync(step, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ServiceUpdate service in _services.Values)
        {
            service.Dispose();
        }
    }
}
