using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>
/// Which names point at which images. A name stands for one image, except for images that came from one index: then it stands for
/// all platforms' images that were pulled by it. Names enter and leave the table only as <see cref="ImageName"/>s, and a digest only if the image
/// has the manifest or index of that digest.
/// </summary>
internal static class NameTable
{
    /// <summary>True for rows by tag, and for rows by a digest that is one of the image's own blobs.</summary>
    private const string IsOwn = "(instr(name,'@')=0 OR EXISTS (SELECT 1 FROM image_blobs b WHERE b.image_id=image_names.image_id AND b.digest=substr(name,instr(name,'@')+1)))";

    /// <summary>Gives names to an image, and removes them from the images that had them; runs in the caller's transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The image, which is recorded.</param>
    /// <param name="names">
    /// Tags and digests. A tag that comes with a digest of the same repository stays with the images of other platforms that have this digest too.
    /// </param>
    /// <returns>The tags that other images lost, and the images that lost them.</returns>
    public static List<(ImageReference Name, string OldId)> Point(SqliteConnection connection, string id, IReadOnlyList<ImageName> names)
    {
        List<(ImageReference, string)> lost = [];
        foreach (ImageReference name in names.Select(n => n.Reference))
        {
            if (name.Digest is { } digest && connection.Scalar<long?>("SELECT 1 FROM image_blobs WHERE image_id=$i AND digest=$d", ("$i", id), ("$d", digest.ToString())) is null)
            {
                throw QuaiException.Conflict($"image {id} cannot be named {name.Familiar}: it did not come by that digest");
            }

            if (name.Digest is null)
            {
                string? index = names.Select(n => n.Reference).FirstOrDefault(n => n.Digest is not null && n.Name == name.Name)?.Canonical;
                foreach (string old in connection.Rows(
                    "DELETE FROM image_names WHERE name=$n AND image_id<>$i AND image_id NOT IN (SELECT image_id FROM image_names WHERE name=$d) RETURNING image_id",
                    r => r.GetString(0),
                    ("$n", name.Canonical), ("$i", id), ("$d", index)))
                {
                    lost.Add((name, old));
                }
            }

            connection.Run("INSERT INTO image_names(name, image_id) VALUES ($n, $i) ON CONFLICT DO NOTHING", ("$n", name.Canonical), ("$i", id));
        }

        return lost;
    }

    /// <summary>Gives several images one tag, and removes it from all others.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="ids">The images.</param>
    /// <param name="name">The tag.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Whether any of them still exists.</returns>
    public static bool Share(SqliteConnection connection, IReadOnlyList<string> ids, ImageName name, DateTimeOffset now)
    {
        ImageReference tag = name.Reference;
        string[] here = [.. ids.Where(i => connection.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", i)) is not null)];
        foreach (string other in here.Length == 0 ? [] : ImagesOf(connection, tag).Except(here))
        {
            Remove(connection, other, tag);
        }

        foreach (string id in here)
        {
            connection.Run("INSERT INTO image_names(name, image_id) VALUES ($n, $i) ON CONFLICT DO NOTHING", ("$n", tag.Canonical), ("$i", id));
            SetTagged(connection, id, now);
        }

        return here.Length > 0;
    }

    /// <summary>Records when somebody tagged an image: names from a pull or an archive do not count.</summary>
    public static void SetTagged(SqliteConnection connection, string id, DateTimeOffset now) =>
        connection.Run("UPDATE images SET tagged=$t WHERE id=$i", ("$t", now.UtcTicks), ("$i", id));

    /// <summary>All names of an image, sorted.</summary>
    public static List<ImageReference> Of(SqliteConnection connection, string id) =>
        [.. Read(connection.Rows($"SELECT image_id, name FROM image_names WHERE image_id=$i AND {IsOwn} ORDER BY name", Row, ("$i", id))).Select(n => n.Name)];

    /// <summary>All names of all images, sorted.</summary>
    public static IEnumerable<(string Id, ImageReference Name)> All(SqliteConnection connection) =>
        Read(connection.Rows($"SELECT image_id, name FROM image_names WHERE {IsOwn} ORDER BY name", Row));

    /// <summary>Removes names that would not be accepted today: an older version may have trusted an archive.</summary>
    /// <returns>What was removed.</returns>
    public static List<(string Id, string Name)> Sweep(SqliteConnection connection)
    {
        HashSet<(string, string)> good = [.. All(connection).Select(n => (n.Id, n.Name.Canonical))];
        List<(string Id, string Name)> bad = connection.Rows("SELECT image_id, name FROM image_names", Row);
        bad.RemoveAll(good.Contains);
        foreach ((string id, string name) in bad)
        {
            connection.Run("DELETE FROM image_names WHERE name=$n AND image_id=$i", ("$n", name), ("$i", id));
        }

        return bad;
    }

    /// <summary>The images that a name stands for.</summary>
    public static List<string> ImagesOf(SqliteConnection connection, ImageReference name) =>
        connection.Rows("SELECT image_id FROM image_names WHERE name=$n", r => r.GetString(0), ("$n", name.Canonical));

    /// <summary>Removes a name from an image.</summary>
    public static void Remove(SqliteConnection connection, string id, ImageReference name) =>
        connection.Run("DELETE FROM image_names WHERE name=$n AND image_id=$i", ("$n", name.Canonical), ("$i", id));

    private static (string Id, string Name) Row(SqliteDataReader row) => (row.GetString(0), row.GetString(1));

    private static IEnumerable<(string Id, ImageReference Name)> Read(List<(string Id, string Name)> rows)
    {
        foreach ((string id, string stored) in rows)
        {
            if (ImageName.TryRead(stored, out ImageName? name))
            {
                yield return (id, name.Reference);
            }
        }
    }
}
