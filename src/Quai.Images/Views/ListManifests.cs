using Quai.Content.Blobs;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Views;

/// <summary>The manifests of an image: its own, and those of other platforms in the index that it came from.</summary>
internal sealed class ListManifests(MetadataDatabase database, BlobStore blobStore, ImageCatalog catalog)
{
    private const string ReferenceType = "vnd.docker.reference.type", ReferenceDigest = "vnd.docker.reference.digest";

    public IReadOnlyList<ImageManifest> Run(string id)
    {
        StoredImage image = catalog.ById(id) ?? throw new ImageNotFoundException(id);
        Dictionary<string, long> blobs = database.Read(ContentRecords.Blobs).ToDictionary(b => b.Digest, b => b.Size);
        List<ImageManifest> manifests = [];
        foreach (Descriptor entry in IndexOf(image, blobs)?.Manifests ?? [])
        {
            manifests.Add(Describe(entry, blobs));
        }

        if (!manifests.Exists(m => m.Descriptor.Digest == image.Manifest))
        {
            byte[] own = ReadBlob(image.Manifest);
            manifests.Insert(0, Describe(new Descriptor { MediaType = TypeOf(own), Digest = image.Manifest, Size = own.Length }, blobs));
        }

        return manifests;
    }

    /// <summary>The index that an image came from, if any and if its blob is kept.</summary>
    private ImageIndex? IndexOf(StoredImage image, Dictionary<string, long> blobs)
    {
        foreach (Digest digest in image.Names.Select(n => n.Digest).OfType<Digest>().Distinct())
        {
            if (digest.ToString() != image.Manifest && blobs.ContainsKey(digest.ToString()))
            {
                byte[] bytes = ReadBlob(digest.ToString());
                if (MediaTypes.IsIndex(TypeOf(bytes)))
                {
                    return ImageJson.ReadIndex(bytes);
                }
            }
        }

        return null;
    }

    private ImageManifest Describe(Descriptor entry, Dictionary<string, long> blobs)
    {
        string? reference = entry.Annotations?.GetValueOrDefault(ReferenceType);
        if (reference == "attestation-manifest")
        {
            return new ImageManifest(entry, "attestation", null, entry.Annotations!.GetValueOrDefault(ReferenceDigest), null, blobs.GetValueOrDefault(entry.Digest), 0);
        }

        if (!MediaTypes.IsManifest(entry.MediaType))
        {
            return new ImageManifest(entry, "unknown", null, null, null, blobs.GetValueOrDefault(entry.Digest), 0);
        }

        StoredImage? here = catalog.All.FirstOrDefault(i => i.Manifest == entry.Digest);
        PlatformDescription? platform = entry.Platform ?? (here is null ? null : new PlatformDescription { Os = here.Image.Config.Os, Architecture = here.Image.Config.Architecture, Variant = here.Image.Config.Variant });
        return new ImageManifest(entry, "image", platform, null, here?.Image.Id, here is null ? blobs.GetValueOrDefault(entry.Digest) : ContentSize(here, blobs), here?.Image.Size ?? 0);
    }

    private long ContentSize(StoredImage image, Dictionary<string, long> blobs)
    {
        byte[] bytes = ReadBlob(image.Manifest);
        if (!MediaTypes.IsManifest(TypeOf(bytes)))
        {
            return 0;
        }

        Manifest manifest = ImageJson.ReadManifest(bytes);
        return manifest.Layers!.Prepend(manifest.Config!).Select(d => d.Digest).Append(image.Manifest).Distinct().Sum(d => blobs.GetValueOrDefault(d));
    }

    /// <summary>The kind of a stored manifest; null for one that an older version accepted although it contradicts itself: viewing images must not fail because of it.</summary>
    private static string? TypeOf(byte[] bytes)
    {
        try
        {
            return ImageJson.DetectMediaType(bytes);
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    private byte[] ReadBlob(string digest) => blobStore.Read(Digest.Parse(digest), ImageJson.MaxManifestSize);
}
