using Quai.Api.Containers;
using Quai.Archives;
using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>An archive that is packed while it is written out, on its own thread.</summary>
internal sealed class TreeArchive(ContainerView view, FileDescriptor from, ContainerPathStat? stat, Action<TreePacker> pack) : IContainerArchive
{
    public ContainerPathStat? Stat => stat;

    public Task WriteAsync(Stream output, CancellationToken cancellation) => PackingThread.RunAsync(output, pack, cancellation);

    public ValueTask DisposeAsync()
    {
        from.Dispose();
        view.Dispose();
        return ValueTask.CompletedTask;
    }
}
