using Microsoft.Data.Sqlite;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public Task<ImageDiskUsage> DiskUsageAsync(CancellationToken cancellation) => Task.Run(() => MeasureDisk(cancellation), cancellation);

    private ImageDiskUsage MeasureDisk(CancellationToken cancellation)
    {
        (List<(long Number, string ChainId)> layers, List<string> blobs, List<(string Image, string Part)> needs, HashSet<string> mounted) = _database.Read(ReadParts);

        // Layers and blobs are both parts of images; a layer's diff id may be a blob's digest, so they are told apart.
        var sizes = new Dictionary<string, long>();
        long onlyContainers = 0;
        HashSet<string> named = [.. needs.Select(n => n.Part)];
        foreach ((long number, string chainId) in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            long disk = _snapshots.DiskOf(number);
            sizes[LayerPart(chainId)] = disk;
            onlyContainers += !named.Contains(LayerPart(chainId)) && mounted.Contains($"{number}/fs") ? disk : 0;
        }

        foreach (string blob in blobs)
        {
            cancellation.ThrowIfCancellationRequested();
            sizes[blob] = _blobs.DiskOf(Digest.Parse(blob));
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

    private static (List<(long Number, string ChainId)> Layers, List<string> Blobs, List<(string Image, string Part)> Needs, HashSet<string> Mounted) ReadParts(SqliteConnection connection)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        return (
            connection.Rows("SELECT number, chain_id FROM snapshots WHERE chain_id IS NOT NULL AND state=$s", r => (r.GetInt64(0), r.GetString(1)), ("$s", Schema.Ready)),
            connection.Rows("SELECT digest FROM blobs", r => r.GetString(0)),
            [
                .. connection.Rows("SELECT DISTINCT image_id, chain_id FROM image_layers", r => (r.GetString(0), LayerPart(r.GetString(1)))),
                .. connection.Rows("SELECT image_id, digest FROM image_blobs", r => (r.GetString(0), r.GetString(1))),
            ],
            [.. connection.Rows("SELECT lower FROM snapshots WHERE key IS NOT NULL", r => r.GetString(0)).SelectMany(l => l.Split(':'))]);
    }
}
