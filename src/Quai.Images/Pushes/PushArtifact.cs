using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;

namespace Quai.Images.Pushes;

/// <summary>Pushes a manifest whose config and layers are small and within it, such as an application's files: each is uploaded as a blob, too.</summary>
internal sealed class PushArtifact(RegistryClient client, BlobStore blobs)
{
    public async Task<Digest> RunAsync(string target, byte[] manifest, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(target).WithDefaultTag();
        if (name.Tag is null || name.Digest is not null)
        {
            throw QuaiException.Invalid("an artifact is pushed under a tag, not a digest");
        }

        Manifest parsed = ImageJson.ReadManifest(manifest);
        (Descriptor Descriptor, byte[] Content)[] contents = [.. (parsed.Layers ?? []).Prepend(parsed.Config!).DistinctBy(d => d.Digest).Select(d => (d, ContentOf(d)))];
        RegistryRepository repository = await client.OpenToWriteAsync(name, auth, [], cancellation).ConfigureAwait(false);
        foreach ((Descriptor descriptor, byte[] content) in contents)
        {
            if (!await repository.HasBlobAsync(Digest.Parse(descriptor.Digest), cancellation).ConfigureAwait(false))
            {
                using IngestFile file = blobs.Begin();
                file.Write(content);
                await repository.UploadAsync(descriptor, file.FilePath, null, TransferEvents.None, cancellation).ConfigureAwait(false);
            }
        }

        await repository.PutManifestAsync(name.Tag, manifest, ImageJson.DetectMediaType(manifest), cancellation).ConfigureAwait(false);
        return Digest.Of(manifest);
    }

    private static byte[] ContentOf(Descriptor descriptor)
    {
        byte[] content;
        try
        {
            content = Convert.FromBase64String(descriptor.Data ?? throw QuaiException.Invalid($"the manifest does not hold {descriptor.Digest} itself"));
        }
        catch (FormatException e)
        {
            throw QuaiException.Invalid($"what the manifest holds of {descriptor.Digest} is no base64", e);
        }

        return Digest.Of(content).ToString() == descriptor.Digest && content.Length == descriptor.Size ? content
            : throw QuaiException.Invalid($"what the manifest holds of {descriptor.Digest} is something else");
    }
}
