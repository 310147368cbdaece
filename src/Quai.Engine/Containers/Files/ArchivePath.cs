using System.Text;
using Quai.Api.Containers;
using Quai.Archives;
using Quai.Engine.Containers.State;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers.Files;

/// <summary>Packs a path of a container.</summary>
internal sealed class ArchivePath(ContainerRegistry registry, ContainerViews views, ContainerEvents events)
{
    /// <inheritdoc cref="IContainerFiles.ArchivePathAsync"/>
    public async Task<IContainerArchive> RunAsync(string id, string path, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ContainerView view = await views.OpenAsync(container, ViewKind.Read, cancellation).ConfigureAwait(false);
        try
        {
            using FoundPath found = FoundPath.Open(view, path, id);
            ContainerPathStat stat = found.Stat(view);

            // What was found is what is packed: a directory by the same descriptor, anything else by its name in the directory where it was found.
            bool directory = NodeStatusReader.Read(found.Node).IsDirectory;
            FileDescriptor from = Openat2.Open((directory ? found.Node : found.Parent!).Number, ".", FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
            events.Publish(container, "archive-path");
            return new TreeArchive(view, from, stat, packer =>
            {
                if (directory)
                {
                    packer.PackDirectory(from, Encoding.UTF8.GetBytes(stat.Name));
                }
                else
                {
                    packer.Pack(from.Number, Encoding.UTF8.GetBytes(stat.Name + '\0'), Encoding.UTF8.GetBytes(stat.Name));
                }
            });
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }
}
