using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Images.Catalog;
using Quai.Metadata;

namespace Quai.Images.Verification;

/// <summary>Verifies images, or the whole store.</summary>
internal sealed class VerifyImages(
    MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, Leases leases, CollectionGate gate, ImageCatalog catalog, ImageHolds holds)
{
    public async Task<VerificationSummary> RunAsync(IReadOnlyList<string> references, IProgress<VerificationFinding> findings, CancellationToken cancellation)
    {
        IReadOnlyList<StoredImage> images = references.Count == 0 ? catalog.All : [.. references.SelectMany(catalog.FindAll).DistinctBy(i => i.Image.Id)];
        using Lease lease = leases.Begin();
        var verifier = new StoreVerifier(database, blobs, snapshots, holds, findings);
        VerificationSummary summary = await verifier.RunAsync(images, lease, cancellation).ConfigureAwait(false);
        if (references.Count > 0)
        {
            return summary;
        }

        using IDisposable _ = await gate.EnterAsync(cancellation).ConfigureAwait(false);
        return summary with { Problems = summary.Problems + verifier.CheckWhole() };
    }
}
