using System.Collections.Concurrent;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Linux;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pulls;

/// <summary>Downloads of layers: limited in number over all pulls, and each layer once, whoever needs it.</summary>
internal sealed class LayerDownloads(BlobStore blobs, UnfinishedPulls unfinished, int maxConcurrent) : IDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _downloading = new();
    private readonly SemaphoreSlim _downloads = new(maxConcurrent, maxConcurrent);

    /// <summary>Whether a layer's blob is here; the lease keeps it from then on.</summary>
    public async Task<bool> IsHereAsync(Digest digest, Lease lease, CancellationToken cancellation) => await blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is not null;

    /// <summary>Downloads a layer unless it is here. If several pulls want it, one downloads it, and the others wait and then find it.</summary>
    public async Task RunAsync(RegistryRepository repository, Descriptor blob, PullJob job, LayerProgress progress, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        SemaphoreSlim turn = TurnFor(blob.Digest);
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            bool stored = await IsHereAsync(digest, job.Lease, cancellation).ConfigureAwait(false);
            if (!stored || (job.NoCache && !job.Fetched.ContainsKey(blob.Digest)))
            {
                await DownloadAsync(repository, blob, digest, job, progress, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Removes partially downloaded layers, except those that another pull is downloading.</summary>
    public void ForgetPartials(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            SemaphoreSlim turn = TurnFor(digest);
            if (turn.Wait(0, CancellationToken.None))
            {
                blobs.ForgetPartial(Digest.Parse(digest));
                turn.Release();
            }
        }
    }

    public void Dispose() => _downloads.Dispose();

    private SemaphoreSlim TurnFor(string digest) => _downloading.GetOrAdd(digest, _ => new SemaphoreSlim(1, 1));

    private async Task DownloadAsync(RegistryRepository repository, Descriptor blob, Digest digest, PullJob job, LayerProgress progress, CancellationToken cancellation)
    {
        if (!_downloads.Wait(0, CancellationToken.None))
        {
            progress.Report("Waiting");
            await _downloads.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            // A download requested afresh must not be built from what is here.
            using IngestFile file = job.NoCache ? blobs.Begin() : await blobs.ResumeAsync(digest, cancellation).ConfigureAwait(false);
            if (job.NoCache)
            {
                file.Reset(digest.AlgorithmName);
            }

            var events = new TransferEvents
            {
                Advanced = done => progress.Advance("Downloading", done, blob.Size),
                Retrying = progress.Retry,
                Verifying = () => progress.Report("Verifying Checksum"),
            };
            try
            {
                await repository.DownloadAsync(blob, new IngestSink(file), events, cancellation).ConfigureAwait(false);
            }
            catch (LinuxException)
            {
                // Half a layer is of no use when the disk is full.
                file.Reset(digest.AlgorithmName);
                throw;
            }

            await blobs.CommitAsync(file, digest, job.Lease, cancellation, unfinished.Keep(blob.Digest)).ConfigureAwait(false);
            job.Fetched[blob.Digest] = true;
        }
        finally
        {
            _downloads.Release();
        }
    }
}
