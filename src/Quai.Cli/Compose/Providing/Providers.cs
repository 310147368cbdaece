using Quai.Cli.CommandLine;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence.Execution;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Providing;

/// <summary>Services that other programs provide, by compose's protocol for them.</summary>
/// <param name="scope">Where the project is.</param>
/// <param name="show">Shows what happens.</param>
internal sealed class Providers(ComposeScope scope, Action<ConvergenceEvent> show)
{
    /// <summary>Has all of them provided, in the order of their dependencies.</summary>
    /// <param name="project">The project.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The project without them; who depends on one has its variables.</returns>
    /// <exception cref="ExitException">One cannot be provided.</exception>
    public async Task<ComposeProject> UpAsync(ComposeProject project, CancellationToken cancellation)
    {
        foreach (ComposeService service in ServiceOrder.Of(project).Where(service => service.Provider is not null))
        {
            IReadOnlyList<(string Name, string Value)> variables = [];
            if (scope.Globals.IsDryRun)
            {
                scope.Out.WriteRows($"provide service {service.Name}: by {service.Provider!.Type}");
            }
            else
            {
                show(new($"Service {service.Name}", "Creating", ConvergenceStage.Working));
                variables = await new ProviderProgram(service, project.Name, message => Say(service, message)).RunAsync("up", cancellation);
                show(new($"Service {service.Name}", "Created", ConvergenceStage.Done));
            }

            project = Without(project, service, variables);
        }

        return project;
    }

    /// <summary>Has all of them taken down.</summary>
    /// <exception cref="ExitException">One cannot be.</exception>
    public async Task DownAsync(ComposeProject project, IReadOnlyList<string> services)
    {
        foreach (ComposeService service in ServiceOrder.Of(project).Reverse().Where(service => service.Provider is not null && (services.Count == 0 || services.Contains(service.Name))))
        {
            if (scope.Globals.IsDryRun)
            {
                scope.Out.WriteRows($"take down service {service.Name}: by {service.Provider!.Type}");
                continue;
            }

            show(new($"Service {service.Name}", "Removing", ConvergenceStage.Working));
            await new ProviderProgram(service, project.Name, message => Say(service, message)).RunAsync("down", CancellationToken.None);
            show(new($"Service {service.Name}", "Removed", ConvergenceStage.Done));
        }
    }

    private void Say(ComposeService service, string message) => show(new($"Service {service.Name}", message, ConvergenceStage.Working));

    private static ComposeProject Without(ComposeProject project, ComposeService provided, IReadOnlyList<(string Name, string Value)> variables)
    {
        string prefix = provided.Name.ToUpperInvariant().Replace('-', '_') + "_";
        Dictionary<string, ComposeService> services = [];
        foreach (ComposeService service in project.Services.Values.Where(service => service != provided))
        {
            if (!service.DependsOn.ContainsKey(provided.Name))
            {
                services[service.Name] = service;
                continue;
            }

            Dictionary<string, string?> environment = new(service.Environment);
            foreach ((string name, string value) in variables)
            {
                environment[prefix + name] = value;
            }

            services[service.Name] = service with
            {
                Environment = environment,
                DependsOn = service.DependsOn.Where(entry => entry.Key != provided.Name).ToDictionary(),
            };
        }

        return project with { Services = services };
    }
}
