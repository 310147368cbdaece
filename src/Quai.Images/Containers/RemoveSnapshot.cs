using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Metadata;

namespace Quai.Images.Containers;

/// <summary>Forgets a container's snapshot, and whatever of a removed image only that snapshot kept.</summary>
internal sealed class RemoveSnapshot(SnapshotStore snapshots, MetadataDatabase database, ContentCollector collector)
{
    public async Task RunAsync(string key, CancellationToken cancellation)
    {
        if (await snapshots.RemoveAsync(key, cancellation).ConfigureAwait(false) is { } image
            && database.Read(c => c.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", image))) is null)
        {
            await collector.RunQuietlyAsync().ConfigureAwait(false);
        }
    }
}
