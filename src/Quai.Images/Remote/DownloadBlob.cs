using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;

namespace Quai.Images.Remote;

/// <summary>Downloads a blob of a repository into the store.</summary>
internal sealed class DownloadBlob(RegistryClient client, BlobStore blobs)
{
    public Task RunAsync(string repository, Descriptor blob, Lease lease, RegistryAuth? auth, Action<long> advanced, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        return client.ReadAsync(
            ImageReference.Parse(repository),
            auth,
            async from =>
            {
                using IngestFile file = blobs.Begin();
                file.Reset(digest.AlgorithmName);
                await from.DownloadAsync(blob, new IngestSink(file), new TransferEvents { Advanced = advanced }, cancellation).ConfigureAwait(false);
                await blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }
}
