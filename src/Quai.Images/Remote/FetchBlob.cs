using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Remote;

/// <summary>A small blob of a repository, verified, in memory.</summary>
internal sealed class FetchBlob(RegistryClient client)
{
    public Task<byte[]> RunAsync(string repository, Descriptor blob, int limit, RegistryAuth? auth, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        if (blob.Size > limit)
        {
            throw QuaiException.Invalid($"blob {digest} is larger than {limit} bytes");
        }

        return client.ReadAsync(ImageReference.Parse(repository), auth, r => r.ReadBlobAsync(blob, "blob", cancellation), cancellation);
    }
}
