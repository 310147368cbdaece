using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;

namespace Quai.Images.Trust;

/// <summary>The signatures that a registry has for an image.</summary>
internal sealed class ListSignatures(RegistryClient client)
{
    public Task<SignatureList> RunAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return client.ReadAsync(image, auth, r => ReadAsync(r, image, cancellation), cancellation);
    }

    private static async Task<SignatureList> ReadAsync(RegistryRepository repository, ImageReference image, CancellationToken cancellation)
    {
        Digest digest = image.Digest ?? (await repository.GetManifestAsync(image.Tag!, cancellation).ConfigureAwait(false)).Digest;
        return new SignatureList(digest, await new RemoteSignatures(repository).ListAsync(digest, cancellation).ConfigureAwait(false));
    }
}
