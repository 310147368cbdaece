using Quai.Cli.Compose.Projects;
using Quai.Compose.Model;
using Quai.Convergence.Execution;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary>Restarts the containers of services, in the order of the dependencies.</summary>
internal static class ServiceRestarts
{
    /// <summary>Does so, with the commands that services have for their containers' start and stop.</summary>
    /// <param name="scope">Where the project is.</param>
    /// <param name="found">The project and its containers.</param>
    /// <param name="services">The services; none for all.</param>
    /// <param name="withDependents">Whether services that depend on those with <c>restart: true</c> are restarted, too.</param>
    /// <param name="timeout">Seconds that containers have to end; null for their own.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task RunAsync(ComposeScope scope, ProjectContainers found, IReadOnlyCollection<string> services, bool withDependents, long? timeout, CancellationToken cancellation = default)
    {
        HashSet<string> wanted = [.. services.Count > 0 ? services : found.Project.Services.Keys];
        IReadOnlyList<ComposeService> order = ServiceOrder.Of(found.Project);
        foreach (ComposeService service in order)
        {
            if (withDependents && service.DependsOn.Any(entry => entry.Value is { Restart: true } && wanted.Contains(entry.Key)))
            {
                wanted.Add(service.Name);
            }
        }

        ServiceHooks hooks = new(scope.Engine);
        foreach (ComposeService service in order.Where(service => wanted.Contains(service.Name)))
        {
            await PlanRun.EachAsync(scope, found.Of([service.Name]), "Restarting", "Started", async container =>
            {
                if (container.IsRunning)
                {
                    await hooks.RunAsync(service.Name, container.Id, service.PreStop, cancellation);
                }

                await scope.Engine.Containers.RestartAsync(container.Id, timeout: timeout, cancellation: cancellation);
                await hooks.RunAsync(service.Name, container.Id, service.PostStart, cancellation);
            });
        }
    }
}
