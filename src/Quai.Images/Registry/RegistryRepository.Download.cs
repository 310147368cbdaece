using System.Buffers;
using System.Net;
using Quai.Errors;
using Quai.Images.Content;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

internal sealed partial class RegistryRepository
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Downloads the rest of a blob into an ingest file, which may hold its beginning; goes on where a cut connection left off, and verifies the whole.</summary>
    /// <param name="blob">What to download.</param>
    /// <param name="file">Where to. What it holds when this fails is a true beginning as far as anybody knows, and empty when it was found to be wrong.</param>
    /// <param name="progress">Told the bytes there are so far.</param>
    /// <param name="retrying">Told the wait before another try.</param>
    /// <param name="verifying">Told when all bytes are there.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="QuaiException">It cannot be had, or is not what its digest says.</exception>
    public async Task DownloadAsync(
        Descriptor blob, IngestFile file, Action<long> progress, Action<TimeSpan> retrying, Action verifying, CancellationToken cancellation, string what = "filesystem layer")
    {
        Digest digest = Digest.Parse(blob.Digest);
        bool resumed = file.Length > 0;
        await FillAsync(blob, digest, file, progress, retrying, cancellation).ConfigureAwait(false);
        verifying();
        if (file.Digest() == digest)
        {
            return;
        }

        // What was kept of an earlier pull may have been spoiled meanwhile: only a download in one go proves the registry wrong.
        file.Reset(digest.AlgorithmName);
        if (resumed)
        {
            await FillAsync(blob, digest, file, progress, retrying, cancellation).ConfigureAwait(false);
            if (file.Digest() == digest)
            {
                return;
            }

            file.Reset(digest.AlgorithmName);
        }

        throw QuaiException.System($"{what} verification failed for digest {digest}");
    }

    private async Task FillAsync(Descriptor blob, Digest digest, IngestFile file, Action<long> progress, Action<TimeSpan> retrying, CancellationToken cancellation)
    {
        if (file.Length > blob.Size)
        {
            file.Reset(digest.AlgorithmName);
        }

        Uri uri = session.At($"/v2/{image.Path}/blobs/{digest}");
        long before = file.Length;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await DownloadOnceAsync(uri, blob, digest, file, progress, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransientRegistryException e)
            {
                // A try that got further is no failure of its own.
                attempt = file.Length > before && !e.Slow ? 1 : attempt;
                before = file.Length;
                if (attempt >= session.Options.MaxDownloadAttempts)
                {
                    throw;
                }

                await session.WaitAsync(attempt, e, retrying, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task DownloadOnceAsync(Uri uri, Descriptor blob, Digest digest, IngestFile file, Action<long> progress, CancellationToken cancellation)
    {
        long offset = file.Length;
        if (offset == blob.Size && offset > 0)
        {
            return;
        }

        var request = new RegistryRequest(HttpMethod.Get, uri) { From = offset > 0 ? offset : null, Expected = [HttpStatusCode.RequestedRangeNotSatisfiable] };
        using HttpResponseMessage response = await session.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            file.Reset(digest.AlgorithmName);
            throw new TransientRegistryException($"Get \"{uri}\": the registry has less than {offset} bytes of the {blob.Size} that the manifest says");
        }

        if (offset > 0 && (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != offset))
        {
            file.Reset(digest.AlgorithmName);
        }

        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var pace = new Pace(session.Options, file.Length);
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            while (true)
            {
                stalled.CancelAfter(session.Options.StallTimeout);
                int count = await stream.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                if (file.Length + count > blob.Size)
                {
                    file.Reset(digest.AlgorithmName);
                    throw QuaiException.System($"filesystem layer verification failed for digest {blob.Digest}: it is larger than the {blob.Size} bytes that the manifest says");
                }

                file.Write(buffer.AsSpan(0, count));
                progress(file.Length);
                if (file.Length < blob.Size && pace.IsTooSlow(file.Length))
                {
                    throw new TransientRegistryException($"Get \"{uri}\": the registry sends less than {session.Options.MinimumRate} bytes a second", slow: true);
                }
            }
        }
        catch (Exception e) when (RegistrySession.IsCut(e, cancellation))
        {
            bool silent = e is OperationCanceledException;
            throw new TransientRegistryException(
                silent
                    ? $"Get \"{uri}\": the registry sent nothing for {session.Options.StallTimeout.TotalSeconds:0.###} seconds after {file.Length} of {blob.Size} bytes"
                    : $"Get \"{uri}\": the connection was cut after {file.Length} of {blob.Size} bytes: unexpected EOF",
                null, e, slow: silent);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (file.Length < blob.Size)
        {
            throw new TransientRegistryException($"Get \"{uri}\": the connection was cut after {file.Length} of {blob.Size} bytes: unexpected EOF");
        }
    }

    /// <summary>Measures a download over windows as long as the stall timeout.</summary>
    private sealed class Pace(ImageStoreOptions options, long length)
    {
        private long _since = options.Time.GetTimestamp();
        private long _length = length;

        public bool IsTooSlow(long now)
        {
            TimeSpan elapsed = options.Time.GetElapsedTime(_since);
            if (elapsed < options.StallTimeout)
            {
                return false;
            }

            bool slow = now - _length < options.MinimumRate * elapsed.TotalSeconds;
            (_since, _length) = (options.Time.GetTimestamp(), now);
            return slow;
        }
    }
}
