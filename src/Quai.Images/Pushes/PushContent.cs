using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>A layer that is pushed.</summary>
/// <param name="Blob">What is uploaded.</param>
/// <param name="Id">What messages call it: the beginning of its diff-id, as Docker has it.</param>
internal sealed record PushLayer(Descriptor Blob, string Id);

/// <summary>One platform's manifest that is pushed.</summary>
internal sealed record PushManifest(byte[] Bytes, string MediaType, Digest Digest, Descriptor Config, IReadOnlyList<PushLayer> Layers);

/// <summary>What one tag is pushed as.</summary>
/// <param name="Index">The index over all manifests, when it was pulled by one and all of it is here.</param>
/// <param name="Manifests">One, or all of the index.</param>
internal sealed record PushContent((byte[] Bytes, string MediaType, Digest Digest)? Index, IReadOnlyList<PushManifest> Manifests)
{
    /// <summary>Manifest or index: what the tag will stand for.</summary>
    public (byte[] Bytes, string MediaType, Digest Digest) Top => Index ?? (Manifests[0].Bytes, Manifests[0].MediaType, Manifests[0].Digest);
}

/// <summary>Finds out what to push for an image.</summary>
internal sealed class PushContents(PushServices services, Lease lease, IProgress<ProgressMessage> progress)
{
    /// <summary>What to push.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">The name it is pushed by.</param>
    /// <param name="platform">Only this platform's; null for all that there is.</param>
    /// <param name="cancellation">Stops compressing.</param>
    public async Task<PushContent> OfAsync(StoredImage image, ImageReference name, Platform? platform, CancellationToken cancellation)
    {
        List<(byte[] Bytes, string MediaType, Digest Digest, bool Named)> indexes = await IndexesAsync(image, cancellation).ConfigureAwait(false);
        foreach ((byte[] bytes, string type, Digest digest, _) in indexes.OrderByDescending(i => i.Named))
        {
            if (platform is null && await ChildrenAsync(bytes, null, cancellation).ConfigureAwait(false) is { } all)
            {
                return new PushContent((bytes, type, digest), all);
            }

            if (platform is not null && await ChildrenAsync(bytes, platform, cancellation).ConfigureAwait(false) is [PushManifest own])
            {
                return new PushContent(null, [own]);
            }
        }

        ImageConfig config = image.Image.Config;
        if (platform is not null && platform.Score(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }) == 0)
        {
            throw QuaiException.NotFound($"image with reference {name.Familiar} was found but does not provide the specified platform ({platform})");
        }

        bool pulled = image.Names.Any(n => n.Digest?.ToString() == image.Manifest) || indexes.Count > 0;
        return new PushContent(null, [await OwnAsync(image, pulled, cancellation).ConfigureAwait(false)]);
    }

    /// <summary>The indexes that an image came by.</summary>
    private async Task<List<(byte[] Bytes, string MediaType, Digest Digest, bool Named)>> IndexesAsync(StoredImage image, CancellationToken cancellation)
    {
        List<(byte[], string, Digest, bool)> indexes = [];
        lease.Hold(image.Manifest);
        HashSet<string> parts = [.. ImageJson.ReadManifest(services.Blobs.Read(Digest.Parse(image.Manifest), ImageJson.MaxManifestSize)).Layers!.Select(l => l.Digest)];
        foreach (string text in services.Database.Read(c => c.Rows(
            "SELECT b.digest FROM image_blobs i JOIN blobs b ON b.digest=i.digest WHERE i.image_id=$i AND b.digest<>$m AND b.digest<>$i AND b.size<=$s",
            r => r.GetString(0), ("$i", image.Image.Id), ("$m", image.Manifest), ("$s", ImageJson.MaxManifestSize))).Where(d => !parts.Contains(d)))
        {
            Digest digest = Digest.Parse(text);
            await services.Blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false);
            byte[] bytes = services.Blobs.Read(digest, ImageJson.MaxManifestSize);
            if (bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8) && IndexType(bytes) is { } type)
            {
                indexes.Add((bytes, type, digest, image.Names.Any(n => n.Digest == digest)));
            }
        }

        return indexes;
    }

    private static string? IndexType(byte[] bytes)
    {
        try
        {
            string type = ImageJson.DetectMediaType(bytes);
            return MediaTypes.IsIndex(type) ? type : null;
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    /// <summary>An index's manifests, all of them or one platform's; null unless each of those is here with all that it needs.</summary>
    private async Task<List<PushManifest>?> ChildrenAsync(byte[] index, Platform? platform, CancellationToken cancellation)
    {
        List<Descriptor> entries = ImageJson.ReadIndex(index).Manifests!;
        if (platform is not null)
        {
            entries = [.. entries.Where(e => e.Platform is not null && platform.Score(e.Platform) > 0).OrderByDescending(e => platform.Score(e.Platform)).Take(1)];
        }

        List<PushManifest> found = [];
        foreach (Descriptor entry in entries)
        {
            if (await FindAsync(Digest.Parse(entry.Digest), entry.MediaType, cancellation).ConfigureAwait(false) is not { } manifest)
            {
                return null;
            }

            found.Add(manifest);
        }

        return found.Count == 0 ? null : found;
    }

    private async Task<PushManifest?> FindAsync(Digest digest, string? mediaType, CancellationToken cancellation)
    {
        bool other = !MediaTypes.IsGeneric(mediaType) && !MediaTypes.IsManifest(mediaType);
        if (other || await services.Blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is null)
        {
            return null;
        }

        byte[] bytes = services.Blobs.Read(digest, ImageJson.MaxManifestSize);
        string type = ImageJson.DetectMediaType(bytes, mediaType);
        if (!MediaTypes.IsManifest(type))
        {
            return null;
        }

        Manifest manifest = ImageJson.ReadManifest(bytes);
        foreach (Descriptor part in manifest.Layers!.Where(IsDistributed).Append(manifest.Config!))
        {
            if (await services.Blobs.HoldAsync(Digest.Parse(part.Digest), lease, cancellation).ConfigureAwait(false) is null)
            {
                return null;
            }
        }

        return Describe(bytes, type, digest, manifest);
    }

    /// <summary>The image's own manifest. One that was made here gets its layers compressed first, and is replaced by the one with those.</summary>
    private async Task<PushManifest> OwnAsync(StoredImage image, bool pulled, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(image.Manifest);
        if (await FindAsync(digest, null, cancellation).ConfigureAwait(false) is not { } own)
        {
            throw QuaiException.NotFound($"image {image.Image.Id} cannot be pushed: some of its blobs are not in the store");
        }

        Manifest manifest = ImageJson.ReadManifest(own.Bytes);
        if (pulled || !manifest.Layers!.Any(LayerPacker.IsPlain))
        {
            return own;
        }

        List<Descriptor> layers = [];
        for (int i = 0; i < manifest.Layers!.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            var says = new Pulls.LayerProgress(progress, own.Layers[i].Id, services.Options.Time);
            layers.Add(LayerPacker.IsPlain(layer)
                ? await services.Packer.PackAsync(layer, lease, read => says.Advance("Compressing", read, layer.Size), cancellation).ConfigureAwait(false)
                : layer);
        }

        byte[] bytes = ImageJson.Write(manifest with { Layers = layers });
        Digest packed = await services.Blobs.AddAsync(bytes, null, lease, cancellation).ConfigureAwait(false);
        await ReplaceAsync(image, packed, manifest, layers, cancellation).ConfigureAwait(false);
        return Describe(bytes, own.MediaType, packed, manifest with { Layers = layers });
    }

    private async Task ReplaceAsync(StoredImage image, Digest manifest, Manifest old, List<Descriptor> layers, CancellationToken cancellation)
    {
        await services.Database.WriteAsync(
            c =>
            {
                // Somebody else's push may have been quicker, and a removal too.
                if (c.Run("UPDATE images SET manifest=$m WHERE id=$i AND manifest=$o", ("$m", manifest.ToString()), ("$i", image.Image.Id), ("$o", image.Manifest)) == 0)
                {
                    return;
                }

                foreach (string digest in old.Layers!.Where(LayerPacker.IsPlain).Select(l => l.Digest).Append(image.Manifest))
                {
                    c.Run("DELETE FROM image_blobs WHERE image_id=$i AND digest=$d", ("$i", image.Image.Id), ("$d", digest));
                }

                foreach (string digest in layers.Select(l => l.Digest).Append(manifest.ToString()))
                {
                    c.Run("INSERT INTO image_blobs VALUES ($i, $d) ON CONFLICT DO NOTHING", ("$i", image.Image.Id), ("$d", digest));
                }
            },
            cancellation).ConfigureAwait(false);
        services.Catalog.Reload();
    }

    private PushManifest Describe(byte[] bytes, string type, Digest digest, Manifest manifest)
    {
        List<string>? diffIds = null;
        if (MediaTypes.IsImageConfig(manifest.Config!.MediaType))
        {
            try
            {
                diffIds = ImageJson.ReadConfig(services.Blobs.Read(Digest.Parse(manifest.Config.Digest), ImageJson.MaxConfigSize)).RootFs.DiffIds;
            }
            catch (QuaiException)
            {
                // Only the names of layers in messages are taken from it.
            }
        }

        return new PushManifest(
            bytes, type, digest, manifest.Config,
            [.. manifest.Layers!.Select((l, i) => new PushLayer(l, Digest.Parse(diffIds?.Count == manifest.Layers!.Count ? diffIds[i] : l.Digest).Short))]);
    }

    /// <summary>Layers that only their vendor may give away stay where their addresses say.</summary>
    internal static bool IsDistributed(Descriptor layer) =>
        layer.MediaType != MediaTypes.DockerForeignLayer && layer.MediaType?.Contains(".nondistributable.", StringComparison.Ordinal) != true;
}
