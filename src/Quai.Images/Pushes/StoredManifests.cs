using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Manifests of the store, as they are pushed.</summary>
internal sealed class StoredManifests(BlobStore blobs)
{
    /// <summary>A manifest of the store; null unless it is here with everything it needs, which the lease keeps from then on.</summary>
    public async Task<PushManifest?> FindAsync(Digest digest, string? mediaType, Lease lease, CancellationToken cancellation)
    {
        bool other = !MediaTypes.IsGeneric(mediaType) && !MediaTypes.IsManifest(mediaType);
        if (other || await blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null)
        {
            return null;
        }

        byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
        string type = ImageJson.DetectMediaType(bytes, mediaType);
        if (!MediaTypes.IsManifest(type))
        {
            return null;
        }

        Manifest manifest = ImageJson.ReadManifest(bytes);
        foreach (Descriptor part in manifest.Layers!.Where(PushLayer.IsDistributed).Append(manifest.Config!))
        {
            if (await blobs.HoldAsync(Digest.Parse(part.Digest), lease, cancellation).ConfigureAwait(false) is null)
            {
                return null;
            }
        }

        return Describe(bytes, type, digest, manifest);
    }

    /// <summary>What to push for a manifest that is here.</summary>
    public PushManifest Describe(byte[] bytes, string type, Digest digest, Manifest manifest)
    {
        List<string>? diffIds = null;
        if (MediaTypes.IsImageConfig(manifest.Config!.MediaType))
        {
            try
            {
                diffIds = ImageJson.ReadConfig(blobs.Read(Digest.Parse(manifest.Config.Digest), ImageJson.MaxConfigSize)).RootFs.DiffIds;
            }
            catch (QuaiException)
            {
                // It is only used for the names of layers in messages.
            }
        }

        return new PushManifest(
            bytes, type, digest, manifest.Config,
            [.. manifest.Layers!.Select((l, i) => new PushLayer(l, Digest.Parse(diffIds?.Count == manifest.Layers!.Count ? diffIds[i] : l.Digest).Short))]);
    }
}
