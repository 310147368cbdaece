using Quai.Content.Blobs;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pushes;

/// <summary>Uploads of layers: limited in number over all pushes.</summary>
internal sealed class LayerUploads(BlobStore blobs, BlobRepositories repositories, int maxConcurrent) : IDisposable
{
    /// <summary>Maximum number of other repositories to try.</summary>
    private const int MaxSources = 3;

    private readonly SemaphoreSlim _uploads = new(maxConcurrent, maxConcurrent);

    /// <summary>Other repositories of the registry that may have a layer.</summary>
    public IReadOnlyList<string> SourcesOf(ImageReference target, PushLayer layer) => repositories.Find(target, layer.Blob.Digest, MaxSources);

    /// <summary>The path of a blob's file.</summary>
    public string PathOf(Digest digest) => blobs.PathOf(digest);

    /// <summary>Records that a repository has layers.</summary>
    public Task RecordAsync(ImageReference target, IEnumerable<PushLayer> layers, CancellationToken cancellation) =>
        repositories.RecordAsync(target, layers.Where(l => PushLayer.IsDistributed(l.Blob)).Select(l => l.Blob.Digest), cancellation);

    /// <summary>Uploads a layer unless the registry has it, here or in another repository that it can be mounted from.</summary>
    public async Task RunAsync(RegistryRepository repository, ImageReference target, PushLayer layer, LayerProgress progress, CancellationToken cancellation)
    {
        if (!PushLayer.IsDistributed(layer.Blob))
        {
            progress.Report("Skipped foreign layer");
            return;
        }

        if (!_uploads.Wait(0, CancellationToken.None))
        {
            progress.Report("Waiting");
            await _uploads.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            progress.Report(await PutAsync(repository, target, layer, progress, cancellation).ConfigureAwait(false));
        }
        finally
        {
            _uploads.Release();
        }
    }

    private async Task<string> PutAsync(RegistryRepository repository, ImageReference target, PushLayer layer, LayerProgress progress, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(layer.Blob.Digest);
        if (await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            return "Layer already exists";
        }

        Uri? begun = null;
        foreach (string source in SourcesOf(target, layer))
        {
            (bool mounted, Uri? upload) = await repository.MountAsync(digest, source, cancellation).ConfigureAwait(false);
            if (mounted)
            {
                return $"Mounted from {source}";
            }

            begun = upload ?? begun;
            await repositories.ForgetAsync(target.Domain, source, layer.Blob.Digest, cancellation).ConfigureAwait(false);
        }

        progress.Advance("Pushing", 0, layer.Blob.Size);
        await repository.UploadAsync(
            layer.Blob,
            await blobs.LocateAsync(digest, cancellation).ConfigureAwait(false),
            begun,
            new TransferEvents { Advanced = sent => progress.Advance("Pushing", sent, layer.Blob.Size), Retrying = progress.Retry },
            cancellation).ConfigureAwait(false);
        return "Pushed";
    }

    public void Dispose() => _uploads.Dispose();
}
