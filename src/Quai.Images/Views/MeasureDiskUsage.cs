using Microsoft.Data.Sqlite;
using Quai.Content.Blobs;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Views;

/// <summary>Disk usage of images.</summary>
internal sealed class MeasureDiskUsage(MetadataDatabase database, BlobStore blobStore, SnapshotStore snapshots)
{
    public Task<ImageDiskUsage> RunAsync(CancellationToken cancellation) => Task.Run(() => Measure(cancellation), cancellation);

    private ImageDiskUsage Measure(CancellationToken cancellation)
    {
        (List<LayerRecord> layers, List<string> blobs, List<(string Image, string Part)> needs, HashSet<string> mounted) = database.Read(ReadParts);

        // Layers and blobs are both parts of images; a layer's diff id may equal a blob's digest, so they are kept apart.
        var sizes = new Dictionary<string, long>();
        long onlyContainers = 0;
        HashSet<string> named = [.. needs.Select(n => n.Part)];
        foreach (LayerRecord layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            long disk = snapshots.DiskOf(layer.Number);
            sizes[LayerPart(layer.ChainId)] = disk;
            onlyContainers += !named.Contains(LayerPart(layer.ChainId)) && mounted.Contains(layer.Directory) ? disk : 0;
        }

        foreach (string blob in blobs)
        {
            cancellation.ThrowIfCancellationRequested();
            sizes[blob] = blobStore.DiskOf(Digest.Parse(blob));
        }

        Dictionary<string, int> users = needs.CountBy(n => n.Part).ToDictionary();
        Dictionary<string, string[]> partsOf = needs.GroupBy(n => n.Image, n => n.Part).ToDictionary(g => g.Key, g => g.ToArray());
        return new ImageDiskUsage(
            sizes.Values.Sum(),
            partsOf.ToDictionary(
                i => i.Key,
                i => (i.Value.Sum(SizeOf), i.Value.Where(p => users[p] > 1).Sum(SizeOf))),
            ids => onlyContainers + ids.SelectMany(i => partsOf.GetValueOrDefault(i) ?? []).Distinct().Sum(SizeOf));

        long SizeOf(string part) => sizes.GetValueOrDefault(part);
    }

    private static string LayerPart(string chainId) => "layer " + chainId;

    private static (List<LayerRecord> Layers, List<string> Blobs, List<(string Image, string Part)> Needs, HashSet<string> Mounted) ReadParts(SqliteConnection connection)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        return (
            ContentRecords.Layers(connection),
            [.. ContentRecords.Blobs(connection).Select(b => b.Digest)],
            [
                .. connection.Rows("SELECT DISTINCT image_id, chain_id FROM image_layers", r => (r.GetString(0), LayerPart(r.GetString(1)))),
                .. connection.Rows("SELECT image_id, digest FROM image_blobs", r => (r.GetString(0), r.GetString(1))),
            ],
            ContentRecords.Mounted(connection));
    }
}
