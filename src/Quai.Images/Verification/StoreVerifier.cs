using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Snapshots;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Verification;

/// <summary>Compares what the records say of images with what is on the disk: every blob's digest, every layer's folder. Changes nothing.</summary>
internal sealed class StoreVerifier(MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, CollectionGate gate, IProgress<VerificationFinding> progress)
{
    private const int BufferSize = 1 << 18;

    private int _problems;

    /// <summary>Checks images. The caller's lease keeps what they need meanwhile.</summary>
    public async Task<VerificationSummary> RunAsync(IReadOnlyList<StoredImage> images, Lease lease, CancellationToken cancellation)
    {
        var blobUsers = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var layerUsers = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        int checkedImages = 0;
        foreach (StoredImage image in images)
        {
            string[] chains = ChainIds.Of(image.Image.Config.RootFs.DiffIds);
            if (await HoldAsync(image.Image.Id, chains, lease, cancellation).ConfigureAwait(false) is not var (manifest, needed))
            {
                // Removed by somebody meanwhile.
                continue;
            }

            checkedImages++;
            string shown = Shown(image);
            foreach (string digest in needed.Union(Parts(image.Image.Id, manifest, shown)))
            {
                Add(blobUsers, digest, shown);
            }

            foreach (string chain in chains)
            {
                Add(layerUsers, chain, shown);
            }
        }

        long bytes = 0;
        foreach ((string digest, List<string> users) in blobUsers)
        {
            bytes += await CheckBlobAsync(digest, users, cancellation).ConfigureAwait(false);
        }

        CheckLayers(layerUsers);
        return new VerificationSummary(checkedImages, blobUsers.Count, layerUsers.Count, bytes, _problems);
    }

    /// <summary>Looks for containers without their layers and for files that nothing owns; the caller holds the collection's gate.</summary>
    public int CheckWhole()
    {
        int before = _problems;
        HashSet<string> folders = [.. Directory.EnumerateFileSystemEntries(snapshots.Folder).Select(p => Path.GetFileName(p))];
        List<(long Number, string? Key, string Lower)> records = database.Read(
            c => c.Rows("SELECT number, key, lower FROM snapshots", r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), r.GetString(2))));
        foreach ((long number, string? key, string lower) in records.Where(r => r.Key is not null))
        {
            foreach (string path in lower.Split(':', StringSplitOptions.RemoveEmptyEntries).Append($"{number}/fs").Where(p => !Directory.Exists(Path.Combine(snapshots.Folder, p))))
            {
                Tell(new VerificationFinding("container", key!, $"its folder {Path.Combine(snapshots.Folder, path)} is missing", [key!]));
            }
        }

        folders.ExceptWith(records.Select(r => r.Number.ToString()));
        foreach (string stray in folders.Where(snapshots.IsStray))
        {
            Tell(new VerificationFinding("file", Path.Combine(snapshots.Folder, stray), "belongs to no image and no container; it is removed at the daemon's next start", []));
        }

        foreach (string stray in blobs.Strays())
        {
            Tell(new VerificationFinding("file", stray, "belongs to no image; it is removed at the daemon's next start", []));
        }

        return _problems - before;
    }

    /// <summary>Takes hold of all that an image needs.</summary>
    /// <returns>Its manifest now, and the digests of its blobs; null when it is gone.</returns>
    private async Task<(string Manifest, IReadOnlyList<string> Blobs)?> HoldAsync(string id, string[] chains, Lease lease, CancellationToken cancellation)
    {
        foreach (string chain in chains)
        {
            lease.Hold(chain);
        }

        // A collection that has decided before the lease held them has also ended, and what is looked up here is what it left.
        using IDisposable _ = await gate.EnterAsync(cancellation).ConfigureAwait(false);
        return database.Read<(string, IReadOnlyList<string>)?>(c =>
        {
            if (c.Scalar<string?>("SELECT manifest FROM images WHERE id=$i", ("$i", id)) is not { } manifest)
            {
                return null;
            }

            List<string> needed = c.Rows("SELECT digest FROM image_blobs WHERE image_id=$i", r => r.GetString(0), ("$i", id));
            needed.ForEach(lease.Hold);
            return (manifest, needed);
        });
    }

    private static string Shown(StoredImage image) => image.Image.RepoTags is [var tag, ..] ? tag : image.Image.RepoDigests is [var digest, ..] ? digest : image.Image.Id;

    private static void Add(SortedDictionary<string, List<string>> users, string part, string image)
    {
        if (!users.TryGetValue(part, out List<string>? names))
        {
            users.Add(part, names = []);
        }

        names.Add(image);
    }

    /// <summary>What the manifest names, whether or not the records do.</summary>
    private IEnumerable<string> Parts(string id, string digest, string shown)
    {
        try
        {
            Manifest manifest = ImageJson.ReadManifest(blobs.Read(Digest.Parse(digest), ImageJson.MaxManifestSize));
            if (manifest.Config!.Digest != id)
            {
                Tell(new VerificationFinding("image", id, $"its manifest {digest} is of another image", [shown]));
            }

            return manifest.Layers!.Select(l => l.Digest).Prepend(manifest.Config.Digest).Append(digest);
        }
        catch (QuaiException)
        {
            // The manifest's own blob is among the records' and is told of there.
            return [digest, id];
        }
    }

    private async Task<long> CheckBlobAsync(string digest, List<string> users, CancellationToken cancellation)
    {
        var parsed = Digest.Parse(digest);
        string path = blobs.PathOf(parsed);
        long? recorded = database.Read(c => c.Scalar<long?>("SELECT size FROM blobs WHERE digest=$d", ("$d", digest)));
        long length = 0;
        string? problem;
        try
        {
            using var hash = IncrementalHash.CreateHash(parsed.AlgorithmName);
            await using (var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, BufferSize = 0, Options = FileOptions.SequentialScan | FileOptions.Asynchronous }))
            {
                byte[] buffer = new byte[BufferSize];
                for (int count; (count = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0; length += count)
                {
                    hash.AppendData(buffer, 0, count);
                }
            }

            var actual = Digest.FromHash(parsed.AlgorithmName, hash.GetCurrentHash());
            problem = actual != parsed ? $"its content has digest {actual}{(length == recorded ? "" : $" and {length} bytes instead of {recorded}")}"
                : recorded is null ? "its record is missing"
                : recorded != length ? $"its record says {recorded} bytes, its file has {length}"
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = "its file is missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"its file cannot be read: {e.Message}";
        }

        if (problem is not null)
        {
            Tell(new VerificationFinding("blob", digest, problem, users));
        }

        return length;
    }

    private void CheckLayers(SortedDictionary<string, List<string>> users)
    {
        Dictionary<string, long> unpacked = database.Read(ReadLayers);
        foreach ((string chain, List<string> images) in users)
        {
            string? problem = !unpacked.TryGetValue(chain, out long number) ? "it is not unpacked"
                : !Directory.Exists(Path.Combine(snapshots.Folder, $"{number}/fs")) ? $"its folder {snapshots.Folder}/{number}/fs is missing"
                : null;
            if (problem is not null)
            {
                Tell(new VerificationFinding("layer", chain, problem, images));
            }
        }
    }

    private static Dictionary<string, long> ReadLayers(SqliteConnection connection) =>
        connection.Rows("SELECT chain_id, number FROM snapshots WHERE chain_id IS NOT NULL AND state=$s", r => (Chain: r.GetString(0), Number: r.GetInt64(1)), ("$s", Schema.Ready))
            .ToDictionary(l => l.Chain, l => l.Number);

    private void Tell(VerificationFinding finding)
    {
        _problems++;
        progress.Report(finding);
    }
}
