using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Pulls;
using Quai.Images.Pushes;
using Quai.Images.Registry;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <summary>Changes <see cref="ImageStoreOptions.InsecureRegistries"/> and <see cref="ImageStoreOptions.RegistryMirrors"/>, for what begins from now on.</summary>
    public void Configure(IReadOnlyList<string> insecureRegistries, IReadOnlyList<string> mirrors) => _pulls.Client.Configure(insecureRegistries, mirrors);

    /// <inheritdoc/>
    public async Task<Image> PullOneAsync(string reference, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return (await PullAsync(image.Digest is null ? image : image with { Tag = null }, options, auth, progress, showsStatus: true, cancellation).ConfigureAwait(false)).Image;
    }

    /// <inheritdoc/>
    public async Task PullAllTagsAsync(string repository, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Tag is not null || name.Digest is not null)
        {
            throw QuaiException.Invalid("tag can't be used with --all-tags/-a");
        }

        bool newer = false;
        foreach (string tag in await ListTagsAsync(repository, auth, cancellation).ConfigureAwait(false))
        {
            newer |= (await PullAsync(name with { Tag = tag }, options, auth, progress, showsStatus: false, cancellation).ConfigureAwait(false)).Newer;
        }

        progress.Report(Pull.Status(newer, name.Familiar));
    }

    private async Task<(Image Image, bool Newer)> PullAsync(
        ImageReference image, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, bool showsStatus, CancellationToken cancellation)
    {
        bool chosen = options.Platform is { Length: > 0 };
        Platform wanted = chosen ? Platform.Parse(options.Platform!) : Platform.Host;
        bool newer = false;
        StoredImage stored = await WithLeaseAsync(
            async lease =>
            {
                var pull = new Pull(_pulls, image, wanted, chosen, options.NoCache, progress, lease) { ShowsStatus = showsStatus };
                StoredImage pulled = await pull.RunAsync(auth, cancellation).ConfigureAwait(false);
                newer = pull.Newer;
                return pulled;
            }).ConfigureAwait(false);
        Changed?.Invoke("pull", image.Familiar, image.FamiliarName);
        return (stored.Image, newer);
    }

    /// <inheritdoc/>
    public async Task PushAsync(string repository, string? tag, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Digest is not null)
        {
            throw QuaiException.Invalid("cannot push a digest reference");
        }

        if (tag is { Length: > 0 } && !ImageReference.IsTag(tag))
        {
            throw QuaiException.Invalid("invalid tag format");
        }

        name = tag is { Length: > 0 } ? name with { Tag = tag } : name;
        Platform? wanted = platform is { Length: > 0 } ? Platform.Parse(platform) : null;
        progress.Report(new ProgressMessage($"The push refers to repository [{name.Name}]"));
        await WithLeaseAsync(
            async lease =>
            {
                await new Push(_pushes, name, wanted, progress, lease).RunAsync(auth, cancellation).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        Changed?.Invoke("push", name.Familiar, name.FamiliarName);

        // Layers that were compressed leave their plain form behind.
        await CollectQuietlyAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string> LoginAsync(RegistryAuth auth, CancellationToken cancellation) => new Login(_pulls.Client).RunAsync(auth, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundRepository>> SearchAsync(string term, int limit, RegistryAuth? auth, CancellationToken cancellation) =>
        new Search(_pulls.Client).RunAsync(term, limit, auth, cancellation);

    /// <inheritdoc/>
    public async Task<RemoteImage> InspectAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        try
        {
            return await _pulls.Client.ReadAsync(image, auth, r => RemoteInspection.RunAsync(r, image, _blobs, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException e)
        {
            // Here Docker hands on what the registry says, and nothing more.
            throw QuaiException.NotFound(e.Said, e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTagsAsync(string repository, RegistryAuth? auth, CancellationToken cancellation) =>
        _pulls.Client.ReadAsync(ImageReference.Parse(repository), auth, r => r.ListTagsAsync(cancellation), cancellation);

    /// <inheritdoc/>
    public Task<ReferrerList> ReferrersAsync(string reference, string? artifactType, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return _pulls.Client.ReadAsync(
            image,
            auth,
            async r =>
            {
                Digest subject = image.Digest ?? (await r.GetManifestAsync(image.Tag!, cancellation).ConfigureAwait(false)).Digest;
                return new ReferrerList(subject, await r.ReferrersAsync(subject, artifactType, cancellation).ConfigureAwait(false));
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<byte[]> FetchManifestAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return _pulls.Client.ReadAsync(
            image, auth, async r => (await r.GetManifestAsync(image.Digest?.ToString() ?? image.Tag!, cancellation).ConfigureAwait(false)).Bytes, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Digest> PushIndexAsync(string target, byte[] index, IReadOnlyList<string> sources, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(target).WithDefaultTag();
        if (name.Tag is null || name.Digest is not null)
        {
            throw QuaiException.Invalid("an index is pushed under a tag, not a digest");
        }

        if (!MediaTypes.IsIndex(ImageJson.DetectMediaType(index)))
        {
            throw QuaiException.Invalid("what is to be pushed is no manifest list");
        }

        ImageReference[] places = [.. sources.Select(ImageReference.Parse)];
        RegistryRepository repository = await _pulls.Client.OpenToWriteAsync(
            name, auth, places.Where(p => p.Domain == name.Domain && p.Path != name.Path).Select(p => p.Path).Distinct(), cancellation).ConfigureAwait(false);
        return await new IndexPush(_pulls.Client, _blobs, repository, name, auth).RunAsync(index, places, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<byte[]> FetchBlobAsync(string repository, Descriptor blob, int limit, RegistryAuth? auth, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        if (blob.Size > limit)
        {
            throw QuaiException.Invalid($"blob {digest} is larger than {limit} bytes");
        }

        return _pulls.Client.ReadAsync(
            ImageReference.Parse(repository),
            auth,
            async r =>
            {
                using IngestFile file = _blobs.Begin();
                file.Reset(digest.AlgorithmName);
                await r.DownloadAsync(blob, file, static _ => { }, static _ => { }, static () => { }, cancellation, "blob").ConfigureAwait(false);
                return await File.ReadAllBytesAsync(file.FilePath, cancellation).ConfigureAwait(false);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<long> SweepUnfinishedAsync(bool all, CancellationToken cancellation)
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        List<(string Digest, long Size)> waiting = _database.Read(c => c.Rows(
            $"SELECT u.digest, b.size FROM unfinished_pulls u JOIN blobs b ON b.digest=u.digest WHERE u.digest NOT IN (SELECT digest FROM image_blobs){(all ? "" : $" AND u.until <= {now.ToUnixTimeSeconds()}")}",
            r => (r.GetString(0), r.GetInt64(1))));
        waiting.RemoveAll(w => _leases.Holds(w.Digest));
        await CollectAsync((c, _) => UnfinishedPulls.Forget(c, waiting.Select(w => w.Digest)), measure: false, cancellation).ConfigureAwait(false);
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return waiting.Sum(w => w.Size) + _blobs.SweepUnfinished(all ? DateTimeOffset.MaxValue : now - _options.UnfinishedLifetime, _leases.Holds);
    }

    private async Task SweepUnfinishedQuietlyAsync()
    {
        try
        {
            await SweepUnfinishedAsync(all: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotCollected(_logger, e);
        }
    }
}
