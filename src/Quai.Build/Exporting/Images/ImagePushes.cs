using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Sources;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Build.Exporting.Images;

/// <summary>Pushes what builds make, with the credentials of the build's client.</summary>
internal sealed class ImagePushes(IRegistries registries, IPublishing publishing, BlobStore blobs)
{
    /// <summary>The bytes of an image's manifest.</summary>
    public long SizeOf(Image image) => image.ManifestDigest is { } digest ? blobs.SizeOf(Digest.Parse(digest)) : 0;

    /// <summary>Pushes an image of the store under its names.</summary>
    /// <returns>What the registries have then.</returns>
    public async Task<Descriptor> PushImageAsync(IReadOnlyList<ImageReference> names, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        Descriptor? pushed = null;
        foreach (ImageReference name in names)
        {
            var messages = new PushProgress("pushing", progress);
            RegistryAuth? auth = await BaseImages.CredentialsAsync(session, name, cancellation).ConfigureAwait(false);
            await registries.PushAsync(name.Name, name.Tag, null, auth, messages, cancellation).ConfigureAwait(false);
            End(name, progress);
            pushed = messages.Result is { } result ? new Descriptor { MediaType = MediaTypes.OciManifest, Digest = result.Digest, Size = result.Size } : pushed;
        }

        return pushed ?? throw QuaiException.System("the push has ended without a digest");
    }

    /// <summary>Pushes an image that is only held.</summary>
    public async Task PushAsync(ComposedImage image, ImageDemands demands, IBuildSession? session, Lease lease, IStepProgress progress, CancellationToken cancellation)
    {
        foreach (ImageReference name in demands.Names)
        {
            var messages = new PushProgress("pushing", progress);
            RegistryAuth? auth = await BaseImages.CredentialsAsync(session, name, cancellation).ConfigureAwait(false);
            ImageReference target = demands.PushesByDigest ? name with { Tag = null } : name;
            await publishing.PushAsync(target, Digest.Parse(image.Top.Digest), lease, auth, messages, cancellation).ConfigureAwait(false);
            End(name, progress);
        }
    }

    private static void End(ImageReference name, IStepProgress progress) => progress.Report($"pushing manifest for {name.Canonical}", 0, 0, isComplete: true);
}
