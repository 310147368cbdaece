using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
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
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(Sentences(project));
            return await AssumedAsync(project, cancellation);
        }

        foreach (ComposeService service in Provided(project))
        {
            show(new($"Service {service.Name}", "Creating", ConvergenceStage.Working));
            IReadOnlyList<(string Name, string Value)> variables = await new ProviderProgram(service, project.Name, message => Say(service, message)).RunAsync("up", cancellation);
            show(new($"Service {service.Name}", "Created", ConvergenceStage.Done));
            string prefix = Prefix(service);
            project = Without(project, service, _ => variables.Select(variable => (prefix + variable.Name, variable.Value)));
        }

        return project;
    }

    /// <summary>What would be provided, a line each.</summary>
    public static IEnumerable<string> Sentences(ComposeProject project) => Provided(project).Select(service => $"provide service {service.Name}: by {service.Provider!.Type}");

    /// <summary>The project without them, where none is called: who depends on one has the variables that its containers have already.</summary>
    public async Task<ComposeProject> AssumedAsync(ComposeProject project, CancellationToken cancellation = default)
    {
        ComposeService[] provided = [.. Provided(project)];
        if (provided.Length == 0)
        {
            return project;
        }

        ILookup<string, ObservedContainer> containers = (await scope.Observer.ContainersAsync(project.Name, cancellation: cancellation)).Where(one => !one.IsOneOff).OrderBy(one => one.Number).ToLookup(one => one.Service);
        Dictionary<string, IReadOnlyDictionary<string, string>> known = [];
        foreach (ComposeService service in project.Services.Values.Where(service => provided.Any(one => service.DependsOn.ContainsKey(one.Name)) && containers[service.Name].Any()))
        {
            known[service.Name] = await VariablesAsync(containers[service.Name].First().Id, cancellation);
        }

        foreach (ComposeService one in provided)
        {
            string prefix = Prefix(one);
            project = Without(project, one, service => (known.GetValueOrDefault(service.Name) ?? new Dictionary<string, string>())
                .Where(variable => variable.Key.StartsWith(prefix, StringComparison.Ordinal) && !service.Environment.ContainsKey(variable.Key)).Select(variable => (variable.Key, variable.Value)));
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

    private static IEnumerable<ComposeService> Provided(ComposeProject project) => ServiceOrder.Of(project).Where(service => service.Provider is not null);

    private static string Prefix(ComposeService provided) => provided.Name.ToUpperInvariant().Replace('-', '_') + "_";

    /// <summary>The variables of a container that are not its image's.</summary>
    private async Task<IReadOnlyDictionary<string, string>> VariablesAsync(string id, CancellationToken cancellation)
    {
        try
        {
            ContainerInspect container = await scope.Engine.Containers.InspectAsync(id, cancellation);
            List<string> images = [];
            try
            {
                images = (await scope.Engine.Images.InspectAsync(container.Image, cancellation: cancellation)).Config?.Env ?? [];
            }
            catch (DaemonException e) when (e.Status == 404)
            {
                // The image has been removed meanwhile: its variables cannot be told from others.
            }

            return (container.Config.Env ?? []).Except(images).Select(variable => variable.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            return new Dictionary<string, string>();
        }
    }

    private static ComposeProject Without(ComposeProject project, ComposeService provided, Func<ComposeService, IEnumerable<(string Name, string Value)>> variablesOf)
    {
        Dictionary<string, ComposeService> services = [];
        foreach (ComposeService service in project.Services.Values.Where(service => service != provided))
        {
            if (!service.DependsOn.ContainsKey(provided.Name))
            {
                services[service.Name] = service;
                continue;
            }

            Dictionary<string, string?> environment = new(service.Environment);
            foreach ((string name, string value) in variablesOf(service))
            {
                environment[name] = value;
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
