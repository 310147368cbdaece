using Quai.Images.Catalog;
using Quai.Oci.Images;

namespace Quai.Images.Removal;

/// <summary>Removes a name, and the image with its layers if that was the last one.</summary>
internal sealed class RemoveImage(ImageCatalog catalog, ImageRemoval removal)
{
    public async Task<IReadOnlyList<ImageDeleted>> RunAsync(
        string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, IReadOnlyList<Platform>? platforms, CancellationToken cancellation)
    {
        StoredImage first = platforms is [var wanted, ..] ? catalog.Find(reference, wanted) : catalog.Find(reference);
        bool byName = !ImageCatalog.IsIdPrefix(first.Image.Id, reference);
        ImageReference? name = byName ? ImageReference.Parse(reference).WithDefaultTag() : null;
        name = name is { Digest: not null } ? name with { Tag = null } : name;
        PrunedImages removed = await removal.RunAsync(
            usedBy,
            (connection, rules) =>
            {
                if (name is null)
                {
                    rules.RemoveId(first.Image.Id, force, !noPrune);
                    return;
                }

                // Read again: the name may have moved since. An id prefix that could be a name was meant as an id.
                List<string> ids = NameTable.ImagesOf(connection, name);
                if (ids.Count == 0)
                {
                    throw new ImageNotFoundException(name.Familiar);
                }

                foreach (string id in ids.Where(i => platforms is not [_, ..] || (catalog.ById(i) is { } image && platforms.Any(p => ImageCatalog.Suits(p, image)))))
                {
                    rules.RemoveName(id, name, reference, force, !noPrune);
                }
            },
            measure: false,
            cancellation).ConfigureAwait(false);

        // A name of several platforms is told once.
        return [.. removed.Done.DistinctBy(d => (d.Untagged, d.Deleted))];
    }
}
