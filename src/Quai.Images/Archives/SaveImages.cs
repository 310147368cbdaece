using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Catalog.Indexes;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Makes an archive of images.</summary>
internal sealed class SaveImages(ImageCatalog catalog, NamedIndexes indexes, ImageHolds holds, BlobStore blobs, Leases leases, ImageEvents events)
{
    public async Task<ISavedArchive> RunAsync(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, CancellationToken cancellation)
    {
        Lease lease = leases.Begin();
        try
        {
            List<ArchiveWriter.Item> items = await SelectAsync(references, platforms, lease, cancellation).ConfigureAwait(false);
            return new SavedArchive(await ArchiveWriter.PlanAsync(blobs, items, cancellation).ConfigureAwait(false), lease, () => items.ForEach(i => events.Publish("save", i.Image.Image.Id, i.Image.Image.Id)));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<List<ArchiveWriter.Item>> SelectAsync(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, Lease lease, CancellationToken cancellation)
    {
        var items = new Dictionary<string, ArchiveWriter.Item>();
        foreach (string reference in references)
        {
            List<(StoredImage Image, ImageReference? Name)> named;
            try
            {
                named = Named(reference);
            }
            catch (ImageNotFoundException)
            {
                // Docker uses the name as requested.
                throw new ImageNotFoundException(reference);
            }

            if (platforms.Count == 0)
            {
                foreach (ImageReference shared in named.Select(n => n.Name).OfType<ImageReference>().Distinct().ToArray())
                {
                    if (catalog.AllByName(shared) is { Count: > 1 } all && indexes.Find(shared, all) is var (digest, index))
                    {
                        await AddIndexAsync(items, all, new ArchiveWriter.NamedIndex(digest, index, shared), lease, cancellation).ConfigureAwait(false);
                        named.RemoveAll(n => n.Name == shared);
                    }
                }
            }

            foreach ((StoredImage image, ImageReference? name) in named.SelectMany(n => OfPlatforms(n, platforms)))
            {
                ImageConfig config = image.Image.Config;
                var offered = new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant };
                if (platforms.FirstOrDefault(p => p.Score(offered) == 0) is { } missing)
                {
                    throw QuaiException.NotFound($"no suitable export target found for platform {missing}");
                }

                if (!items.TryGetValue(image.Image.Id, out ArchiveWriter.Item? item))
                {
                    item = new ArchiveWriter.Item((await holds.HoldAsync(image, lease, cancellation).ConfigureAwait(false)).Image, []);
                }

                items[image.Image.Id] = name is null || item.Names.Contains(name) ? item : item with { Names = [.. item.Names, name] };
            }
        }

        return [.. items.Values];
    }

    private async Task AddIndexAsync(Dictionary<string, ArchiveWriter.Item> items, IReadOnlyList<StoredImage> images, ArchiveWriter.NamedIndex index, Lease lease, CancellationToken cancellation)
    {
        foreach (StoredImage image in images)
        {
            if (!items.ContainsKey(image.Image.Id))
            {
                items.Add(image.Image.Id, new ArchiveWriter.Item((await holds.HoldAsync(image, lease, cancellation).ConfigureAwait(false)).Image, []));
            }
        }

        // For programs that know no index the name is that of this machine's platform.
        ArchiveWriter.Item first = items[images[0].Image.Id];
        items[images[0].Image.Id] = first.Indexes.Any(i => i.Name == index.Name) ? first : first with { Indexes = [.. first.Indexes, index] };
    }

    /// <summary>The images of the platforms that are asked for, where a name stands for several; else the image itself.</summary>
    private IEnumerable<(StoredImage Image, ImageReference? Name)> OfPlatforms((StoredImage Image, ImageReference? Name) named, IReadOnlyList<Platform> platforms) =>
        platforms.Count == 0 || named.Name is null || catalog.AllByName(named.Name) is not { Count: > 1 } all ? [named]
        : all.Where(i => platforms.Any(p => ImageCatalog.Suits(p, i))) is var suited && suited.Any() ? suited.Select(i => (i, (ImageReference?)named.Name))
        : [named];

    /// <summary>The meaning of an argument of save: one name, all tags of a repository given without one, or an image by its id.</summary>
    private List<(StoredImage Image, ImageReference? Name)> Named(string reference)
    {
        if (ImageReference.TryParse(reference, out ImageReference? name) && name is { Tag: null, Digest: null })
        {
            List<(StoredImage, ImageReference?)> all =
                [.. catalog.All.SelectMany(i => i.Names.Where(n => n.Digest is null && n.Name == name.Name), (i, n) => (i, (ImageReference?)n))];
            if (all.Count > 0)
            {
                return all;
            }
        }

        StoredImage image = catalog.Find(reference);
        return [(image, name is { Digest: null } && image.Names.Contains(name.WithDefaultTag()) ? name.WithDefaultTag() : null)];
    }
}
