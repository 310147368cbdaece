using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images.Pushes;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Publishing;

/// <summary>Pushes what is in the store, whether or not it is recorded as an image.</summary>
internal sealed class PushStored(BlobStore blobs, StoredManifests manifests, Push push)
{
    public async Task RunAsync(ImageReference name, Digest top, Lease lease, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        byte[] bytes = blobs.Read(top, ImageJson.MaxManifestSize);
        string type = ImageJson.DetectMediaType(bytes);
        PushContent content;
        if (MediaTypes.IsIndex(type))
        {
            List<PushManifest> children = [];
            foreach (Descriptor entry in ImageJson.ReadIndex(bytes).Manifests!)
            {
                children.Add(await FindAsync(Digest.Parse(entry.Digest), entry.MediaType, lease, cancellation).ConfigureAwait(false));
            }

            content = new PushContent((bytes, type, top), children);
        }
        else
        {
            content = new PushContent(null, [await FindAsync(top, type, lease, cancellation).ConfigureAwait(false)]);
        }

        await push.RunAsync(auth, content, new PushJob(name, null, progress, lease), cancellation).ConfigureAwait(false);
    }

    private async Task<PushManifest> FindAsync(Digest digest, string? type, Lease lease, CancellationToken cancellation) =>
        await manifests.FindAsync(digest, type, lease, cancellation).ConfigureAwait(false)
            ?? throw QuaiException.NotFound($"manifest {digest} cannot be pushed: some of its blobs are not in the store");
}
