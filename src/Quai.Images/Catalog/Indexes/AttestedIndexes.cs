using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog.Indexes;

/// <summary>
/// The indexes that hold what builds here attested of an image. A build of the same again makes another, whose time is another: the old one goes with its
/// attestations, unless the image has it in a repository that the new one is not for.
/// </summary>
internal sealed class AttestedIndexes(MetadataDatabase database, BlobStore blobs)
{
    private const string ReferenceType = "vnd.docker.reference.type", AttestationType = "attestation-manifest";

    /// <summary>What goes when an image is built again.</summary>
    /// <param name="id">The image.</param>
    /// <param name="index">The new index; null where nothing is attested this time.</param>
    /// <param name="tags">The image's names by this build.</param>
    public SupersededIndexes SupersededBy(string id, Digest? index, IReadOnlyList<ImageName> tags)
    {
        List<(Digest Index, HashSet<string> Parts)> all = Of(id);
        if (all.Count == 0)
        {
            return SupersededIndexes.None;
        }

        List<ImageReference> names = database.Read(c => NameTable.Of(c, id));
        HashSet<string> built = [.. tags.Select(t => t.Reference.Canonical)];

        // Another tag of the repository may be what was attested.
        HashSet<string> repositories =
            [.. tags.Select(t => t.Reference.Name).Where(r => index is not null || names.Where(n => n.Name == r && n.Digest is null).All(n => built.Contains(n.Canonical)))];
        List<string> goneNames = [];
        HashSet<string> gone = [], kept = [];
        foreach ((Digest old, HashSet<string> parts) in all.Where(a => a.Index != index))
        {
            ImageReference[] own = [.. names.Where(n => n.Digest == old)];
            goneNames.AddRange(own.Where(n => repositories.Contains(n.Name)).Select(n => n.Canonical));
            (own.All(n => repositories.Contains(n.Name)) ? gone : kept).UnionWith(parts);
        }

        gone.ExceptWith(kept);
        return new SupersededIndexes(goneNames, [.. gone]);
    }

    private List<(Digest Index, HashSet<string> Parts)> Of(string id)
    {
        Dictionary<string, long> own = database.Read(c => c.Rows(
            "SELECT i.digest, b.size FROM image_blobs i JOIN blobs b ON b.digest=i.digest WHERE i.image_id=$i", r => (r.GetString(0), r.GetInt64(1)), ("$i", id))).ToDictionary();
        List<(Digest, HashSet<string>)> found = [];
        Span<byte> start = stackalloc byte[16];
        foreach (string text in own.Where(o => o.Value <= ImageJson.MaxManifestSize).Select(o => o.Key))
        {
            Digest digest = Digest.Parse(text);
            if (!start[..blobs.ReadStart(digest, start)].TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            {
                // Most are layers.
                continue;
            }

            byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
            if (!IsIndex(bytes))
            {
                continue;
            }

            HashSet<string> parts = [];
            foreach (Descriptor entry in ImageJson.ReadIndex(bytes).Manifests!.Where(m => m.Annotations?.GetValueOrDefault(ReferenceType) == AttestationType && own.ContainsKey(m.Digest)))
            {
                Manifest manifest = ImageJson.ReadManifest(blobs.Read(Digest.Parse(entry.Digest), ImageJson.MaxManifestSize));
                parts.UnionWith(manifest.Layers!.Append(manifest.Config!).Select(p => p.Digest).Append(entry.Digest));
            }

            if (parts.Count > 0)
            {
                parts.Add(text);
                found.Add((digest, parts));
            }
        }

        return found;
    }

    private static bool IsIndex(byte[] bytes)
    {
        try
        {
            return MediaTypes.IsIndex(ImageJson.DetectMediaType(bytes));
        }
        catch (QuaiException)
        {
            // It is something else of the image's.
            return false;
        }
    }
}
