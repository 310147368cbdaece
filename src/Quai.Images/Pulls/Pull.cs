using Quai.Content.Layers;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Trust;
using Quai.Linux;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;
using Quai.Trust;

namespace Quai.Images.Pulls;

/// <summary>A pull: manifest, config, then all layers; when all are present, the image is recorded.</summary>
internal sealed class Pull(
    RegistryClient client, ImageCatalog catalog, TrustGate trust, ManifestPull manifests, ConfigPull configs, LayerPulls layers, PulledImages images)
{
    /// <summary>The last message of a pull.</summary>
    public static ProgressMessage Status(bool newer, string name) => new($"Status: {(newer ? "Downloaded newer image" : "Image is up to date")} for {name}");

    /// <summary>Pulls.</summary>
    /// <returns>The image, and whether the name previously stood for something else, or nothing.</returns>
    public async Task<(StoredImage Image, bool Newer)> RunAsync(RegistryAuth? auth, PullJob job, CancellationToken cancellation)
    {
        // Checked before the registry is asked for anything.
        ImageName? tag = job.Reference.Digest is null ? ImageName.Tag(job.Reference) : null;
        try
        {
            (StoredImage, bool) pulled = await client.ReadAsync(job.Reference, auth, r => RunAsync(r, tag, job, cancellation), cancellation).ConfigureAwait(false);
            await images.FinishAsync(job).ConfigureAwait(false);
            return pulled;
        }
        catch (Exception e) when (e is QuaiException or LinuxException && e is not TransientRegistryException && e.InnerException is not TransientRegistryException)
        {
            // Another attempt would end the same way. After a lost connection, or if the user stops it, what arrived complete is kept for the next attempt.
            await images.AbandonAsync(job).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(StoredImage Image, bool Newer)> RunAsync(RegistryRepository repository, ImageName? tag, PullJob job, CancellationToken cancellation)
    {
        ImageReference reference = job.Reference;
        FetchedManifest top = await manifests.TopAsync(repository, job, cancellation).ConfigureAwait(false);
        job.Progress.Report(new ProgressMessage($"Pulling from {reference.Path}", reference.Digest?.ToString() ?? reference.Tag!));
        FetchedManifest own = await manifests.ChooseAsync(repository, top, job, cancellation).ConfigureAwait(false);
        IReadOnlyList<ImageSignature> signatures = await trust.CheckPullAsync(repository, reference, [top.Digest, own.Digest], cancellation).ConfigureAwait(false);
        Manifest manifest = ImageJson.ReadManifest(own.Bytes);
        if (!MediaTypes.IsImageConfig(manifest.Config!.MediaType))
        {
            throw QuaiException.Invalid($"{reference.Familiar} is no container image: unsupported media type {manifest.Config.MediaType}");
        }

        Digest id = Digest.Parse(manifest.Config.Digest);
        ImageName[] names = Names(reference, tag, top.Digest);
        StoredImage? known = catalog.ById(id.ToString());
        bool upToDate = names.All(n => catalog.AllByName(n.Reference).Any(i => i.Image.Id == id.ToString()));
        (byte[] bytes, ImageConfig config) = await configs.GetAsync(repository, manifest.Config, job, cancellation).ConfigureAwait(false);
        ImageRecorder.CheckLayers(config, manifest.Layers!.Count);
        string[] chains = ChainIds.Of(config.RootFs.DiffIds);

        // An image that is here with the same manifest needs nothing more; its blobs could be removed only with it.
        await manifests.KeepAsync(own, job, cancellation).ConfigureAwait(false);
        await layers.RunAsync(repository, manifest, config, chains, quiet: !job.NoCache && known?.Manifest == own.Digest.ToString(), job, cancellation).ConfigureAwait(false);
        if (top.Digest != own.Digest)
        {
            await manifests.KeepAsync(top, job, cancellation).ConfigureAwait(false);
        }

        job.Blobs.Add(id.ToString());
        job.Blobs.UnionWith(manifest.Layers.Select(l => l.Digest));
        var image = new NewImage(id, bytes, own.Digest, chains, job.Blobs, names);
        StoredImage stored = await images.RecordAsync(image, reference, signatures, manifest, cancellation).ConfigureAwait(false);
        job.Progress.Report(new ProgressMessage($"Digest: {top.Digest}"));
        if (job.ShowsStatus)
        {
            job.Progress.Report(Status(!upToDate, reference.Familiar));
        }

        return (stored, !upToDate);
    }

    /// <summary>The names that the pull assigns: by digest always, by tag if only that was requested.</summary>
    private static ImageName[] Names(ImageReference reference, ImageName? tag, Digest digest)
    {
        var byDigest = ImageName.ByDigest(reference, digest);
        return tag is null ? [byDigest] : [tag, byDigest];
    }
}
