using System.Collections.Concurrent;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Images.Pulls;

/// <summary>One layer of a pull: downloaded unless its blob is here, unpacked unless its chain is.</summary>
/// <param name="services">What all pulls share.</param>
/// <param name="repository">Where to download from.</param>
/// <param name="blob">The layer.</param>
/// <param name="diffId">What it unpacks to.</param>
/// <param name="chainId">What it is known by.</param>
/// <param name="progress">Told of it.</param>
/// <param name="lease">Keeps it until the image is recorded.</param>
/// <param name="fetched">Digests that this pull has downloaded.</param>
/// <param name="noCache">Downloads it though it is here.</param>
internal sealed class LayerPull(
    PullServices services, RegistryRepository repository, Descriptor blob, string diffId, string chainId, LayerProgress progress, Lease lease,
    ConcurrentDictionary<string, bool> fetched, bool noCache)
{
    private readonly Digest _digest = Digest.Parse(blob.Digest);
    private bool _here;

    /// <summary>Looks what is here already and says so. From then on the lease keeps it.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        bool unpacked = await services.Snapshots.HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false);
        _here = !noCache && unpacked && await services.Blobs.HoldAsync(_digest, lease, cancellation).ConfigureAwait(false) is not null;
        progress.Say(_here ? "Already exists" : "Pulling fs layer");
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (_here)
        {
            return;
        }

        SemaphoreSlim turn = services.TurnFor(blob.Digest);
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            bool stored = await services.Blobs.HoldAsync(_digest, lease, cancellation).ConfigureAwait(false) is not null;
            if (!stored || (noCache && !fetched.ContainsKey(blob.Digest)))
            {
                await DownloadAsync(cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }

        progress.Say("Download complete");
        await services.Assembler.UnpackAsync(_digest, diffId, chainId, lease, read => progress.Advance("Extracting", read, blob.Size), cancellation).ConfigureAwait(false);
        progress.Say("Pull complete");
    }

    private async Task DownloadAsync(CancellationToken cancellation)
    {
        if (!services.Downloads.Wait(0, CancellationToken.None))
        {
            progress.Say("Waiting");
            await services.Downloads.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            // Whatever is asked for anew must not be made of what is here.
            using IngestFile file = noCache ? services.Blobs.Begin() : await services.Blobs.ResumeAsync(_digest, cancellation).ConfigureAwait(false);
            if (noCache)
            {
                file.Reset(_digest.AlgorithmName);
            }

            try
            {
                await repository.DownloadAsync(
                    blob,
                    file,
                    done => progress.Advance("Downloading", done, blob.Size),
                    wait => progress.Say($"Retrying in {Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))} second{(wait.TotalSeconds > 1 ? "s" : "")}"),
                    () => progress.Say("Verifying Checksum"),
                    cancellation).ConfigureAwait(false);
            }
            catch (LinuxException)
            {
                // A full disk is not helped by half a layer.
                file.Reset(_digest.AlgorithmName);
                throw;
            }

            await services.Blobs.CommitAsync(file, _digest, lease, cancellation, services.KeepUntil()).ConfigureAwait(false);
            fetched[blob.Digest] = true;
        }
        finally
        {
            services.Downloads.Release();
        }
    }
}
