using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>Packs a container's whole root.</summary>
internal sealed class ExportContainer(ContainerRegistry registry, ContainerViews views, ContainerEvents events)
{
    /// <inheritdoc cref="IContainerFiles.ExportAsync"/>
    public async Task<IContainerArchive> RunAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ContainerView view = await views.OpenAsync(container, ViewKind.RootOnly, cancellation).ConfigureAwait(false);
        try
        {
            FileDescriptor root = Openat2.Open(view.Root.Number, ".", FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, FoundPath.Inside);
            events.Publish(container, "export");
            return new TreeArchive(view, root, null, packer => packer.PackContent(root, default));
        }
        catch (Exception e)
        {
            view.Dispose();
            throw e is LinuxException ? QuaiException.System($"error exporting container {id}: {e.Message}", e) : e;
        }
    }
}
