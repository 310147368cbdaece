using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Oci.Images;

namespace Quai.Images.Pulls;

/// <summary>One layer of a pull: downloaded unless its blob is here, unpacked unless its chain is.</summary>
internal sealed class LayerPull(
    PullServices services, RegistryRepository repository, Descriptor blob, string diffId, string chainId, LayerProgress progress, Lease lease)
{
    private readonly Digest _digest = Digest.Parse(blob.Digest);
    private bool _here;

    /// <summary>Looks what is here already and says so. From then on the lease keeps it.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        bool unpacked = await services.Snapshots.HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false);
        _here = unpacked && await services.Blobs.HoldAsync(_digest, lease, cancellation).ConfigureAwait(false) is not null;
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
            if (await services.Blobs.HoldAsync(_digest, lease, cancellation).ConfigureAwait(false) is null)
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
            using IngestFile file = services.Blobs.Begin();
            await repository.DownloadAsync(
                blob,
                file,
                done => progress.Advance("Downloading", done, blob.Size),
                wait => progress.Say($"Retrying in {Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))} second{(wait.TotalSeconds > 1 ? "s" : "")}"),
                cancellation).ConfigureAwait(false);
            progress.Say("Verifying Checksum");
            if (file.Digest() != _digest)
            {
                throw QuaiException.System($"filesystem layer verification failed for digest {_digest}");
            }

            await services.Blobs.CommitAsync(file, _digest, lease, cancellation).ConfigureAwait(false);
        }
        finally
        {
            services.Downloads.Release();
        }
    }
}
