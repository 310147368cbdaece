using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;

namespace Quai.Images.Pushes;

/// <summary>A push: for each tag all layers, then the config, then manifests, and the tag last, so that a tag never stands for something incomplete.</summary>
internal sealed class Push(
    RegistryClient client, ImageCatalog catalog, ImageHolds holds, PushContents contents, LayerUploads layers, PushedImages pushed, TimeProvider time)
{
    /// <summary>Pushes.</summary>
    public async Task RunAsync(RegistryAuth? auth, PushJob job, CancellationToken cancellation)
    {
        ImageReference name = job.Name;
        List<(ImageReference Name, PushContent Content, StoredImage Image)> tags = [];
        foreach ((ImageReference tag, StoredImage image) in Tags(name))
        {
            HeldImage held = await holds.FindAsync(image, job.Lease, cancellation).ConfigureAwait(false) ?? throw QuaiException.NotFound($"tag does not exist: {tag.Familiar}");
            tags.Add((tag, await contents.OfAsync(held, tag, job, cancellation).ConfigureAwait(false), image));
        }

        RegistryRepository repository = await OpenAsync(auth, name, tags.SelectMany(t => t.Content.Manifests), cancellation).ConfigureAwait(false);
        foreach ((ImageReference tag, PushContent content, StoredImage image) in tags)
        {
            await PushAsync(repository, tag, content, job, cancellation).ConfigureAwait(false);
            await pushed.RecordAsync(ImageName.ByDigest(tag, content.Top.Digest), content.Top.Digest, image, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Pushes content that need not be an image of the store, under the job's tag, or by its digest alone.</summary>
    public async Task RunAsync(RegistryAuth? auth, PushContent content, PushJob job, CancellationToken cancellation)
    {
        RegistryRepository repository = await OpenAsync(auth, job.Name, content.Manifests, cancellation).ConfigureAwait(false);
        await PushAsync(repository, job.Name, content, job, cancellation).ConfigureAwait(false);
    }

    private Task<RegistryRepository> OpenAsync(RegistryAuth? auth, ImageReference name, IEnumerable<PushManifest> manifests, CancellationToken cancellation) =>
        client.OpenToWriteAsync(name, auth, manifests.SelectMany(m => m.Layers).SelectMany(l => layers.SourcesOf(name, l)).Distinct(), cancellation);

    private List<(ImageReference Name, StoredImage Image)> Tags(ImageReference name)
    {
        List<(ImageReference Name, StoredImage Image)> all =
        [
            .. catalog.All.SelectMany(i => i.Names).Where(n => n.Digest is null && n.Name == name.Name).Distinct()
                .OrderBy(n => n.Tag, StringComparer.Ordinal).Select(n => (n, catalog.ByName(n)!)),
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

    private async Task PushAsync(RegistryRepository repository, ImageReference tag, PushContent content, PushJob job, CancellationToken cancellation)
    {
        await PushLayersAsync(repository, content, job, cancellation).ConfigureAwait(false);
        foreach (PushManifest manifest in content.Manifests)
        {
            await PushConfigAsync(repository, manifest.Config, job, cancellation).ConfigureAwait(false);
            if (content.Index is not null)
            {
                await repository.PutManifestAsync(manifest.Digest.ToString(), manifest.Bytes, manifest.MediaType, cancellation).ConfigureAwait(false);
            }
        }

        (byte[] bytes, string type, Digest digest) = content.Top;
        string reference = tag.Tag ?? digest.ToString();
        await repository.PutManifestAsync(reference, bytes, type, cancellation).ConfigureAwait(false);
        job.Progress.Report(new ProgressMessage($"{reference}: digest: {digest} size: {bytes.Length}"));
        job.Progress.Report(new ProgressMessage(null, Aux: new PushResult(reference, digest.ToString(), bytes.Length)));
    }

    private async Task PushLayersAsync(RegistryRepository repository, PushContent content, PushJob job, CancellationToken cancellation)
    {
        // Topmost first, as in Docker; the same layer twice is sent once.
        List<PushLayer> left = [.. content.Manifests.SelectMany(m => m.Layers.Reverse()).DistinctBy(l => l.Blob.Digest)];
        left.ForEach(l => job.Progress.Report(new ProgressMessage("Preparing", l.Id)));
        foreach (PushLayer known in left.Where(l => job.Done.Contains(l.Blob.Digest)))
        {
            job.Progress.Report(new ProgressMessage("Layer already exists", known.Id));
        }

        left.RemoveAll(l => !job.Done.Add(l.Blob.Digest));

        // One layer's failure stops the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] running = [.. left.Select(l => layers.RunAsync(repository, job.Name, l, new LayerProgress(job.Progress, l.Id, time), stop.Token))];
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

        await layers.RecordAsync(job.Name, left, cancellation).ConfigureAwait(false);
    }

    private async Task PushConfigAsync(RegistryRepository repository, Descriptor config, PushJob job, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(config.Digest);
        if (job.Done.Add(config.Digest) && !await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            await repository.UploadAsync(config, layers.PathOf(digest), null, TransferEvents.None, cancellation).ConfigureAwait(false);
        }
    }
}
