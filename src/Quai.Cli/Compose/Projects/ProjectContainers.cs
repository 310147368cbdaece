using Quai.Cli.CommandLine;
using Quai.Compose.Model;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Projects;

/// <summary>A project together with its containers.</summary>
/// <param name="Project">The project; without its files, what the containers say of it.</param>
/// <param name="Containers">All of its containers.</param>
/// <param name="HasFiles">Whether its files are known.</param>
internal sealed record ProjectContainers(ComposeProject Project, IReadOnlyList<ObservedContainer> Containers, bool HasFiles)
{
    /// <summary>Finds the project, and what the engine has of it.</summary>
    /// <param name="scope">Where it is looked for.</param>
    /// <param name="services">Services that must be a part of it.</param>
    /// <exception cref="ExitException">There is no such service.</exception>
    public static async Task<ProjectContainers> FindAsync(ComposeScope scope, IReadOnlyList<string> services)
    {
        (string name, ComposeProject? project) = scope.Find([]);
        IReadOnlyList<ObservedContainer> containers = await scope.Observer.ContainersAsync(name);
        ComposeProject known = project ?? LabelledProject.Of(name, containers);
        if (services.FirstOrDefault(service => known.AllServices.All(one => one.Name != service)) is { } unknown)
        {
            throw new ExitException(1, $"no such service: {unknown}");
        }

        return new(known, containers, project is not null);
    }

    /// <summary>The containers of services, by name; of all services if none are given.</summary>
    /// <param name="services">The services.</param>
    /// <param name="oneOffs">Whether those of <c>run</c> are among them.</param>
    public IReadOnlyList<ObservedContainer> Of(IReadOnlyList<string> services, bool oneOffs = false) =>
        [.. Containers.Where(container => (oneOffs || !container.IsOneOff) && (services.Count == 0 || services.Contains(container.Service))).OrderBy(container => container.Name, StringComparer.Ordinal)];

    /// <summary>The running container of a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="index">The container's number; 0 for the first.</param>
    /// <param name="all">Whether it may be one that does not run.</param>
    /// <exception cref="ExitException">There is none.</exception>
    public ObservedContainer One(string service, long index, bool all = false)
    {
        ObservedContainer[] found = [.. Containers.Where(container => !container.IsOneOff && container.Service == service && (index == 0 || container.Number == index)).OrderBy(container => container.Number)];
        return found.FirstOrDefault(container => container.IsRunning || all)
            ?? throw new ExitException(1, index > 0 ? $"service \"{service}\" is not running container #{index}" : $"service \"{service}\" is not running");
    }
}
