using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pulls;

/// <summary>The layers of pulls, each downloaded and unpacked on its own.</summary>
internal sealed class LayerPulls(LayerDownloads downloads, SnapshotStore snapshots, LayerStore layers, TimeProvider time)
{
    /// <summary>Pulls all layers of an image; checks first for those that are here already.</summary>
    public async Task RunAsync(RegistryRepository repository, Manifest manifest, ImageConfig config, string[] chains, bool quiet, PullJob job, CancellationToken cancellation)
    {
        // One layer's failure stops the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        job.Layers.UnionWith(manifest.Layers!.Select(l => l.Digest));
        var pulls = new List<LayerPull>(chains.Length);
        for (int i = 0; i < chains.Length; i++)
        {
            Digest digest = Digest.Parse(manifest.Layers![i].Digest);
            var says = new LayerProgress(quiet ? Silent.Instance : job.Progress, digest.Short, time);
            var layer = new LayerPull(downloads, snapshots, layers, repository, job, new PulledLayer(manifest.Layers[i], config.RootFs.DiffIds[i], chains[i]), says);
            await layer.LookAsync(stop.Token).ConfigureAwait(false);
            pulls.Add(layer);
        }

        Task[] running = [.. pulls.Select(l => l.RunAsync(stop.Token))];
        try
        {
            await foreach (Task done in Task.WhenEach(running).ConfigureAwait(false))
            {
                await done.ConfigureAwait(false);
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private sealed class Silent : IProgress<ProgressMessage>
    {
        public static readonly Silent Instance = new();

        public void Report(ProgressMessage value)
        {
        }
    }
}
