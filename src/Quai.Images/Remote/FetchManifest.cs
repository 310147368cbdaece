using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Remote;

/// <summary>A manifest's bytes, verified if it is named by digest.</summary>
internal sealed class FetchManifest(RegistryClient client)
{
    public Task<byte[]> RunAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return client.ReadAsync(
            image, auth, async r => (await r.GetManifestAsync(image.Digest?.ToString() ?? image.Tag!, cancellation).ConfigureAwait(false)).Bytes, cancellation);
    }
}
