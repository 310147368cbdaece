using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>Takes what caches elsewhere send. Nothing of it is believed before its digest is known.</summary>
internal static class BlobReceipt
{
    private const int Piece = 1 << 20, Attempts = 4;

    // A server that has sent nothing for so long will not do so any more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Takes a blob into the store of blobs; where its sender falls away, from where it stopped.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="lease">Holds it.</param>
    /// <param name="open">Has it sent, from an offset if that is possible.</param>
    /// <param name="progress">Where it is said how far it has come.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <param name="origin">What it is of, for errors.</param>
    /// <exception cref="QuaiException">It is not what it should be, or cannot be had.</exception>
    public static async Task TakeAsync(
        BlobStore blobs, Descriptor blob, Lease lease, Func<long, CancellationToken, Task<OpenedBlob>> open, IStepProgress progress, CancellationToken cancellation, string origin = "the cache")
    {
        Digest digest = Digest.Parse(blob.Digest);
        using IngestFile file = blobs.Begin();
        file.Reset(digest.AlgorithmName);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using OpenedBlob opened = await open(file.Length, cancellation).ConfigureAwait(false);
                if (opened.Offset != file.Length)
                {
                    file.Reset(digest.AlgorithmName);
                }

                await CopyAsync(opened.Content, file, blob, progress, cancellation).ConfigureAwait(false);
                break;
            }
            catch (IOException e)
            {
                if (attempt == Attempts)
                {
                    throw new QuaiException(ErrorKind.Unavailable, $"blob {digest} of {origin} ends after {file.Length} of {blob.Size} bytes: {e.Message}", e);
                }
            }
        }

        if (file.Length != blob.Size || file.Digest() != digest)
        {
            throw QuaiException.Invalid($"blob {digest} of {origin} is damaged");
        }

        await blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        progress.Report(blob.Digest, blob.Size, blob.Size, isComplete: true);
    }

    /// <summary>Reads something small.</summary>
    /// <param name="stream">What is sent.</param>
    /// <param name="limit">How much is read, in bytes.</param>
    /// <param name="what">What it is, for errors.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="QuaiException">There is more, or it ends too early.</exception>
    public static async Task<byte[]> ReadAsync(Stream stream, int limit, string what, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int count;
        try
        {
            while ((count = await PatientlyAsync(stream, buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > limit)
                {
                    throw QuaiException.Invalid($"{what} is larger than {limit} bytes");
                }
            }
        }
        catch (IOException e)
        {
            throw new QuaiException(ErrorKind.Unavailable, $"{what} ends after {bytes.Length} bytes: {e.Message}", e);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a small answer, as <see cref="ReadAsync(Stream, int, string, CancellationToken)"/> reads a stream.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellation)
    {
        await using Stream content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        return await ReadAsync(content, limit, what, cancellation).ConfigureAwait(false);
    }

    private static async Task CopyAsync(Stream stream, IngestFile file, Descriptor blob, IStepProgress progress, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Piece];
        int count;
        while (file.Length <= blob.Size && (count = await PatientlyAsync(stream, buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            file.Write(buffer.AsSpan(0, count));
            progress.Report(blob.Digest, file.Length, blob.Size, isComplete: false);
        }
    }

    private static async Task<int> PatientlyAsync(Stream stream, byte[] buffer, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        try
        {
            return await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing was sent for {s_patience.TotalSeconds} seconds", e);
        }
    }
}
