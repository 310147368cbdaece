using Microsoft.Data.Sqlite;
using Quai.Content.Snapshots;
using Quai.Metadata;

namespace Quai.Images.Containers;

/// <summary>Reserves and creates a container's writable snapshot on top of an image.</summary>
internal sealed class PrepareSnapshot(SnapshotStore snapshots)
{
    public Task<Snapshot> RunAsync(string key, string imageId, CancellationToken cancellation) => snapshots.PrepareAsync(key, c => ParentOf(c, imageId), cancellation);

    // The layers are read in the transaction that reserves the snapshot: an image may be removed and pulled again at any time.
    private static SnapshotParent ParentOf(SqliteConnection connection, string imageId) =>
        connection.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", imageId)) is null
            ? throw new ImageNotFoundException(imageId)
            : new SnapshotParent(connection.Rows("SELECT chain_id FROM image_layers WHERE image_id=$i ORDER BY position", r => r.GetString(0), ("$i", imageId)), imageId);
}
