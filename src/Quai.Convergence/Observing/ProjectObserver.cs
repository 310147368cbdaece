using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.Networks;
using Quai.Api.Volumes;
using Quai.Client;
using Quai.Compose.Model;

namespace Quai.Convergence.Observing;

/// <summary>Finds out what an engine has of a project: a request for each kind of thing, all at once.</summary>
/// <param name="engine">The engine; by a client that does not block.</param>
public sealed class ProjectObserver(EngineClient engine)
{
    /// <summary>The containers of a project.</summary>
    /// <param name="projectName">The project's name.</param>
    /// <param name="all">Whether also those that do not run.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<ObservedContainer>> ContainersAsync(string projectName, bool all = true, CancellationToken cancellation = default) =>
        [.. (await engine.Containers.ListAsync(all, filters: [Label(projectName)], cancellation: cancellation)).Select(summary => new ObservedContainer(summary))];

    /// <summary>Everything that a plan for a project needs to know.</summary>
    /// <param name="project">The project.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DaemonException">The engine refused.</exception>
    public async Task<ObservedProject> ObserveAsync(ComposeProject project, CancellationToken cancellation = default)
    {
        await engine.GetVersionAsync(cancellation);
        Task<IReadOnlyList<ObservedContainer>> containers = ContainersAsync(project.Name, cancellation: cancellation);
        Task<List<NetworkInspect>> networks = project.Networks.Count > 0 ? engine.Networks.ListAsync(cancellation: cancellation) : Task.FromResult<List<NetworkInspect>>([]);
        Task<VolumeListResponse> volumes = project.Volumes.Count > 0 ? engine.Volumes.ListAsync(cancellation: cancellation) : Task.FromResult<VolumeListResponse>(new([], null));
        Task<IReadOnlyDictionary<string, ObservedImage>> images = ImagesAsync(project, cancellation);
        await Task.WhenAll(containers, networks, volumes, images);
        return new()
        {
            Containers = await containers,
            Networks = await networks,
            Volumes = ((await volumes).Volumes ?? []).ToDictionary(volume => volume.Name),
            Images = await images,
        };
    }

    /// <summary>What a project has left on the engine, whatever its files say: its containers, networks and volumes by their labels.</summary>
    public async Task<ObservedProject> ObserveLabelledAsync(string projectName, CancellationToken cancellation = default)
    {
        await engine.GetVersionAsync(cancellation);
        Task<IReadOnlyList<ObservedContainer>> containers = ContainersAsync(projectName, cancellation: cancellation);
        Task<List<NetworkInspect>> networks = engine.Networks.ListAsync([Label(projectName)], cancellation);
        Task<VolumeListResponse> volumes = engine.Volumes.ListAsync([Label(projectName)], cancellation);
        await Task.WhenAll(containers, networks, volumes);
        return new() { Containers = await containers, Networks = await networks, Volumes = ((await volumes).Volumes ?? []).ToDictionary(volume => volume.Name) };
    }

    /// <summary>The images of a project's services that the engine has, by name.</summary>
    public async Task<IReadOnlyDictionary<string, ObservedImage>> ImagesAsync(ComposeProject project, CancellationToken cancellation = default)
    {
        string[] names = [.. project.Services.Values.Where(service => service.Provider is null).Select(service => ServiceScale.ImageOf(project, service)).Distinct()];
        ObservedImage?[] found = await Task.WhenAll(names.Select(name => ImageAsync(name, cancellation)));
        return names.Zip(found).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
    }

    /// <summary>One image; null where the engine does not have it.</summary>
    public async Task<ObservedImage?> ImageAsync(string name, CancellationToken cancellation = default)
    {
        try
        {
            ImageInspect image = await engine.Images.InspectAsync(name, cancellation: cancellation);
            return new(image.Id, image.Config?.Volumes?.Keys.ToArray() ?? []);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static KeyValuePair<string, string> Label(string projectName) => new("label", $"{ComposeLabels.Project}={projectName}");
}
