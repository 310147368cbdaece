using Microsoft.Data.Sqlite;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>
/// Which names point at which images. A name stands for one image, but for those that came by one index: then it stands for
/// all platforms' images that were pulled by it.
/// </summary>
internal static class NameTable
{
    /// <summary>Gives an image names, which leave the images that had them; runs in the caller's transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The image, which is recorded.</param>
    /// <param name="names">
    /// Tags and digests. A tag that comes with a digest of the same repository stays with the images of other platforms that have this digest too.
    /// </param>
    /// <returns>The tags that other images lost, and which those were.</returns>
    public static List<(ImageReference Name, string OldId)> Point(SqliteConnection connection, string id, IReadOnlyList<ImageReference> names)
    {
        List<(ImageReference, string)> lost = [];
        foreach (ImageReference name in names)
        {
            if (name.Digest is null)
            {
                string? index = names.FirstOrDefault(n => n.Digest is not null && n.Name == name.Name)?.Canonical;
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

    /// <summary>Gives several images one tag, which leaves all others.</summary>
    /// <returns>Whether any of them is still there.</returns>
    public static bool Share(SqliteConnection connection, IReadOnlyList<string> ids, ImageReference tag)
    {
        string[] here = [.. ids.Where(i => connection.Scalar<long?>("SELECT 1 FROM images WHERE id=$i", ("$i", i)) is not null)];
        foreach (string other in here.Length == 0 ? [] : ImagesOf(connection, tag).Except(here))
        {
            Remove(connection, other, tag);
        }

        foreach (string id in here)
        {
            connection.Run("INSERT INTO image_names(name, image_id) VALUES ($n, $i) ON CONFLICT DO NOTHING", ("$n", tag.Canonical), ("$i", id));
        }

        return here.Length > 0;
    }

    /// <summary>All names of an image, sorted.</summary>
    public static List<ImageReference> Of(SqliteConnection connection, string id) =>
        connection.Rows("SELECT name FROM image_names WHERE image_id=$i ORDER BY name", r => ImageReference.Parse(r.GetString(0)), ("$i", id));

    /// <summary>The images that a name stands for.</summary>
    public static List<string> ImagesOf(SqliteConnection connection, ImageReference name) =>
        connection.Rows("SELECT image_id FROM image_names WHERE name=$n", r => r.GetString(0), ("$n", name.Canonical));

    /// <summary>Takes a name from an image.</summary>
    public static void Remove(SqliteConnection connection, string id, ImageReference name) =>
        connection.Run("DELETE FROM image_names WHERE name=$n AND image_id=$i", ("$n", name.Canonical), ("$i", id));
}
