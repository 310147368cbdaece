using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;

namespace Quai.Images.Pushes;

/// <summary>Pushes an index to a repository, and first any of its entries that are missing there: mounted from another repository of the registry, or copied from elsewhere.</summary>
internal sealed class PushIndex(RegistryClient client, BlobStore blobs)
{
    public async Task<Digest> RunAsync(string target, byte[] index, IReadOnlyList<string> sources, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(target).WithDefaultTag();
        if (name.Tag is null || name.Digest is not null)
        {
            throw QuaiException.Invalid("an index is pushed under a tag, not a digest");
        }

        if (!MediaTypes.IsIndex(ImageJson.DetectMediaType(index)))
        {
            throw QuaiException.Invalid("what is to be pushed is no manifest list");
        }

        ImageReference[] places = [.. sources.Select(ImageReference.Parse)];
        RegistryRepository repository = await client.OpenToWriteAsync(
            name, auth, places.Where(p => p.Domain == name.Domain && p.Path != name.Path).Select(p => p.Path).Distinct(), cancellation).ConfigureAwait(false);
        foreach (Descriptor entry in ImageJson.ReadIndex(index).Manifests!)
        {
            if (await ExistsAsync(repository, entry, cancellation).ConfigureAwait(false))
            {
                continue;
            }

            ImageReference source = places.FirstOrDefault(s => s.Digest.ToString() == entry.Digest && s.Name != name.Name)
                ?? throw QuaiException.NotFound($"{name.FamiliarName} has no manifest {entry.Digest}, and it is not known where else it is");
            await CopyAsync(source, repository, name, entry, auth, cancellation).ConfigureAwait(false);
        }

        await repository.PutManifestAsync(name.Tag!, index, ImageJson.DetectMediaType(index), cancellation).ConfigureAwait(false);
        return Digest.Of(index);
    }

    private static async Task<bool> ExistsAsync(RegistryRepository repository, Descriptor entry, CancellationToken cancellation)
    {
        try
        {
            await repository.GetManifestAsync(entry.Digest, cancellation, entry.MediaType).ConfigureAwait(false);
            return true;
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return false;
        }
    }

    private Task<bool> CopyAsync(
        ImageReference source, RegistryRepository repository, ImageReference target, Descriptor entry, RegistryAuth? auth, CancellationToken cancellation) => client.ReadAsync(
        source,
        source.Domain == target.Domain ? auth : null,
        async from =>
        {
            FetchedManifest manifest = await from.GetManifestAsync(entry.Digest, cancellation, entry.MediaType).ConfigureAwait(false);
            Manifest parsed = ImageJson.ReadManifest(manifest.Bytes);
            foreach (Descriptor blob in parsed.Layers!.Prepend(parsed.Config!).DistinctBy(b => b.Digest))
            {
                await CopyBlobAsync(from, repository, source.Domain == target.Domain ? source.Path : null, blob, cancellation).ConfigureAwait(false);
            }

            await repository.PutManifestAsync(entry.Digest, manifest.Bytes, manifest.MediaType, cancellation).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <summary>Copies a blob, unless it exists there or the registry mounts it from another of its repositories.</summary>
    private async Task CopyBlobAsync(RegistryRepository from, RegistryRepository repository, string? neighbour, Descriptor blob, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        if (!PushLayer.IsDistributed(blob) || await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            return;
        }

        Uri? begun = null;
        if (neighbour is not null)
        {
            (bool mounted, begun) = await repository.MountAsync(digest, neighbour, cancellation).ConfigureAwait(false);
            if (mounted)
            {
                return;
            }
        }

        using IngestFile file = blobs.Begin();
        file.Reset(digest.AlgorithmName);
        await from.DownloadAsync(blob, new IngestSink(file), TransferEvents.None, cancellation, "blob").ConfigureAwait(false);
        await repository.UploadAsync(blob, file.FilePath, begun, TransferEvents.None, cancellation).ConfigureAwait(false);
    }
}
