using Quai.Errors;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Puts an index in a repository, and before it whatever it lists that is not there: from another repository of the registry by mounting, from elsewhere by copying.</summary>
internal sealed class IndexPush(RegistryClient client, BlobStore blobs, RegistryRepository repository, ImageReference target, RegistryAuth? auth)
{
    public async Task<Digest> RunAsync(byte[] index, IReadOnlyList<ImageReference> sources, CancellationToken cancellation)
    {
        foreach (Descriptor entry in ImageJson.ReadIndex(index).Manifests!)
        {
            if (await ExistsAsync(entry, cancellation).ConfigureAwait(false))
            {
                continue;
            }

            ImageReference source = sources.FirstOrDefault(s => s.Digest.ToString() == entry.Digest && s.Name != target.Name)
                ?? throw QuaiException.NotFound($"{target.FamiliarName} has no manifest {entry.Digest}, and it is not known where else it is");
            await CopyAsync(source, entry, cancellation).ConfigureAwait(false);
        }

        await repository.PutManifestAsync(target.Tag!, index, ImageJson.DetectMediaType(index), cancellation).ConfigureAwait(false);
        return Digest.Of(index);
    }

    private async Task<bool> ExistsAsync(Descriptor entry, CancellationToken cancellation)
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

    private Task<bool> CopyAsync(ImageReference source, Descriptor entry, CancellationToken cancellation) => client.ReadAsync(
        source,
        source.Domain == target.Domain ? auth : null,
        async from =>
        {
            RegistryRepository.FetchedManifest manifest = await from.GetManifestAsync(entry.Digest, cancellation, entry.MediaType).ConfigureAwait(false);
            Manifest parsed = ImageJson.ReadManifest(manifest.Bytes);
            foreach (Descriptor blob in parsed.Layers!.Prepend(parsed.Config!).DistinctBy(b => b.Digest))
            {
                await CopyBlobAsync(from, source, blob, cancellation).ConfigureAwait(false);
            }

            await repository.PutManifestAsync(entry.Digest, manifest.Bytes, manifest.MediaType, cancellation).ConfigureAwait(false);
            return true;
        },
        cancellation);

    private async Task CopyBlobAsync(RegistryRepository from, ImageReference source, Descriptor blob, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        if (!PushContents.IsDistributed(blob) || await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            return;
        }

        Uri? begun = null;
        if (source.Domain == target.Domain)
        {
            (bool mounted, begun) = await repository.MountAsync(digest, source.Path, cancellation).ConfigureAwait(false);
            if (mounted)
            {
                return;
            }
        }

        using IngestFile file = blobs.Begin();
        file.Reset(digest.AlgorithmName);
        await from.DownloadAsync(blob, file, static _ => { }, static _ => { }, static () => { }, cancellation, "blob").ConfigureAwait(false);
        await repository.UploadAsync(blob, file.FilePath, begun, static _ => { }, static _ => { }, cancellation).ConfigureAwait(false);
    }
}
