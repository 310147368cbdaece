using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pulls;

/// <summary>One layer of a pull: downloaded unless its blob is here, unpacked unless its chain is.</summary>
internal sealed class LayerPull(
    LayerDownloads downloads, SnapshotStore snapshots, LayerStore layers, RegistryRepository repository, PullJob job, PulledLayer layer, LayerProgress progress)
{
    private readonly Digest _digest = Digest.Parse(layer.Blob.Digest);
    private bool _here;

    /// <summary>Checks what is here already and reports it. From then on the lease keeps it.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        bool unpacked = await snapshots.HoldLayerAsync(layer.ChainId, job.Lease, cancellation).ConfigureAwait(false);
        _here = !job.NoCache && unpacked && await downloads.IsHereAsync(_digest, job.Lease, cancellation).ConfigureAwait(false);
        progress.Report(_here ? "Already exists" : "Pulling fs layer");
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (_here)
        {
            return;
        }

        await downloads.RunAsync(repository, layer.Blob, job, progress, cancellation).ConfigureAwait(false);
        progress.Report("Download complete");
        await layers.UnpackAsync(_digest, layer.DiffId, layer.ChainId, job.Lease, read => progress.Advance("Extracting", read, layer.Blob.Size), cancellation).ConfigureAwait(false);
        progress.Report("Pull complete");
    }
}
