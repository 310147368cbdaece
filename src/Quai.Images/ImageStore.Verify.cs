using Quai.Images.Catalog;
using Quai.Images.Verification;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public async Task<VerificationSummary> VerifyAsync(IReadOnlyList<string> references, IProgress<VerificationFinding> findings, CancellationToken cancellation)
    {
        IReadOnlyList<StoredImage> images = references.Count == 0 ? _catalog.All : [.. references.SelectMany(_catalog.FindAll).DistinctBy(i => i.Image.Id)];
        using Lease lease = _leases.Begin();
        var verifier = new StoreVerifier(_database, _blobs, _snapshots, _gate, findings);
        VerificationSummary summary = await verifier.RunAsync(images, lease, cancellation).ConfigureAwait(false);
        if (references.Count > 0)
        {
            return summary;
        }

        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return summary with { Problems = summary.Problems + verifier.CheckWhole() };
    }
}
