using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>Blobs between a client's folder and the store. Nothing of what comes is believed before its digest is known.</summary>
/// <param name="content">The client's folder.</param>
/// <param name="origin">What it is, for errors, such as <c>the cache</c>.</param>
internal sealed class ClientBlobs(IClientContent content, string origin)
{
    /// <summary>Reads a small blob.</summary>
    /// <exception cref="QuaiException">It is not there, larger, or another.</exception>
    public async Task<byte[]> ReadAsync(Digest digest, int limit, CancellationToken cancellation)
    {
        string what = $"blob {digest} of {origin}";
        await using Stream stream = await content.OpenAsync(digest, cancellation).ConfigureAwait(false);
        byte[] read = await BlobReceipt.ReadAsync(stream, limit, what, cancellation).ConfigureAwait(false);
        return digest.Matches(read) ? read : throw QuaiException.Invalid($"{what} is damaged");
    }

    /// <summary>Takes a blob into the store of blobs, as <see cref="BlobReceipt.TakeAsync"/> does.</summary>
    public Task TakeAsync(BlobStore blobs, Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation) => BlobReceipt.TakeAsync(
        blobs, blob, lease, async (_, stop) => new OpenedBlob(await content.OpenAsync(Digest.Parse(blob.Digest), stop).ConfigureAwait(false), 0, null), progress, cancellation, origin);

    /// <summary>Has the client keep a blob of the store.</summary>
    public async Task SendAsync(BlobStore blobs, Digest digest, CancellationToken cancellation)
    {
        await using FileStream stream = File.OpenRead(await blobs.LocateAsync(digest, cancellation).ConfigureAwait(false));
        await content.WriteAsync(digest, stream, cancellation).ConfigureAwait(false);
    }
}
