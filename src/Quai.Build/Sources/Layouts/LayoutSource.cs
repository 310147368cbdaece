using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Layouts;

/// <summary>An image in a folder of the client: <c>oci-layout://NAME@DIGEST</c>. Layers that are not here are sent by the client.</summary>
internal sealed class LayoutSource(ContentStore content, LayerStore layers) : ISourceKind
{
    private const string StoreKey = "oci.store";

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["oci-layout"];

    /// <inheritdoc/>
    public async Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        Digest digest = Digest.TryParse(rest[(rest.IndexOf('@', StringComparison.Ordinal) + 1)..], out Digest named) ? named : throw QuaiException.Invalid($"{rest} has no digest of an image of a layout");
        Platform? platform = vertex.Op.Platform is { } asked ? Platform.Normalize(asked.OS, asked.Architecture, asked.Variant) : null;
        LayoutImage image = await LayoutImage.ReadAsync(session, vertex.Op.Source.Attrs.TryGetValue(StoreKey, out string? store) ? store : "", digest, platform, cancellation).ConfigureAwait(false);

        // The same image is the same, wherever it comes from.
        return new SourceState("image:" + image.Id, token => LoadAsync(image, progress, token));
    }

    private async Task<LayerStack> LoadAsync(LayoutImage image, IStepProgress progress, CancellationToken cancellation)
    {
        List<string> diffIds = ImageJson.ReadConfig(image.Config).RootFs.DiffIds;
        using Lease lease = content.Leases.Begin();
        foreach (Descriptor blob in image.Manifest.Layers!)
        {
            if (await content.Blobs.HoldAsync(Digest.Parse(blob.Digest), lease, cancellation).ConfigureAwait(false) is null)
            {
                await image.Content.TakeAsync(content.Blobs, blob, lease, progress, cancellation).ConfigureAwait(false);
            }
        }

        IReadOnlyList<string> chains = await layers.UnpackAsync(image.Manifest.Layers!, diffIds, lease, cancellation).ConfigureAwait(false);
        await content.Layers.SyncAsync(chains, cancellation).ConfigureAwait(false);
        return await layers.TakeAsync(chains, diffIds, image.Manifest.Layers!, cancellation).ConfigureAwait(false);
    }
}
