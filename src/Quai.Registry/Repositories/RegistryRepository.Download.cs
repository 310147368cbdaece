using System.Buffers;
using System.Net;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Transport;

namespace Quai.Registry.Repositories;

public sealed partial class RegistryRepository
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Downloads the rest of a blob whose beginning may already exist; resumes after a lost connection, and verifies the whole.</summary>
    /// <param name="blob">What to download.</param>
    /// <param name="file">The target. If this fails, what it holds is a valid beginning as far as known, or nothing if it was found to be wrong.</param>
    /// <param name="events">Receives progress.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <param name="what">Its name in messages.</param>
    /// <exception cref="QuaiException">It cannot be fetched, or does not match its digest.</exception>
    public async Task DownloadAsync(
        Descriptor blob, IBlobSink file, TransferEvents events, CancellationToken cancellation, string what = "filesystem layer")
    {
        Digest digest = Digest.Parse(blob.Digest);
        bool resumed = file.Length > 0;
        await FillAsync(blob, digest, file, events, cancellation).ConfigureAwait(false);
        events.Verifying();
        if (file.Digest() == digest)
        {
            return;
        }

        // What was kept from an earlier pull may have been damaged meanwhile: only a download in one go proves the registry wrong.
        file.Reset(digest.AlgorithmName);
        if (resumed)
        {
            await FillAsync(blob, digest, file, events, cancellation).ConfigureAwait(false);
            if (file.Digest() == digest)
            {
                return;
            }

            file.Reset(digest.AlgorithmName);
        }

        throw QuaiException.System($"{what} verification failed for digest {digest}");
    }

    /// <summary>A small blob, verified, in memory.</summary>
    /// <param name="blob">What to download; its size is the maximum accepted.</param>
    /// <param name="what">Its name in messages.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="QuaiException">It cannot be fetched, or does not match its digest.</exception>
    public async Task<byte[]> ReadBlobAsync(Descriptor blob, string what, CancellationToken cancellation)
    {
        using var sink = new MemorySink(Digest.Parse(blob.Digest).AlgorithmName);
        await DownloadAsync(blob, sink, TransferEvents.None, cancellation, what).ConfigureAwait(false);
        return sink.ToArray();
    }

    private async Task FillAsync(Descriptor blob, Digest digest, IBlobSink file, TransferEvents events, CancellationToken cancellation)
    {
        if (file.Length > blob.Size)
        {
            file.Reset(digest.AlgorithmName);
        }

        Uri uri = _session.At($"/v2/{_image.Path}/blobs/{digest}");
        long before = file.Length;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await DownloadOnceAsync(uri, blob, digest, file, events.Advanced, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransientRegistryException e)
            {
                // An attempt that made progress does not count as a failure.
                attempt = file.Length > before && !e.Slow ? 1 : attempt;
                before = file.Length;
                if (attempt >= _session.Options.MaxDownloadAttempts)
                {
                    throw;
                }

                await _session.WaitAsync(attempt, e, events.Retrying, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task DownloadOnceAsync(Uri uri, Descriptor blob, Digest digest, IBlobSink file, Action<long> progress, CancellationToken cancellation)
    {
        long offset = file.Length;
        if (offset == blob.Size && offset > 0)
        {
            return;
        }

        var request = new RegistryRequest(HttpMethod.Get, uri) { From = offset > 0 ? offset : null, Expected = [HttpStatusCode.RequestedRangeNotSatisfiable] };
        using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
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
        var pace = new Pace(_session.Options, _session.Time, file.Length);
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            while (true)
            {
                stalled.CancelAfter(_session.Options.StallTimeout);
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
                    throw new TransientRegistryException($"Get \"{uri}\": the registry sends less than {_session.Options.MinimumRate} bytes a second", slow: true);
                }
            }
        }
        catch (Exception e) when (RegistrySession.IsCut(e, cancellation))
        {
            bool silent = e is OperationCanceledException;
            throw new TransientRegistryException(
                silent
                    ? $"Get \"{uri}\": the registry sent nothing for {_session.Options.StallTimeout.TotalSeconds:0.###} seconds after {file.Length} of {blob.Size} bytes"
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
    private sealed class Pace(RegistryOptions options, TimeProvider time, long length)
    {
        private long _since = time.GetTimestamp();
        private long _length = length;

        public bool IsTooSlow(long now)
        {
            TimeSpan elapsed = time.GetElapsedTime(_since);
            if (elapsed < options.StallTimeout)
            {
                return false;
            }

            bool slow = now - _length < options.MinimumRate * elapsed.TotalSeconds;
            (_since, _length) = (time.GetTimestamp(), now);
            return slow;
        }
    }
}
