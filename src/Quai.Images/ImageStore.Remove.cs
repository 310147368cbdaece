using Quai.Images.Catalog;
using Quai.Images.Removal;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageDeleted>> RemoveAsync(
        string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation, IReadOnlyList<Platform>? platforms = null)
    {
        StoredImage first = platforms is [var wanted, ..] ? _catalog.Find(reference, wanted) : _catalog.Find(reference);
        bool byName = !ImageCatalog.IsIdPrefix(first.Image.Id, reference);
        ImageReference? name = byName ? ImageReference.Parse(reference).WithDefaultTag() : null;
        name = name is { Digest: not null } ? name with { Tag = null } : name;
        return (await RemoveAsync(
            usedBy,
            (connection, rules) =>
            {
                if (name is null)
                {
                    rules.RemoveId(first.Image.Id, force, !noPrune);
                    return;
                }

                // Read anew: the name may have moved since. A prefix of an id that reads like a name was meant as an id.
                List<string> ids = NameTable.ImagesOf(connection, name);
                if (ids.Count == 0)
                {
                    throw new ImageNotFoundException(name.Familiar);
                }

                foreach (string id in ids.Where(i => platforms is not [_, ..] || (_catalog.ById(i) is { } image && platforms.Any(p => ImageCatalog.Suits(p, image)))))
                {
                    rules.RemoveName(id, name, reference, force, !noPrune);
                }
            },
            measure: false,
            cancellation).ConfigureAwait(false)).Done;
    }

    /// <inheritdoc/>
    public async Task<PrunedImages?> RemoveUnusedAsync(
        string id, bool untaggedOnly, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation)
    {
        // The walk through the layers is done before anybody has to wait for it.
        foreach (StoredLayer layer in _catalog.ById(id)?.Layers ?? [])
        {
            _snapshots.DiskOf(layer.Number);
        }

        bool unused = false;
        (IReadOnlyList<ImageDeleted> done, long bytes) = await RemoveAsync(usedBy, (_, rules) => unused = rules.RemoveUnused(id, untaggedOnly), measure: true, cancellation).ConfigureAwait(false);
        return unused ? new PrunedImages(done, bytes) : null;
    }

    private async Task<(IReadOnlyList<ImageDeleted> Done, long Bytes)> RemoveAsync(
        Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, Action<Microsoft.Data.Sqlite.SqliteConnection, RemovalRules> remove, bool measure, CancellationToken cancellation)
    {
        RemovalRules? rules = null;
        long bytes = await CollectAsync(
            (connection, removeLayers) =>
            {
                rules = new RemovalRules(connection, usedBy, removeLayers);
                remove(connection, rules);
            },
            measure,
            cancellation).ConfigureAwait(false);
        _catalog.Reload();
        foreach ((string action, string id, string name) in rules!.Events)
        {
            Changed?.Invoke(action, id, name);
        }

        return (rules.Done, bytes);
    }
}
