using Quai.Api.Containers;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Files;

/// <summary>Describes a path of a container.</summary>
internal sealed class StatPath(ContainerRegistry registry, ContainerViews views)
{
    /// <inheritdoc cref="IContainerFiles.StatPathAsync"/>
    public async Task<ContainerPathStat> RunAsync(string id, string path, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using ContainerView view = await views.OpenAsync(container, ViewKind.Read, cancellation).ConfigureAwait(false);
        using FoundPath found = FoundPath.Open(view, path, id);
        return found.Stat(view);
    }
}
