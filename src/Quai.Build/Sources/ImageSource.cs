using Quai.Build.Attestations.Provenance;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content;
using Quai.Content.Collecting;
using ChainIds = Quai.Content.Layers.ChainIds;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Sources;

/// <summary>An image: <c>docker-image://NAME</c>.</summary>
internal sealed class ImageSource(BaseImages images, ContentStore content, LayerStore layers) : ISourceKind
{
    private const int LargestManifest = 4 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["docker-image"];

    /// <inheritdoc/>
    public async Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        vertex.Op.Source.Attrs.TryGetValue("image.resolvemode", out string? mode);
        (Image image, bool wasHere) = await images.GetAsync(rest, PlatformOf(vertex), mode ?? "", session, progress, cancellation).ConfigureAwait(false);
        return new SourceState("image:" + image.Id, token => LoadAsync(image, token))
        {
            IsCached = wasHere,
            Material = MaterialOf(rest, PlatformOf(vertex), image),
        };
    }

    private static MaterialSource.OfImage? MaterialOf(string reference, Platform? platform, Image image) => !ImageReference.TryParse(reference, out ImageReference? name) ? null
        : new MaterialSource.OfImage(name.WithDefaultTag(), platform ?? Platform.Host, name.Digest ?? BaseImages.DigestIn(reference, image) ?? Digest.Parse(image.ManifestDigest ?? image.Id));

    private async Task<LayerStack> LoadAsync(Image image, CancellationToken cancellation)
    {
        string[] chains = ChainIds.Of(image.Config.RootFs.DiffIds);
        using Lease lease = content.Leases.Begin();
        foreach (string chain in chains)
        {
            if (!await content.Snapshots.HoldLayerAsync(chain, lease, cancellation).ConfigureAwait(false))
            {
                throw QuaiException.NotFound($"image {image.Id} was removed while it was used");
            }
        }

        Manifest manifest = ImageJson.ReadManifest(content.Blobs.Read(Digest.Parse(image.ManifestDigest!), LargestManifest));
        return await layers.TakeAsync(chains, image.Config.RootFs.DiffIds, manifest.Layers!, cancellation).ConfigureAwait(false);
    }

    private static Platform? PlatformOf(Vertex vertex) =>
        vertex.Op.Platform is { } platform ? Platform.Normalize(platform.OS, platform.Architecture, platform.Variant) : null;
}
