using Quai.Build.Exporting.Images;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>Makes an image of the result, here, and pushes it if that is wanted.</summary>
internal sealed class ImageExporter(IImageStore images, ImageComposer composer, ImagePushes pushes, Leases leases) : IExporter
{
    private const string Moby = "moby";

    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = [Moby, "image"];

    /// <inheritdoc/>
    public string Title => "exporting to image";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        var demands = new ImageDemands(request.Attributes);
        if (demands.Pushes && demands.Names.Count == 0)
        {
            throw QuaiException.Invalid("tag is needed when pushing to registry");
        }

        using Lease lease = leases.Begin();
        Dictionary<string, string> answer = trees is [{ Attestations.Count: 0 }] && demands.IsStored && !demands.PushesByDigest
            ? await StoreAsync(trees[0], demands, session, progress, lease, cancellation).ConfigureAwait(false)
            : await ComposeAsync(trees, demands, session, progress, lease, cancellation).ConfigureAwait(false);
        if (request.Type == Moby && !demands.Pushes && answer.TryGetValue("containerimage.config.digest", out string? id))
        {
            // As Docker's own exporter says it: compose labels containers with this, and compares it with the id that the image has when it is inspected.
            answer["containerimage.digest"] = id;
        }

        return answer;
    }

    private async Task<Dictionary<string, string>> StoreAsync(
        ExportedTree tree, ImageDemands demands, IBuildSession? session, IStepProgress progress, Lease lease, CancellationToken cancellation)
    {
        if (demands.Annotations.Has(AnnotationPlace.Index) || demands.Annotations.Has(AnnotationPlace.ManifestDescriptor))
        {
            throw QuaiException.Invalid("index annotations not supported for single platform export");
        }

        progress.Report("exporting layers", 0, 0, isComplete: false);
        // What stays here need not be packed small: a push does that, once.
        (NamedLayers named, ImageConfig config) = await composer.PackAsync(tree, demands, demands.Compression ?? LayerCompression.Uncompressed, lease, cancellation).ConfigureAwait(false);
        progress.Report("exporting layers", 0, 0, isComplete: true);
        var built = new BuiltImage(config, named.Blobs, named.ChainIds, [.. demands.Names.Select(n => n.Familiar)])
        {
            Annotations = demands.Annotations.Of(AnnotationPlace.Manifest, tree.Platform),
        };
        Image image = await images.RecordAsync(built, lease, cancellation).ConfigureAwait(false);
        progress.Report($"writing image {image.Id}", 0, 0, isComplete: true);
        foreach (ImageReference name in demands.Names)
        {
            progress.Report($"naming to {name.Canonical}", 0, 0, isComplete: true);
        }

        if (demands is { Pushes: true, IsUsual: false })
        {
            // The image may be here already, with a manifest that is not what is asked for.
            return await ComposeAsync([tree], demands, session, progress, lease, cancellation).ConfigureAwait(false);
        }

        Descriptor manifest = demands.Pushes
            ? await pushes.PushImageAsync(demands.Names, session, progress, cancellation).ConfigureAwait(false)
            : new Descriptor { MediaType = MediaTypes.OciManifest, Digest = image.ManifestDigest ?? image.Id, Size = pushes.SizeOf(image) };
        return new ComposedImage(manifest, [new ComposedManifest(manifest, new Descriptor { Digest = image.Id }, named.Blobs, named.ChainIds)]).Answer(demands.Names);
    }

    private async Task<Dictionary<string, string>> ComposeAsync(
        IReadOnlyList<ExportedTree> trees, ImageDemands demands, IBuildSession? session, IStepProgress progress, Lease lease, CancellationToken cancellation)
    {
        ComposedImage image = await composer.ComposeAsync(trees, demands, demands.UsesOciTypes ?? true, progress, lease, cancellation).ConfigureAwait(false);
        if (image.IsIndex && demands.IsStored && !demands.PushesByDigest)
        {
            BuiltManifest[] built = [.. image.Manifests.Select(m => new BuiltManifest(Digest.Parse(m.Descriptor.Digest), Digest.Parse(m.Config.Digest), [.. m.Blobs], m.ChainIds))];
            await images.RecordAsync(new BuiltIndex(Digest.Parse(image.Top.Digest), built, [.. demands.Names.Select(n => n.Familiar)]), cancellation).ConfigureAwait(false);
            foreach (ImageReference name in demands.Names)
            {
                progress.Report($"naming to {name.Canonical}", 0, 0, isComplete: true);
            }
        }

        if (demands.Pushes)
        {
            await pushes.PushAsync(image, demands, session, lease, progress, cancellation).ConfigureAwait(false);
        }

        return image.Answer(demands.Names);
    }
}
