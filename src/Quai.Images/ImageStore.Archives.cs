using Quai.Archives;
using Quai.Errors;
using Quai.Images.Archives;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Snapshots;
using Quai.Images.Unpack;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<LoadedImage>> LoadAsync(
        Stream archive, IReadOnlyList<Platform> platforms, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        IReadOnlyList<LoadedImage> loaded = await WithLeaseAsync(
            async lease =>
            {
                await using SpooledArchive spooled =
                    await SpooledArchive.ReadAsync(archive, _blobs, _snapshots, progress, _options.Time, lease, cancellation).ConfigureAwait(false);
                var loader = new ArchiveLoader(spooled, _blobs, _assembler, platforms, _options, progress, lease);
                return await loader.RunAsync(cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        foreach (LoadedImage image in loaded)
        {
            Changed?.Invoke("load", image.Id, image.Name ?? image.Id);
        }

        return loaded;
    }

    /// <inheritdoc/>
    public async Task<Image> ImportAsync(
        Stream archive, string? repositoryTag, string? message, IReadOnlyList<string> configure, string? platform, CancellationToken cancellation)
    {
        ImageReference? given = string.IsNullOrEmpty(repositoryTag) ? null : ImageReference.Parse(repositoryTag).WithDefaultTag();
        if (given?.Digest is not null)
        {
            throw QuaiException.Invalid("cannot import digest reference");
        }

        ImageName? name = given is null ? null : ImageName.Tag(given);

        Platform target = string.IsNullOrEmpty(platform) ? Platform.Host : Platform.Parse(platform);
        ExecutionConfig execution = ConfigChanges.Apply(configure);
        StoredImage image = await WithLeaseAsync(lease => ImportAsync(archive, name, message ?? "Imported from -", execution, target, lease, cancellation)).ConfigureAwait(false);
        Changed?.Invoke("import", image.Image.Id, name?.Reference.Familiar ?? image.Image.Id);
        return image.Image;
    }

    /// <inheritdoc/>
    public ISavedArchive Save(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms)
    {

        // The lease keeps what is being written though somebody removes the image meanwhile.
        Lease lease = _leases.Begin();
        try
        {
            List<ArchiveWriter.Item> items = Select(references, platforms, lease);
            foreach (ArchiveWriter.Item item in items)
            {
                if (_catalog.ById(item.Image.Image.Id) is null)
                {
                    throw new ImageNotFoundException(item.Image.Image.Id);
                }
            }

            return new SavedArchive(new ArchiveWriter(_blobs, items), lease, () => items.ForEach(i => Changed?.Invoke("save", i.Image.Image.Id, i.Image.Image.Id)));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private List<ArchiveWriter.Item> Select(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, Lease lease)
    {
        var items = new Dictionary<string, ArchiveWriter.Item>();
        foreach (string reference in references)
        {
            List<(StoredImage, ImageReference?)> named;
            try
            {
                named = Named(reference);
            }
            catch (ImageNotFoundException)
            {
                // Docker names it as it was asked for.
                throw new ImageNotFoundException(reference);
            }

            foreach ((StoredImage image, ImageReference? name) in named)
            {
                ImageConfig config = image.Image.Config;
                var offered = new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant };
                if (platforms.FirstOrDefault(p => p.Score(offered) == 0) is { } missing)
                {
                    throw QuaiException.NotFound($"no suitable export target found for platform {missing}");
                }

                List<ImageReference> names = items.TryGetValue(image.Image.Id, out ArchiveWriter.Item? item) ? [.. item.Names] : [];
                if (name is not null && !names.Contains(name))
                {
                    names.Add(name);
                }

                items[image.Image.Id] = new ArchiveWriter.Item(image, names);
                foreach (Descriptor part in HoldManifest(image, lease))
                {
                    lease.Hold(part.Digest);
                }
            }
        }

        return [.. items.Values];
    }

    private IEnumerable<Descriptor> HoldManifest(StoredImage image, Lease lease)
    {
        lease.Hold(image.Manifest);
        Manifest manifest = ImageJson.ReadManifest(_blobs.Read(Digest.Parse(image.Manifest), ImageJson.MaxManifestSize));
        return manifest.Layers!.Prepend(manifest.Config!);
    }

    /// <summary>What an argument of save means: one name, all tags of a repository named without one, or an image by its id.</summary>
    private List<(StoredImage Image, ImageReference? Name)> Named(string reference)
    {
        if (ImageReference.TryParse(reference, out ImageReference? name) && name is { Tag: null, Digest: null })
        {
            List<(StoredImage, ImageReference?)> all =
                [.. _catalog.All.SelectMany(i => i.Names.Where(n => n.Digest is null && n.Name == name.Name), (i, n) => (i, (ImageReference?)n))];
            if (all.Count > 0)
            {
                return all;
            }
        }

        StoredImage image = _catalog.Find(reference);
        return [(image, name is { Digest: null } && image.Names.Contains(name.WithDefaultTag()) ? name.WithDefaultTag() : null)];
    }

    private async Task<StoredImage> ImportAsync(
        Stream archive, ImageName? name, string comment, ExecutionConfig execution, Platform platform, Lease lease, CancellationToken cancellation)
    {
        await using SnapshotStore.PendingLayer pending = await _snapshots.BeginLayerAsync(cancellation).ConfigureAwait(false);
        using IngestFile file = _blobs.Begin();
        LayerIngest.Result layer = await Task.Factory.StartNew(
            () =>
            {
                using var source = new SyncStream(archive, cancellation);
                return LayerIngest.Run(source, Compression.Detect(source.Peek(Compression.MagicLength)), file, pending.Directory, cancellation);
            },
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        if (layer.Failure is { } failure)
        {
            throw failure;
        }

        Digest diffId = layer.DiffId, blob = file.Digest();
        long size = file.Length;
        _assembler.NoteUnsynced(diffId.ToString());
        await _blobs.CommitAsync(file, blob, lease, cancellation).ConfigureAwait(false);
        await pending.KeepAsync(diffId.ToString(), layer.Size, lease, cancellation).ConfigureAwait(false);
        DateTimeOffset now = _options.Time.GetUtcNow();
        byte[] config = ImageJson.Write(new ImageConfig
        {
            Architecture = platform.Architecture,
            Os = platform.Os,
            Variant = platform.Variant,
            Created = now,
            Comment = comment,
            Config = execution,
            RootFs = new RootFs { DiffIds = [diffId.ToString()] },
            History = [new HistoryEntry { Created = now, Comment = comment }],
        });
        Digest id = await _blobs.AddAsync(config, null, lease, cancellation).ConfigureAwait(false);
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = id.ToString(), Size = config.Length },
            Layers = [new Descriptor { MediaType = ArchiveLoader.MediaTypeOf(layer.Kind), Digest = blob.ToString(), Size = size }],
        });
        Digest manifestDigest = await _blobs.AddAsync(manifest, null, lease, cancellation).ConfigureAwait(false);
        string[] used = [blob.ToString(), id.ToString(), manifestDigest.ToString()];
        (StoredImage image, _) = await _assembler.RecordAsync(
            new NewImage(id, config, manifestDigest, [diffId.ToString()], used, name is null ? [] : [name]) { IsNamedHere = true }, cancellation).ConfigureAwait(false);
        return image;
    }

    /// <summary>Runs work under a lease; what a failure leaves is removed.</summary>
    private async Task<T> WithLeaseAsync<T>(Func<Lease, Task<T>> work)
    {
        using Lease lease = _leases.Begin();
        try
        {
            return await work(lease).ConfigureAwait(false);
        }
        catch
        {
            lease.Dispose();
            await CollectQuietlyAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class SavedArchive(ArchiveWriter writer, Lease lease, Action written) : ISavedArchive
    {
        public long Length => writer.Length;

        public IReadOnlyList<SavedPiece> Pieces => writer.Pieces;

        public async Task WriteAsync(Stream output, CancellationToken cancellation)
        {
            foreach (SavedPiece piece in Pieces)
            {
                if (piece.File is null)
                {
                    await output.WriteAsync(piece.Bytes, cancellation).ConfigureAwait(false);
                    continue;
                }

                await using var file = new FileStream(piece.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
                await file.CopyToAsync(output, 256 * 1024, cancellation).ConfigureAwait(false);
            }

            Complete();
        }

        public void Complete() => written();

        public void Dispose() => lease.Dispose();
    }
}
