using System.Collections.Concurrent;
using Quai.Errors;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Linux;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Images.Pulls;

/// <summary>One pull: manifest, config, then all layers, each downloaded and unpacked on its own.</summary>
internal sealed class Pull(
    PullServices services,
    ImageReference reference,
    Platform platform,
    bool platformWanted,
    bool noCache,
    IProgress<ProgressMessage> progress,
    Lease lease)
{
    /// <summary>How deep indexes may lie in one another.</summary>
    private const int MaxIndexDepth = 5;

    /// <summary>The tag that the image is to have; null when it is asked for by digest. Checked before anything is asked of the registry.</summary>
    private readonly ImageName? _tag = reference.Digest is null ? ImageName.Tag(reference) : null;

    /// <summary>Whether it says at the end what it came to.</summary>
    public bool ShowsStatus { get; init; } = true;

    /// <summary>Whether the name stood for something else, or nothing, before.</summary>
    public bool Newer { get; private set; }

    /// <summary>The last message of a pull.</summary>
    public static ProgressMessage Status(bool newer, string name) => new($"Status: {(newer ? "Downloaded newer image" : "Image is up to date")} for {name}");

    /// <summary>Blobs besides the layers that the image is to keep.</summary>
    private readonly HashSet<string> _blobs = [];

    /// <summary>The layers of the image.</summary>
    private readonly HashSet<string> _layers = [];

    /// <summary>Blobs that this pull fetched itself, each once.</summary>
    private readonly ConcurrentDictionary<string, bool> _fetched = new();

    public async Task<StoredImage> RunAsync(RegistryAuth? auth, CancellationToken cancellation)
    {
        try
        {
            StoredImage image = await services.Client.ReadAsync(reference, auth, r => RunAsync(r, cancellation), cancellation).ConfigureAwait(false);
            await ForgetUnfinishedAsync().ConfigureAwait(false);
            return image;
        }
        catch (Exception e) when (e is QuaiException or LinuxException && e is not TransientRegistryException && e.InnerException is not TransientRegistryException)
        {
            // Another try would end the same way. After a cut connection, or when the user stops it, what came whole waits for the next try.
            await ForgetUnfinishedAsync().ConfigureAwait(false);
            ForgetPartials();
            throw;
        }
    }

    private async Task<StoredImage> RunAsync(RegistryRepository repository, CancellationToken cancellation)
    {
        string version = reference.Digest?.ToString() ?? reference.Tag!;
        RegistryRepository.FetchedManifest top = await FindHereAsync(repository, cancellation).ConfigureAwait(false)
            ?? await repository.GetManifestAsync(version, cancellation).ConfigureAwait(false);
        progress.Report(new ProgressMessage($"Pulling from {reference.Path}", version));
        RegistryRepository.FetchedManifest own = await ChooseAsync(repository, top, cancellation).ConfigureAwait(false);
        IReadOnlyList<ImageSignature> signatures = await services.Trust.CheckPullAsync(repository, reference, [top.Digest, own.Digest], cancellation).ConfigureAwait(false);
        Manifest manifest = ImageJson.ReadManifest(own.Bytes);
        if (!MediaTypes.IsImageConfig(manifest.Config!.MediaType))
        {
            throw QuaiException.Invalid($"{reference.Familiar} is no container image: unsupported media type {manifest.Config.MediaType}");
        }

        Digest id = Digest.Parse(manifest.Config.Digest);
        ImageName[] names = Names(top.Digest);
        StoredImage? known = services.Catalog.ById(id.ToString());
        bool upToDate = names.All(n => services.Catalog.AllByName(n.Reference).Any(i => i.Image.Id == id.ToString()));
        (byte[] Bytes, ImageConfig Parsed) config = await GetConfigAsync(repository, manifest.Config, cancellation).ConfigureAwait(false);
        CheckPlatform(config.Parsed);
        ImageAssembler.CheckLayers(config.Parsed, manifest.Layers!.Count);
        string[] chains = ChainIds.Of(config.Parsed.RootFs.DiffIds);

        // An image that is here with this very manifest needs nothing more; its blobs could be removed only with it.
        await KeepAsync(own, cancellation).ConfigureAwait(false);
        await PullLayersAsync(repository, manifest, config.Parsed, chains, quiet: !noCache && known?.Manifest == own.Digest.ToString(), cancellation).ConfigureAwait(false);
        if (top.Digest != own.Digest)
        {
            await KeepAsync(top, cancellation).ConfigureAwait(false);
        }

        _blobs.Add(id.ToString());
        _blobs.UnionWith(manifest.Layers.Select(l => l.Digest));
        (StoredImage image, _) = await services.Assembler.RecordAsync(new NewImage(id, config.Bytes, own.Digest, chains, _blobs, names), cancellation).ConfigureAwait(false);
        await services.Trust.KeepAsync(signatures, cancellation).ConfigureAwait(false);
        await services.Repositories.NoteAsync(reference, manifest.Layers.Select(l => l.Digest).Append(manifest.Config.Digest).Distinct(), cancellation).ConfigureAwait(false);
        progress.Report(new ProgressMessage($"Digest: {top.Digest}"));
        Newer = !upToDate;
        if (ShowsStatus)
        {
            progress.Report(Status(Newer, reference.Familiar));
        }

        return image;
    }

    /// <summary>The names that the pull gives: by digest always, by tag when it was asked for by that alone.</summary>
    private ImageName[] Names(Digest digest)
    {
        var byDigest = ImageName.ByDigest(reference, digest);
        return _tag is null ? [byDigest] : [_tag, byDigest];
    }

    /// <summary>Follows indexes, which may lie in one another, to the manifest of the platform.</summary>
    private async Task<RegistryRepository.FetchedManifest> ChooseAsync(RegistryRepository repository, RegistryRepository.FetchedManifest top, CancellationToken cancellation)
    {
        RegistryRepository.FetchedManifest here = top;
        for (int depth = 0; !MediaTypes.IsManifest(here.MediaType); depth++)
        {
            if (!MediaTypes.IsIndex(here.MediaType))
            {
                throw QuaiException.Invalid(here.MediaType is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed
                    ? $"Docker Image Format v1 and Docker Image manifest version 2, schema 1 are not supported: {reference.Familiar} must be pushed again in a newer format"
                    : $"unsupported media type {here.MediaType} of {reference.Familiar}");
            }

            if (depth == MaxIndexDepth)
            {
                throw QuaiException.Invalid($"the indexes of {reference.Familiar} lie more than {MaxIndexDepth} deep in one another");
            }

            Descriptor next = Best(ImageJson.ReadIndex(here.Bytes).Manifests!);
            here = await ReadHereAsync(Digest.Parse(next.Digest), cancellation, next.MediaType).ConfigureAwait(false)
                ?? await repository.GetManifestAsync(next.Digest, cancellation, next.MediaType).ConfigureAwait(false);
        }

        return here;
    }

    /// <summary>The entry that fits the platform best; the first that names none when there is no such.</summary>
    private Descriptor Best(IEnumerable<Descriptor> entries)
    {
        Descriptor? best = null, unnamed = null;
        int bestScore = 0;
        foreach (Descriptor entry in entries)
        {
            if (entry.MediaType is not null && !MediaTypes.IsManifest(entry.MediaType) && !MediaTypes.IsIndex(entry.MediaType))
            {
                continue;
            }

            if (entry.Platform is null || (string.IsNullOrEmpty(entry.Platform.Os) && string.IsNullOrEmpty(entry.Platform.Architecture)))
            {
                unnamed ??= entry;
                continue;
            }

            int score = platform.Score(entry.Platform);
            if (score > bestScore)
            {
                (best, bestScore) = (entry, score);
            }
        }

        return best ?? unnamed ?? throw QuaiException.NotFound($"no matching manifest for {platform} in the manifest list entries");
    }

    /// <summary>The manifest that the tag stands for, when it still is the one that was pulled before.</summary>
    private async Task<RegistryRepository.FetchedManifest?> FindHereAsync(RegistryRepository repository, CancellationToken cancellation) =>
        reference.Digest is null && !noCache && services.Catalog.AllByName(reference).Any() && await repository.FindAsync(reference.Tag!, cancellation).ConfigureAwait(false) is { } digest
            ? await ReadHereAsync(digest, cancellation).ConfigureAwait(false)
            : null;

    private async Task<RegistryRepository.FetchedManifest?> ReadHereAsync(Digest digest, CancellationToken cancellation, string? mediaType = null)
    {
        if (noCache || await services.Blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null)
        {
            return null;
        }

        byte[] bytes = services.Blobs.Read(digest, ImageJson.MaxManifestSize);
        return digest.Matches(bytes) ? new RegistryRepository.FetchedManifest(bytes, ImageJson.DetectMediaType(bytes, mediaType), digest) : null;
    }

    private async Task<(byte[] Bytes, ImageConfig Parsed)> GetConfigAsync(RegistryRepository repository, Descriptor config, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(config.Digest);
        if (config.Size > ImageJson.MaxConfigSize)
        {
            throw QuaiException.Invalid($"image configuration {digest} is larger than {ImageJson.MaxConfigSize >> 20} MiB");
        }

        if (await services.Blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null || (noCache && _fetched.TryAdd(digest.ToString(), true)))
        {
            using IngestFile file = services.Blobs.Begin();
            file.Reset(digest.AlgorithmName);
            await repository.DownloadAsync(config, file, static _ => { }, static _ => { }, static () => { }, cancellation, "image config").ConfigureAwait(false);

            // Read before it is kept: what is no config is not kept.
            ImageJson.ReadConfig(File.ReadAllBytes(file.FilePath));
            await services.Blobs.CommitAsync(file, digest, lease, cancellation, services.KeepUntil()).ConfigureAwait(false);
            _fetched[digest.ToString()] = true;
        }

        byte[] bytes = services.Blobs.Read(digest, ImageJson.MaxConfigSize);
        return (bytes, ImageJson.ReadConfig(bytes));
    }

    private void CheckPlatform(ImageConfig config)
    {
        var actual = Platform.Normalize(config.Os, config.Architecture, config.Variant);
        if (platformWanted && platform.Score(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }) == 0)
        {
            throw QuaiException.NotFound($"image with reference {reference.Familiar} was found but does not match the specified platform: wanted {platform}, actual: {actual}");
        }

        if (actual.Os != "linux")
        {
            throw QuaiException.Invalid($"image operating system \"{config.Os}\" cannot be used on this platform: operating system is not supported");
        }
    }

    private Task ForgetUnfinishedAsync() =>
        services.Database.WriteAsync(c => UnfinishedPulls.Forget(c, _fetched.Keys.Concat(_blobs)), CancellationToken.None);

    /// <summary>Removes the beginnings of layers, but those that another pull is just downloading.</summary>
    private void ForgetPartials()
    {
        foreach (string digest in _layers)
        {
            SemaphoreSlim turn = services.TurnFor(digest);
            if (turn.Wait(0, CancellationToken.None))
            {
                services.Blobs.ForgetPartial(Digest.Parse(digest));
                turn.Release();
            }
        }
    }

    private async Task KeepAsync(RegistryRepository.FetchedManifest manifest, CancellationToken cancellation)
    {
        await services.Blobs.AddAsync(manifest.Bytes, manifest.Digest, lease, cancellation, anew: noCache).ConfigureAwait(false);
        _blobs.Add(manifest.Digest.ToString());
    }

    private async Task PullLayersAsync(RegistryRepository repository, Manifest manifest, ImageConfig config, string[] chains, bool quiet, CancellationToken cancellation)
    {
        // One layer's failure stops the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _layers.UnionWith(manifest.Layers!.Select(l => l.Digest));
        var layers = new List<LayerPull>(chains.Length);
        for (int i = 0; i < chains.Length; i++)
        {
            Digest digest = Digest.Parse(manifest.Layers![i].Digest);
            var says = new LayerProgress(quiet ? Silent.Instance : progress, digest.Short, services.Options.Time);
            var layer = new LayerPull(services, repository, manifest.Layers[i], config.RootFs.DiffIds[i], chains[i], says, lease, _fetched, noCache);
            await layer.LookAsync(stop.Token).ConfigureAwait(false);
            layers.Add(layer);
        }

        Task[] running = [.. layers.Select(l => l.RunAsync(stop.Token))];
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
