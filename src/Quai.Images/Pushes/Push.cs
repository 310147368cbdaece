using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Images.Registry;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>One push: of each tag all layers, then the config, then manifests, and the tag last, so that a tag never stands for something half there.</summary>
internal sealed class Push(PushServices services, ImageReference name, Platform? platform, IProgress<ProgressMessage> progress, Lease lease)
{
    /// <summary>Layers that were put there already, for another tag.</summary>
    private readonly HashSet<string> _done = [];

    public async Task RunAsync(RegistryAuth? auth, CancellationToken cancellation)
    {
        List<(ImageReference Name, PushContent Content, StoredImage Image)> tags = [];
        foreach ((ImageReference tag, StoredImage image) in Tags())
        {
            lease.Hold(image.Manifest);
            tags.Add((tag, await new PushContents(services, lease, progress).OfAsync(image, tag, platform, cancellation).ConfigureAwait(false), image));
        }

        IEnumerable<string> sources = tags.SelectMany(t => t.Content.Manifests).SelectMany(m => m.Layers)
            .SelectMany(l => services.Repositories.Find(name, l.Blob.Digest, LayerPush.MaxSources)).Distinct();
        RegistryRepository repository = await services.Client.OpenToWriteAsync(name, auth, sources, cancellation).ConfigureAwait(false);
        foreach ((ImageReference tag, PushContent content, StoredImage image) in tags)
        {
            await PushAsync(repository, tag, content, cancellation).ConfigureAwait(false);
            await RecordAsync(ImageName.ByDigest(tag, content.Top.Digest), content.Top.Digest, image, cancellation).ConfigureAwait(false);
        }
    }

    private List<(ImageReference Name, StoredImage Image)> Tags()
    {
        List<(ImageReference Name, StoredImage Image)> all =
        [
            .. services.Catalog.All.SelectMany(i => i.Names).Where(n => n.Digest is null && n.Name == name.Name).Distinct()
                .OrderBy(n => n.Tag, StringComparer.Ordinal).Select(n => (n, services.Catalog.ByName(n)!)),
        ];
        if (all.Count == 0)
        {
            throw QuaiException.NotFound($"An image does not exist locally with the tag: {name.FamiliarName}");
        }

        if (name.Tag is null)
        {
            return all;
        }

        all.RemoveAll(t => t.Name.Tag != name.Tag);
        return all.Count > 0 ? all : throw QuaiException.NotFound($"tag does not exist: {name.Familiar}");
    }

    private async Task PushAsync(RegistryRepository repository, ImageReference tag, PushContent content, CancellationToken cancellation)
    {
        await PushLayersAsync(repository, content, cancellation).ConfigureAwait(false);
        foreach (PushManifest manifest in content.Manifests)
        {
            await PushConfigAsync(repository, manifest.Config, cancellation).ConfigureAwait(false);
            if (content.Index is not null)
            {
                await repository.PutManifestAsync(manifest.Digest.ToString(), manifest.Bytes, manifest.MediaType, cancellation).ConfigureAwait(false);
            }
        }

        (byte[] bytes, string type, Digest digest) = content.Top;
        await repository.PutManifestAsync(tag.Tag!, bytes, type, cancellation).ConfigureAwait(false);
        progress.Report(new ProgressMessage($"{tag.Tag}: digest: {digest} size: {bytes.Length}"));
        progress.Report(new ProgressMessage(null, Aux: new PushResult(tag.Tag!, digest.ToString(), bytes.Length)));
    }

    private async Task PushLayersAsync(RegistryRepository repository, PushContent content, CancellationToken cancellation)
    {
        // Topmost first, as Docker has it; the same layer twice goes once.
        List<PushLayer> layers = [.. content.Manifests.SelectMany(m => m.Layers.Reverse()).DistinctBy(l => l.Blob.Digest)];
        layers.ForEach(l => progress.Report(new ProgressMessage("Preparing", l.Id)));
        foreach (PushLayer known in layers.Where(l => _done.Contains(l.Blob.Digest)))
        {
            progress.Report(new ProgressMessage("Layer already exists", known.Id));
        }

        layers.RemoveAll(l => !_done.Add(l.Blob.Digest));

        // One layer's failure stops the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] running = [.. layers.Select(l => new LayerPush(services, repository, name, l, new LayerProgress(progress, l.Id, services.Options.Time)).RunAsync(stop.Token))];
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

        await services.Repositories.NoteAsync(name, layers.Where(l => PushContents.IsDistributed(l.Blob)).Select(l => l.Blob.Digest), cancellation).ConfigureAwait(false);
    }

    private async Task PushConfigAsync(RegistryRepository repository, Descriptor config, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(config.Digest);
        if (_done.Add(config.Digest) && !await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            await repository.UploadAsync(config, services.Blobs.PathOf(digest), null, static _ => { }, static _ => { }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>From now on the image is known by what the registry knows it by. Where one platform's was pushed, that is the image of that platform.</summary>
    private async Task RecordAsync(ImageName pushed, Digest digest, StoredImage image, CancellationToken cancellation)
    {
        await services.Database.WriteAsync(
            c =>
            {
                // It may have been removed meanwhile, or pushed by somebody else with other layers.
                List<string> owners = c.Rows("SELECT image_id FROM image_blobs WHERE digest=$d", r => r.GetString(0), ("$d", digest.ToString()));
                foreach (string id in owners.Contains(image.Image.Id) ? [image.Image.Id] : owners)
                {
                    NameTable.Point(c, id, [pushed]);
                }
            },
            cancellation).ConfigureAwait(false);
        services.Catalog.Reload();
    }
}
