using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Images.Catalog;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Stores the images of an archive.</summary>
internal sealed class LoadImages(
    BlobStore blobs, SnapshotStore snapshots, LayerStore layers, ImageRecorder recorder, LeasedWork work, ImageEvents events, TimeProvider time)
{
    public async Task<IReadOnlyList<LoadedImage>> RunAsync(
        Stream archive, IReadOnlyList<Platform> platforms, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        IReadOnlyList<LoadedImage> loaded = await work.RunAsync(
            async lease =>
            {
                var job = new LoadJob(platforms, progress, lease);
                await using SpooledArchive spooled = await SpooledArchive.ReadAsync(archive, blobs, snapshots, time, job, cancellation).ConfigureAwait(false);
                return await new ArchiveLoader(spooled, blobs, layers, recorder, time, job).RunAsync(cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        foreach (LoadedImage image in loaded)
        {
            events.Publish("load", image.Id, image.Name ?? image.Id);
        }

        return loaded;
    }
}
