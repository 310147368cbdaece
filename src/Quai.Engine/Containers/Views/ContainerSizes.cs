using Quai.Engine.Containers.State;
using Quai.Images;

namespace Quai.Engine.Containers.Views;

/// <summary>How large containers are.</summary>
internal sealed class ContainerSizes(IImageStore images)
{
    /// <summary>Bytes of its writable layer, and of all its layers together.</summary>
    public async Task<(long Rw, long RootFs)> OfAsync(Container container, CancellationToken cancellation)
    {
        long own = await WrittenAsync(container, cancellation).ConfigureAwait(false);
        try
        {
            return (own, own + images.Resolve(container.ImageId).Size);
        }
        catch (ImageNotFoundException)
        {
            return (own, own);
        }
    }

    /// <summary>Bytes of what was written in it.</summary>
    public async Task<long> WrittenAsync(Container container, CancellationToken cancellation) =>
        await images.SnapshotSizeAsync(container.Id, cancellation).ConfigureAwait(false) - OwnFiles.SizeIn(images.GetSnapshot(container.Id));
}
