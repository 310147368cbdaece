using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Stores;

/// <summary>Caches as manifests, in registries and in OCI layouts.</summary>
internal static class CacheManifests
{
    private const string DiffIdAnnotation = "containerd.io/uncompressed", CreatedAnnotation = "buildkit/createdat";

    /// <summary>Writes a cache's document and its manifest into the store of blobs.</summary>
    public static async Task<Descriptor> WriteAsync(CacheGraph graph, bool usesOciTypes, BlobStore blobs, Lease lease, CancellationToken cancellation)
    {
        byte[] document = CacheDocuments.Write(graph);
        Digest config = await blobs.AddAsync(document, null, lease, cancellation).ConfigureAwait(false);
        string type = usesOciTypes ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = type,
            Config = new Descriptor { MediaType = CacheDocuments.MediaType, Digest = config.ToString(), Size = document.Length },
            Layers =
            [
                .. graph.Layers.DistinctBy(l => l.Blob.Digest).Select(l => l.Blob with
                {
                    Annotations = new Dictionary<string, string> { [CreatedAnnotation] = l.CreatedAt.ToString("O"), [DiffIdAnnotation] = l.DiffId },
                }),
            ],
        });
        Digest digest = await blobs.AddAsync(manifest, null, lease, cancellation).ConfigureAwait(false);
        return new Descriptor { MediaType = type, Digest = digest.ToString(), Size = manifest.Length };
    }

    /// <summary>What clients are told of a cache's manifest.</summary>
    public static Dictionary<string, string> Answer(Descriptor manifest) => new() { ["cache.manifest"] = System.Text.Encoding.UTF8.GetString(ImageJson.Write(manifest)) };

    /// <summary>Reads the cache that a manifest is, or that the image of a manifest carries along; null for none.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="fetch">Fetches a small blob, verified, of a given size at most.</param>
    public static async Task<CacheGraph?> ReadAsync(Manifest manifest, Func<Descriptor, int, Task<byte[]>> fetch)
    {
        if (manifest.Config!.MediaType == CacheDocuments.MediaType)
        {
            return CacheDocuments.Read(await fetch(manifest.Config, CacheDocuments.Largest).ConfigureAwait(false));
        }

        if (!MediaTypes.IsImageConfig(manifest.Config.MediaType))
        {
            return null;
        }

        ImageConfig config = ImageJson.ReadConfig(await fetch(manifest.Config, ImageJson.MaxConfigSize).ConfigureAwait(false));
        if (config.BuildCache is not { Length: > 0 } cache || config.RootFs.DiffIds.Count != manifest.Layers!.Count)
        {
            return null;
        }

        DateTimeOffset?[] created = [.. (config.History ?? []).Where(h => h.EmptyLayer != true).Select(h => h.Created)];
        return CacheDocuments.ReadInline(
            cache, [.. manifest.Layers.Select((l, i) => new CachedLayer(l, config.RootFs.DiffIds[i], i - 1, (i < created.Length ? created[i] : null) ?? config.Created ?? DateTimeOffset.UnixEpoch))]);
    }
}
