using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    private readonly SemaphoreSlim _removing = new(1, 1);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageDeleted>> RemoveAsync(
        string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation)
    {
        // One at a time, so that two removals of an image's last two names do not each take the other's for left.
        await _removing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await RemoveOneAsync(reference, force, usedBy, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _removing.Release();
        }
    }

    private async Task<IReadOnlyList<ImageDeleted>> RemoveOneAsync(
        string reference, bool force, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation)
    {
        StoredImage image = _catalog.Find(reference);
        string id = image.Image.Id;
        IReadOnlyList<(string ContainerId, bool Running)> users = usedBy(id);
        List<ImageReference> names = [.. image.Names];
        List<ImageReference> untagged = [];
        bool byName = !ImageCatalog.IsIdPrefix(id, reference);
        if (byName)
        {
            if (!force && IsSingleReference(names) && users.Count > 0)
            {
                throw QuaiException.Conflict(
                    $"conflict: unable to remove repository reference \"{reference}\" (must force) - container {Short(users[0].ContainerId)} is using its referenced image {Short(id)}");
            }

            ImageReference name = ImageReference.Parse(reference).WithDefaultTag();
            name = name.Digest is null ? name : name with { Tag = null };
            Take(names, untagged, n => n == name);

            // Digests of a repository go with its last tag.
            if (name.Digest is null && !names.Any(n => n.Digest is null && n.Name == name.Name))
            {
                Take(names, untagged, n => n.Name == name.Name);
            }

            if (names.Count > 0)
            {
                return await ForgetNamesAsync(id, untagged, cancellation).ConfigureAwait(false);
            }
        }
        else if (IsSingleReference(names))
        {
            CheckUnused(id, users, stoppedToo: !force);
            Take(names, untagged, _ => true);
        }

        if (Conflict(id, users, names, force) is { } conflict)
        {
            // The name is gone though the image must stay for its containers.
            return byName ? await ForgetNamesAsync(id, untagged, cancellation).ConfigureAwait(false) : throw conflict;
        }

        untagged.AddRange(names);
        IReadOnlyList<string> layers = await CollectAsync(c => c.Run("DELETE FROM images WHERE id=$i", ("$i", id)), cancellation).ConfigureAwait(false);
        _catalog.Reload();
        List<ImageDeleted> done = Untagged(id, untagged);
        done.Add(new ImageDeleted(null, id));
        done.AddRange(layers.Select(l => new ImageDeleted(null, l)));
        Changed?.Invoke("delete", id, id);
        return done;
    }

    private async Task<IReadOnlyList<ImageDeleted>> ForgetNamesAsync(string id, List<ImageReference> names, CancellationToken cancellation)
    {
        await _database.WriteAsync(
            c =>
            {
                foreach (ImageReference name in names)
                {
                    c.Run("DELETE FROM image_names WHERE name=$n AND image_id=$i", ("$n", name.Canonical), ("$i", id));
                }
            },
            cancellation).ConfigureAwait(false);
        _catalog.Reload();
        return Untagged(id, names);
    }

    private List<ImageDeleted> Untagged(string id, List<ImageReference> names)
    {
        foreach (ImageReference name in names)
        {
            Changed?.Invoke("untag", id, name.Familiar);
        }

        return [.. names.Select(n => new ImageDeleted(n.Familiar, null))];
    }

    private static void Take(List<ImageReference> names, List<ImageReference> taken, Predicate<ImageReference> which)
    {
        taken.AddRange(names.FindAll(which));
        names.RemoveAll(which);
    }

    /// <summary>Whether all names are one tag at most, and digests of the same repository.</summary>
    private static bool IsSingleReference(List<ImageReference> names) =>
        names.Count > 0 && names.Count(n => n.Digest is null) <= 1 && names.Select(n => n.Name).Distinct().Count() == 1;

    private static void CheckUnused(string id, IReadOnlyList<(string ContainerId, bool Running)> users, bool stoppedToo)
    {
        if (Used(id, users, stoppedToo) is { } conflict)
        {
            throw conflict;
        }
    }

    private static QuaiException? Conflict(string id, IReadOnlyList<(string ContainerId, bool Running)> users, List<ImageReference> names, bool force) =>
        users.Any(u => u.Running) ? Used(id, users, false)
        : !force && names.Count > 0 ? QuaiException.Conflict($"conflict: unable to delete {Short(id)} (must be forced) - image is referenced in multiple repositories")
        : Used(id, users, stoppedToo: !force);

    private static QuaiException? Used(string id, IReadOnlyList<(string ContainerId, bool Running)> users, bool stoppedToo)
    {
        foreach ((string container, bool running) in users.OrderByDescending(u => u.Running))
        {
            if (running)
            {
                return QuaiException.Conflict($"conflict: unable to delete {Short(id)} (cannot be forced) - image is being used by running container {Short(container)}");
            }

            if (stoppedToo)
            {
                return QuaiException.Conflict($"conflict: unable to delete {Short(id)} (must be forced) - image is being used by stopped container {Short(container)}");
            }
        }

        return null;
    }

    private static string Short(string id)
    {
        string hex = id.StartsWith("sha256:", StringComparison.Ordinal) ? id[7..] : id;
        return hex.Length > 12 ? hex[..12] : hex;
    }
}
