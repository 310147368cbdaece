using Microsoft.Data.Sqlite;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Removal;

/// <summary>
/// Docker's rules for removing an image, inside the transaction that removes it: decisions are based on the state
/// at that moment, whatever is pulled, tagged or created concurrently. Throwing a conflict undoes the whole transaction.
/// </summary>
/// <param name="connection">In a write transaction.</param>
/// <param name="usedBy">Which containers use an image, as the engine knows them.</param>
/// <param name="removeLayers">Removes the layers that nothing needs any more; returns their chain ids, topmost first.</param>
internal sealed class RemovalRules(
    SqliteConnection connection,
    Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy,
    Func<IReadOnlyList<string>> removeLayers)
{
    /// <summary>What was done, in Docker's order.</summary>
    public List<ImageDeleted> Done { get; } = [];

    /// <summary>Events to report once the transaction has been committed: action, image id, name.</summary>
    public List<(string Action, string Id, string Name)> Events { get; } = [];

    /// <summary>Removes a name, and the image too if that was its last, unless something still needs it.</summary>
    public void RemoveName(string id, ImageReference name, string asWritten, bool force, bool prune)
    {
        List<ImageReference> names = NameTable.Of(connection, id);
        if (!force && IsSingleReference(names) && UsersOf(id) is [var user, ..])
        {
            throw QuaiException.Conflict(
                $"conflict: unable to remove repository reference \"{asWritten}\" (must force) - container {Short(user.ContainerId)} is using its referenced image {Short(id)}");
        }

        Untag(id, name, tell: true);

        // Digests of a repository are removed with its last tag.
        names = NameTable.Of(connection, id);
        if (name.Digest is null && !names.Any(n => n.Digest is null && n.Name == name.Name))
        {
            foreach (ImageReference digest in names.Where(n => n.Name == name.Name))
            {
                Untag(id, digest, tell: false);
            }
        }

        if (NameTable.Of(connection, id).Count == 0)
        {
            Delete(id, force, prune, quiet: true);
        }
    }

    /// <summary>Removes an image that was named by its id.</summary>
    public void RemoveId(string id, bool force, bool prune)
    {
        List<ImageReference> names = NameTable.Of(connection, id);
        if (IsSingleReference(names))
        {
            if (Conflict(id, force, namesCount: false) is { } conflict)
            {
                throw conflict;
            }

            names.ForEach(n => Untag(id, n, tell: true));
        }

        Delete(id, force, prune, quiet: false);
    }

    /// <summary>Removes an image that nothing needs, with all its names; false if something does need it.</summary>
    public bool RemoveUnused(string id, bool untaggedOnly)
    {
        List<ImageReference> names = NameTable.Of(connection, id);
        if ((untaggedOnly && names.Any(n => n.Digest is null)) || UsersOf(id).Count > 0 || HasChildren(id) || !Exists(id))
        {
            return false;
        }

        names.ForEach(n => Untag(id, n, tell: true));
        Delete(id, force: false, prune: true, quiet: true);
        return true;
    }

    /// <summary>Whether the names are at most one tag, and digests of the same repository.</summary>
    private static bool IsSingleReference(List<ImageReference> names) =>
        names.Count > 0 && names.Count(n => n.Digest is null) <= 1 && names.Select(n => n.Name).Distinct().Count() == 1;

    private static string Short(string id)
    {
        string hex = id.StartsWith("sha256:", StringComparison.Ordinal) ? id[7..] : id;
        return hex.Length > 12 ? hex[..12] : hex;
    }

    private void Untag(string id, ImageReference name, bool tell)
    {
        NameTable.Remove(connection, id, name);
        Done.Add(new ImageDeleted(name.Familiar, null));
        if (tell)
        {
            Events.Add(("untag", id, id));
        }
    }

    private void Delete(string id, bool force, bool prune, bool quiet)
    {
        if (Conflict(id, force, namesCount: true) is { } conflict)
        {
            if (quiet)
            {
                // The name is gone, although the image must stay for its containers, or for images made from it.
                return;
            }

            throw conflict;
        }

        string? parent = connection.Scalar<string>("SELECT p.id FROM images i JOIN images p ON p.id=i.parent WHERE i.id=$i", ("$i", id));
        NameTable.Of(connection, id).ForEach(n => Untag(id, n, tell: true));
        connection.Run("DELETE FROM images WHERE id=$i", ("$i", id));
        Done.Add(new ImageDeleted(null, id));

        // Layers that no image ever had go by no digest.
        Done.AddRange(removeLayers().Where(l => Digest.TryParse(l, out _)).Select(l => new ImageDeleted(null, l)));
        Events.Add(("delete", id, id));
        if (prune && parent is not null)
        {
            Delete(parent, force: false, prune: true, quiet: true);
        }
    }

    private QuaiException? Conflict(string id, bool force, bool namesCount)
    {
        if (HasChildren(id))
        {
            return QuaiException.Conflict($"conflict: unable to delete {Short(id)} (cannot be forced) - image has dependent child images");
        }

        IReadOnlyList<(string ContainerId, bool Running)> users = UsersOf(id);
        foreach ((string container, bool running) in users)
        {
            if (running)
            {
                return QuaiException.Conflict($"conflict: unable to delete {Short(id)} (cannot be forced) - image is being used by running container {Short(container)}");
            }
        }

        return force ? null
            : namesCount && NameTable.Of(connection, id).Count > 0 ? QuaiException.Conflict($"conflict: unable to delete {Short(id)} (must be forced) - image is referenced in multiple repositories")
            : users is [var stopped, ..] ? QuaiException.Conflict($"conflict: unable to delete {Short(id)} (must be forced) - image is being used by stopped container {Short(stopped.ContainerId)}")
            : null;
    }

    /// <summary>The containers that use an image, and those that are being created from it.</summary>
    private List<(string ContainerId, bool Running)> UsersOf(string id)
    {
        List<(string ContainerId, bool Running)> users = [.. usedBy(id)];
        HashSet<string> known = [.. users.Select(u => u.ContainerId)];
        users.AddRange(ContentRecords.KeysOf(connection, id)
            .Where(k => !known.Contains(k)).Select(k => (k, false)));
        return users;
    }

    private bool HasChildren(string id) => connection.Scalar<long?>("SELECT 1 FROM images WHERE parent=$i LIMIT 1", ("$i", id)) is not null;

    private bool Exists(string id) => connection.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", id)) is not null;
}
