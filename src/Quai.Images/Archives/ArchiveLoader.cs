using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Layers;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Stores the images of an archive: a docker-archive (<c>manifest.json</c>, either layout of its blobs) or an OCI layout.</summary>
internal sealed class ArchiveLoader(
    SpooledArchive archive,
    BlobStore blobs,
    LayerStore layerStore,
    ImageRecorder recorder,
    TimeProvider time,
    LoadJob job)
{
    private const string ContainerdNameAnnotation = "io.containerd.image.name";
    private const string RefNameAnnotation = "org.opencontainers.image.ref.name";
    private const string ReferenceType = "vnd.docker.reference.type";
    private const int MaxNestedIndexes = 4;

    /// <summary>Maximum number of entries read in all indexes together: indexes that list indexes many times over could be read more often than there are bytes.</summary>
    private const int MaxEntries = 20_000;

    /// <summary>The cost of a layer that an image names, besides unpacking it: it is looked up several times.</summary>
    private const int LayerCharge = 512;

    private readonly List<LoadedImage> _loaded = [];
    private ILookup<string, Digest>? _manifests;
    private int _entries;

    public async Task<IReadOnlyList<LoadedImage>> RunAsync(CancellationToken cancellation)
    {
        if (archive.Find("manifest.json") is not null)
        {
            // All names before the first image: an archive with a deceptive one is not half loaded.
            List<(DockerArchiveItem Item, ImageName[] Names)> items = ImageJson.ReadDockerArchive(archive.ReadBytes("manifest.json", ImageJson.MaxManifestSize))
                .ConvertAll(i => (i, (ImageName[])[.. (i?.RepoTags ?? []).Select(ImageName.Tag)]));
            HashSet<string> indexed = await LoadIndexesAsync([.. items.SelectMany(i => i.Names)], cancellation).ConfigureAwait(false);
            foreach ((DockerArchiveItem item, ImageName[] names) in items)
            {
                ImageName[] left = [.. names.Where(n => !indexed.Contains(n.Reference.Canonical))];
                if (left.Length > 0 || names.Length == 0)
                {
                    await LoadItemAsync(item, left, cancellation).ConfigureAwait(false);
                }
            }
        }
        else if (archive.Find("index.json") is not null)
        {
            await LoadIndexAsync(ImageJson.ReadIndex(archive.ReadBytes("index.json", ImageJson.MaxManifestSize)), null, 0, cancellation).ConfigureAwait(false);
        }
        else
        {
            throw QuaiException.Invalid("invalid archive: does not contain a manifest.json");
        }

        return _loaded.Count > 0 || job.Platforms.Count == 0
            ? _loaded
            : throw QuaiException.NotFound($"requested platform ({string.Join(", ", job.Platforms)}) not found: image might be filtered out");
    }

    /// <summary>Loads the images of all platforms that the archive has of those names that stand for an index.</summary>
    /// <returns>These names, canonical.</returns>
    private async Task<HashSet<string>> LoadIndexesAsync(IReadOnlyList<ImageName> names, CancellationToken cancellation)
    {
        HashSet<string> loaded = [];
        if (archive.Find("index.json") is null)
        {
            return loaded;
        }

        foreach (Descriptor entry in ImageJson.ReadIndex(archive.ReadBytes("index.json", ImageJson.MaxManifestSize)).Manifests!.Where(e => MediaTypes.IsIndex(e.MediaType)))
        {
            Digest digest = Digest.Parse(entry.Digest);
            if (NameOf(entry) is not { } name || !names.Any(n => n.Reference.Canonical == name.Reference.Canonical) || archive.FindBlob(digest) is null)
            {
                continue;
            }

            byte[] bytes = archive.ReadBytes($"blobs/{digest.Algorithm}/{digest.Hex}", ImageJson.MaxManifestSize);
            ImageJson.DetectMediaType(bytes, entry.MediaType);
            if (await LoadPlatformsAsync(ImageJson.ReadIndex(bytes), bytes, digest, name, cancellation).ConfigureAwait(false))
            {
                loaded.Add(name.Reference.Canonical);
            }
        }

        return loaded;
    }

    private async Task<bool> LoadPlatformsAsync(ImageIndex index, byte[] bytes, Digest digest, ImageName name, CancellationToken cancellation)
    {
        bool any = false;
        Descriptor[] here = [.. index.Manifests!.Where(m => MediaTypes.IsManifest(m.MediaType) && archive.FindBlob(Digest.Parse(m.Digest)) is not null)];
        foreach (Descriptor entry in here.Where(m => m.Annotations?.ContainsKey(ReferenceType) != true && (m.Platform is not { } platform || IsWanted(platform))))
        {
            if (!any)
            {
                // All of them have it.
                await blobs.AddAsync(bytes, digest, job.Lease, cancellation).ConfigureAwait(false);
            }

            Digest manifest = Digest.Parse(entry.Digest);
            byte[] content = archive.ReadBytes($"blobs/{manifest.Algorithm}/{manifest.Hex}", ImageJson.MaxManifestSize);
            ImageJson.DetectMediaType(content, entry.MediaType);
            await LoadManifestAsync(content, manifest, [name, ImageName.ByDigest(name.Reference, digest)], digest, cancellation).ConfigureAwait(false);
            any = true;
        }

        return any;
    }

    private async Task LoadItemAsync(DockerArchiveItem item, ImageName[] names, CancellationToken cancellation)
    {
        if (item?.Config is null)
        {
            throw QuaiException.Invalid("invalid manifest.json: an image has no Config");
        }

        List<string> paths = item.Layers ?? [];

        byte[] configBytes = archive.ReadBytes(item.Config, ImageJson.MaxConfigSize);
        ImageConfig config = ImageJson.ReadConfig(configBytes);
        if (!IsWanted(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }))
        {
            return;
        }

        ImageRecorder.CheckLayers(config, paths.Count);
        List<(Descriptor Descriptor, SpooledFile File)> layers = [];
        foreach (string path in paths)
        {
            SpooledFile file = archive.Get(path);
            layers.Add((Describe(file), file));
        }

        (byte[] Bytes, Digest Digest) manifest = FindManifest(Digest.Of(configBytes), layers) ?? MakeManifest(configBytes, layers);
        await StoreAsync(configBytes, config, manifest, layers, names, cancellation).ConfigureAwait(false);
    }

    /// <summary>The manifest that the archive's OCI side has for the same config and layers, so that its digest is preserved.</summary>
    private (byte[] Bytes, Digest Digest)? FindManifest(Digest config, List<(Descriptor Descriptor, SpooledFile File)> layers)
    {
        foreach (Digest digest in (_manifests ??= ReadManifests())[config.ToString()])
        {
            byte[] bytes = archive.ReadBytes($"blobs/{digest.Algorithm}/{digest.Hex}", ImageJson.MaxManifestSize);
            if (ImageJson.ReadManifest(bytes).Layers!.Select(l => l.Digest).SequenceEqual(layers.Select(l => l.Descriptor.Digest)))
            {
                return (bytes, digest);
            }
        }

        return null;
    }

    /// <summary>
    /// The manifests of the archive's OCI side by their configs: each is read once, however many images the archive has. Those without a version are not
    /// kept, since no registry accepts them; manifest.json contains everything they say.
    /// </summary>
    private ILookup<string, Digest> ReadManifests()
    {
        List<(string Config, Digest Digest)> found = [];
        if (archive.Find("index.json") is not null)
        {
            List<Descriptor> entries = ImageJson.ReadIndex(archive.ReadBytes("index.json", ImageJson.MaxManifestSize)).Manifests!;
            foreach (Descriptor entry in entries.Where(e => MediaTypes.IsManifest(e.MediaType)).DistinctBy(e => e.Digest))
            {
                Digest digest = Digest.Parse(entry.Digest);
                if (archive.FindBlob(digest) is { Length: <= ImageJson.MaxManifestSize })
                {
                    byte[] bytes = archive.ReadBytes($"blobs/{digest.Algorithm}/{digest.Hex}", ImageJson.MaxManifestSize);
                    ImageJson.DetectMediaType(bytes, entry.MediaType);
                    if (ImageJson.HasSchemaVersion(bytes))
                    {
                        found.Add((ImageJson.ReadManifest(bytes).Config!.Digest, digest));
                    }
                }
            }
        }

        return found.ToLookup(f => f.Config, f => f.Digest);
    }

    private static (byte[] Bytes, Digest Digest) MakeManifest(byte[] config, List<(Descriptor Descriptor, SpooledFile File)> layers)
    {
        byte[] bytes = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Of(config).ToString(), Size = config.Length },
            Layers = [.. layers.Select(l => l.Descriptor)],
        });
        return (bytes, Digest.Of(bytes));
    }

    private async Task LoadIndexAsync(ImageIndex index, ImageName? name, int depth, CancellationToken cancellation)
    {
        foreach (Descriptor entry in index.Manifests!)
        {
            if (++_entries > MaxEntries)
            {
                throw QuaiException.Invalid($"invalid archive: its indexes list more than {MaxEntries} manifests");
            }

            Digest digest = Digest.Parse(entry.Digest);
            bool other = !MediaTypes.IsGeneric(entry.MediaType) && !MediaTypes.IsManifest(entry.MediaType) && !MediaTypes.IsIndex(entry.MediaType);
            if (other || archive.FindBlob(digest) is null || (entry.Platform is { } platform && !IsWanted(platform, Platform.Host)))
            {
                // Other platforms' manifests, and attestations, may or may not be in a layout.
                continue;
            }

            ImageName? own = NameOf(entry) ?? name;
            byte[] bytes = archive.ReadBytes($"blobs/{digest.Algorithm}/{digest.Hex}", ImageJson.MaxManifestSize);
            string mediaType = ImageJson.DetectMediaType(bytes, entry.MediaType);
            if (MediaTypes.IsIndex(mediaType) && depth < MaxNestedIndexes)
            {
                await LoadIndexAsync(ImageJson.ReadIndex(bytes), own, depth + 1, cancellation).ConfigureAwait(false);
            }
            else if (MediaTypes.IsManifest(mediaType))
            {
                await LoadManifestAsync(bytes, digest, own is null ? [] : [own], null, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task LoadManifestAsync(byte[] bytes, Digest digest, ImageName[] names, Digest? index, CancellationToken cancellation)
    {
        Manifest manifest = ImageJson.ReadManifest(bytes);
        if (!MediaTypes.IsImageConfig(manifest.Config!.MediaType))
        {
            throw QuaiException.Invalid($"manifest {digest} is no container image: unsupported media type {manifest.Config.MediaType}");
        }

        Digest id = Digest.Parse(manifest.Config.Digest);
        _ = Blob(id);
        byte[] configBytes = archive.ReadBytes($"blobs/{id.Algorithm}/{id.Hex}", ImageJson.MaxConfigSize);
        ImageConfig config = ImageJson.ReadConfig(configBytes);
        if (!IsWanted(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }))
        {
            return;
        }

        List<(Descriptor, SpooledFile)> layers = [.. manifest.Layers!.Select(l => (l, Blob(Digest.Parse(l.Digest))))];
        await StoreAsync(configBytes, config, (bytes, digest), layers, names, cancellation, index).ConfigureAwait(false);

        SpooledFile Blob(Digest wanted) => archive.FindBlob(wanted) ?? throw QuaiException.Invalid($"invalid archive: blob {wanted} of manifest {digest} is missing");
    }

    private async Task StoreAsync(
        byte[] configBytes, ImageConfig config, (byte[] Bytes, Digest Digest) manifest, List<(Descriptor Descriptor, SpooledFile File)> layers,
        ImageName[] names, CancellationToken cancellation, Digest? index = null)
    {
        ImageRecorder.CheckLayers(config, layers.Count);
        archive.Charge((long)layers.Count * LayerCharge);
        string[] chains = ChainIds.Of(config.RootFs.DiffIds);
        HashSet<string> used = [manifest.Digest.ToString(), .. index is { } own ? (string[])[own.ToString()] : []];
        var unpacking = new List<Task>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            for (int i = 0; i < layers.Count; i++)
            {
                (Descriptor descriptor, SpooledFile file) = layers[i];
                var digest = Digest.Parse(descriptor.Digest);
                used.Add(descriptor.Digest);
                if (await blobs.HoldAsync(digest, job.Lease, cancellation).ConfigureAwait(false) is null)
                {
                    IngestFile whole = file.Ingest ?? throw QuaiException.Conflict($"blob {digest} was removed while it was being loaded");
                    await blobs.CommitAsync(whole, digest, job.Lease, cancellation).ConfigureAwait(false);
                }

                unpacking.Add(PlaceAsync(file, digest, config.RootFs.DiffIds[i], chains[i], descriptor.Size, stop.Token));
            }

            await Task.WhenAll(unpacking).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(unpacking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        Digest id = await blobs.AddAsync(configBytes, null, job.Lease, cancellation).ConfigureAwait(false);
        await blobs.AddAsync(manifest.Bytes, manifest.Digest, job.Lease, cancellation).ConfigureAwait(false);
        used.Add(id.ToString());
        (StoredImage image, IReadOnlyList<(ImageReference Name, string OldId)> moved) =
            await recorder.RecordAsync(new NewImage(id, configBytes, manifest.Digest, chains, used, names), cancellation).ConfigureAwait(false);
        foreach ((ImageReference name, string old) in moved)
        {
            job.Progress.Report(new ProgressMessage(null, Stream: $"The image {name.Familiar} already exists, renaming the old one with ID {old} to empty string\n"));
        }

        names = [.. names.Where(n => n.Reference.Digest is null && !_loaded.Exists(l => index is not null && l.Name == n.Reference.Familiar))];
        _loaded.AddRange(names.Length == 0 && index is not null ? [] : names.Length == 0 ? [new LoadedImage(image.Image.Id, null)] : names.Select(n => new LoadedImage(image.Image.Id, n.Reference.Familiar)));
    }

    /// <summary>Makes the layer that was unpacked on arrival the layer of its chain. One that was not, or is in several stacks, is unpacked from its blob.</summary>
    private async Task PlaceAsync(SpooledFile file, Digest digest, string diffId, string chainId, long size, CancellationToken cancellation)
    {
        if (!file.DiffId.IsEmpty && file.DiffId.ToString() == diffId && file.TakeLayer() is { } layer)
        {
            await using (layer.ConfigureAwait(false))
            {
                await layerStore.KeepAsync(layer, chainId, file.UnpackedSize, job.Lease, cancellation).ConfigureAwait(false);
            }

            return;
        }

        var says = new LayerProgress(job.Progress, Digest.Parse(diffId).Short, time);
        await layerStore.UnpackAsync(digest, diffId, chainId, job.Lease, read => says.Advance("Loading layer", read, size), cancellation).ConfigureAwait(false);
    }

    private bool IsWanted(PlatformDescription offered, Platform? otherwise = null) =>
        job.Platforms.Count == 0 ? otherwise is null || otherwise.Score(offered) > 0 : job.Platforms.Any(p => p.Score(offered) > 0);

    private static Descriptor Describe(SpooledFile file)
    {
        Span<byte> magic = stackalloc byte[Compression.MagicLength];
        using FileStream stream = File.OpenRead(file.FilePath);
        magic = magic[..stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        return new Descriptor { MediaType = MediaTypeOf(Compression.Detect(magic)), Digest = file.Digest.ToString(), Size = file.Length };
    }

    public static string MediaTypeOf(CompressionKind kind) => kind switch
    {
        CompressionKind.Gzip => MediaTypes.OciLayerGzip,
        CompressionKind.Zstd => MediaTypes.OciLayerZstd,
        _ => MediaTypes.OciLayer,
    };

    /// <summary>The name in an entry's annotations; null if there is none, or one that is not a tag (containerd's names may be digests).</summary>
    /// <exception cref="QuaiException">It could be taken for something else.</exception>
    private static ImageName? NameOf(Descriptor entry)
    {
        if (entry.Annotations is null)
        {
            return null;
        }

        // A reference name that is a bare tag does not say which repository it belongs to.
        string? text = entry.Annotations.GetValueOrDefault(ContainerdNameAnnotation)
            ?? (entry.Annotations.GetValueOrDefault(RefNameAnnotation) is { } named && named.AsSpan().ContainsAny(':', '/') ? named : null);
        return text is not null && ImageReference.TryParse(text, out ImageReference? name) && name.Digest is null ? ImageName.Tag(name.WithDefaultTag()) : null;
    }
}
