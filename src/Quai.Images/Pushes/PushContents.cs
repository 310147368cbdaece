using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Determines what to push for an image.</summary>
internal sealed class PushContents(MetadataDatabase database, BlobStore blobs, StoredManifests manifests, PackedImages packed)
{
    /// <summary>What to push.</summary>
    /// <param name="held">The image, held by the lease.</param>
    /// <param name="name">The name it is pushed by.</param>
    /// <param name="job">The push.</param>
    /// <param name="cancellation">Stops compressing.</param>
    public async Task<PushContent> OfAsync(HeldImage held, ImageReference name, PushJob job, CancellationToken cancellation)
    {
        StoredImage image = held.Image;
        Platform? platform = job.Platform;
        List<(byte[] Bytes, string MediaType, Digest Digest, bool Named)> indexes = IndexesOf(held);
        foreach ((byte[] bytes, string type, Digest digest, _) in indexes.OrderByDescending(i => image.Names.Any(n => n.Digest == i.Digest && n.Name == name.Name)).ThenByDescending(i => i.Named))
        {
            if (platform is null && await ChildrenAsync(bytes, null, job.Lease, cancellation).ConfigureAwait(false) is { } all)
            {
                return new PushContent((bytes, type, digest), all);
            }

            if (platform is not null && await ChildrenAsync(bytes, platform, job.Lease, cancellation).ConfigureAwait(false) is [PushManifest own])
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
        return new PushContent(null, [await packed.OfAsync(image, pulled, job, cancellation).ConfigureAwait(false)]);
    }

    /// <summary>The indexes that an image came from.</summary>
    private List<(byte[] Bytes, string MediaType, Digest Digest, bool Named)> IndexesOf(HeldImage held)
    {
        List<(byte[], string, Digest, bool)> indexes = [];
        StoredImage image = held.Image;
        HashSet<string> others = [image.Image.Id, image.Manifest];
        others.UnionWith(ImageJson.ReadManifest(blobs.Read(Digest.Parse(image.Manifest), ImageJson.MaxManifestSize)).Layers!.Select(l => l.Digest));
        foreach (string text in held.Blobs.Where(b => !others.Contains(b) && database.Read(c => ContentRecords.SizeOf(c, b)) <= ImageJson.MaxManifestSize))
        {
            Digest digest = Digest.Parse(text);
            byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
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

    /// <summary>An index's manifests, all of them or one platform's; null unless each of those is here with everything it needs.</summary>
    private async Task<List<PushManifest>?> ChildrenAsync(byte[] index, Platform? platform, Lease lease, CancellationToken cancellation)
    {
        List<Descriptor> entries = ImageJson.ReadIndex(index).Manifests!;
        if (platform is not null)
        {
            entries = [.. entries.Where(e => e.Platform is not null && platform.Score(e.Platform) > 0).OrderByDescending(e => platform.Score(e.Platform)).Take(1)];
        }

        List<PushManifest> found = [];
        foreach (Descriptor entry in entries)
        {
            if (await manifests.FindAsync(Digest.Parse(entry.Digest), entry.MediaType, lease, cancellation).ConfigureAwait(false) is not { } manifest)
            {
                return null;
            }

            found.Add(manifest);
        }

        return found.Count == 0 ? null : found;
    }
}
