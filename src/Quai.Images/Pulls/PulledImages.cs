using Quai.Images.Catalog;
using Quai.Images.Trust;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Images.Pulls;

/// <summary>Records pulled images, with what allows them here and lets them be found: their signatures and their repositories.</summary>
internal sealed class PulledImages(ImageRecorder recorder, TrustGate trust, BlobRepositories repositories, UnfinishedPulls unfinished, LayerDownloads downloads)
{
    /// <summary>Records an image whose parts are all here.</summary>
    /// <param name="image">The image.</param>
    /// <param name="repository">Where it came from.</param>
    /// <param name="signatures">The signatures by which the policy admitted it.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="cancellation">Only before it is recorded.</param>
    public async Task<StoredImage> RecordAsync(NewImage image, ImageReference repository, IReadOnlyList<ImageSignature> signatures, Manifest manifest, CancellationToken cancellation)
    {
        (StoredImage stored, _) = await recorder.RecordAsync(image, cancellation).ConfigureAwait(false);
        await trust.KeepAsync(signatures, cancellation).ConfigureAwait(false);
        await repositories.RecordAsync(repository, manifest.Layers!.Select(l => l.Digest).Append(manifest.Config!.Digest).Distinct(), cancellation).ConfigureAwait(false);
        return stored;
    }

    /// <summary>What a pull fetched now belongs to its image.</summary>
    public Task FinishAsync(PullJob job) => unfinished.ForgetAsync(job.Fetched.Keys.Concat(job.Blobs));

    /// <summary>What a pull fetched no longer waits for its image, complete or not.</summary>
    public async Task AbandonAsync(PullJob job)
    {
        await FinishAsync(job).ConfigureAwait(false);
        downloads.ForgetPartials(job.Layers);
    }
}
