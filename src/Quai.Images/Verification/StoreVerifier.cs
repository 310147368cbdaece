using System.Security.Cryptography;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Verification;

/// <summary>Compares the records of images with the disk: every blob's digest, every layer's folder. Changes nothing.</summary>
internal sealed class StoreVerifier(MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, ImageHolds holds, IProgress<VerificationFinding> progress)
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
            if (await holds.FindAsync(image, lease, cancellation).ConfigureAwait(false) is not var (held, needed))
            {
                // Removed by somebody meanwhile.
                continue;
            }

            checkedImages++;
            string shown = Shown(image);
            foreach (string digest in needed.Union(Parts(image.Image.Id, held.Manifest, shown)))
            {
                Add(blobUsers, digest, shown);
            }

            foreach (string chain in ChainIds.Of(image.Image.Config.RootFs.DiffIds))
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

    /// <summary>Checks for containers without their layers and for files that nothing owns; the caller holds the collection's gate.</summary>
    public int CheckWhole()
    {
        int before = _problems;
        HashSet<string> folders = [.. Directory.EnumerateFileSystemEntries(snapshots.Folder).Select(p => Path.GetFileName(p))];
        List<SnapshotRecord> records = database.Read(ContentRecords.Snapshots);
        foreach ((long number, string? key, IReadOnlyList<string> lower) in records.Where(r => r.Key is not null))
        {
            foreach (string path in lower.Append($"{number}/fs").Where(p => !Directory.Exists(Path.Combine(snapshots.Folder, p))))
            {
                Report(new VerificationFinding("container", key!, $"its folder {Path.Combine(snapshots.Folder, path)} is missing", [key!]));
            }
        }

        folders.ExceptWith(records.Select(r => r.Number.ToString()));
        foreach (string stray in folders.Where(snapshots.IsStray))
        {
            Report(new VerificationFinding("file", Path.Combine(snapshots.Folder, stray), "belongs to no image and no container; it is removed at the daemon's next start", []));
        }

        foreach (string stray in blobs.Strays())
        {
            Report(new VerificationFinding("file", stray, "belongs to no image; it is removed at the daemon's next start", []));
        }

        return _problems - before;
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

    /// <summary>What the manifest names, whether or not it is in the records.</summary>
    private IEnumerable<string> Parts(string id, string digest, string shown)
    {
        try
        {
            Manifest manifest = ImageJson.ReadManifest(blobs.Read(Digest.Parse(digest), ImageJson.MaxManifestSize));
            if (manifest.Config!.Digest != id)
            {
                Report(new VerificationFinding("image", id, $"its manifest {digest} is of another image", [shown]));
            }

            return manifest.Layers!.Select(l => l.Digest).Prepend(manifest.Config.Digest).Append(digest);
        }
        catch (QuaiException)
        {
            // The manifest's own blob is among the recorded ones and is reported there.
            return [digest, id];
        }
    }

    private async Task<long> CheckBlobAsync(string digest, List<string> users, CancellationToken cancellation)
    {
        var parsed = Digest.Parse(digest);
        string path = blobs.PathOf(parsed);
        long? recorded = database.Read(c => ContentRecords.SizeOf(c, digest));
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
            (Digest Digest, long Length)? packed = await blobs.RepackAsync(parsed, cancellation).ConfigureAwait(false);
            length = packed?.Length ?? 0;
            problem = packed is null ? "its file is missing" : packed.Value.Digest != parsed ? $"the files of its layer have changed: they pack to {packed.Value.Digest}" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"its file cannot be read: {e.Message}";
        }

        if (problem is not null)
        {
            Report(new VerificationFinding("blob", digest, problem, users));
        }

        return length;
    }

    private void CheckLayers(SortedDictionary<string, List<string>> users)
    {
        Dictionary<string, long> unpacked = database.Read(ContentRecords.Layers).ToDictionary(l => l.ChainId, l => l.Number);
        foreach ((string chain, List<string> images) in users)
        {
            string? problem = !unpacked.TryGetValue(chain, out long number) ? "it is not unpacked"
                : !Directory.Exists(Path.Combine(snapshots.Folder, $"{number}/fs")) ? $"its folder {snapshots.Folder}/{number}/fs is missing"
                : null;
            if (problem is not null)
            {
                Report(new VerificationFinding("layer", chain, problem, images));
            }
        }
    }

    private void Report(VerificationFinding finding)
    {
        _problems++;
        progress.Report(finding);
    }
}
