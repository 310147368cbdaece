using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Remote;

/// <summary>What refers to an image's manifest in its registry.</summary>
internal sealed class ListReferrers(RegistryClient client)
{
    public Task<ReferrerList> RunAsync(string reference, string? artifactType, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return client.ReadAsync(
            image,
            auth,
            async r =>
            {
                Digest subject = image.Digest ?? (await r.GetManifestAsync(image.Tag!, cancellation).ConfigureAwait(false)).Digest;
                return new ReferrerList(subject, await r.ReferrersAsync(subject, artifactType, cancellation).ConfigureAwait(false));
            },
            cancellation);
    }
}
