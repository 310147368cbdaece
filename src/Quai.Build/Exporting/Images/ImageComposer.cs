using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>Makes images of trees: packs their layers, and writes configurations, manifests and, for several platforms or with attestations, an index into the store.</summary>
internal sealed class ImageComposer(LayerStore layers, BlobStore blobs, IPublishing publishing)
{
    private readonly AttestationManifests _attestations = new(blobs);

    /// <summary>The layers of a tree as they are asked for, and the configuration with them.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="demands">What is asked for.</param>
    /// <param name="compression">How layers made here are packed.</param>
    /// <param name="lease">Keeps what is made.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    public async Task<(NamedLayers Layers, ImageConfig Config)> PackAsync(
        ExportedTree tree, ImageDemands demands, LayerCompression compression, Lease lease, CancellationToken cancellation)
    {
        tree = demands.Squashes ? await SquashedImages.SquashAsync(tree, layers, cancellation).ConfigureAwait(false) : tree;
        NamedLayers named = !demands.RewritesTimes ? await layers.NameAsync(tree.Stack, lease, cancellation).ConfigureAwait(false)
            : tree.Epoch is { } latest ? await layers.NameAsync(tree.Stack, latest, lease, cancellation).ConfigureAwait(false)
            : throw QuaiException.Invalid("rewrite-timestamp needs a time: give the build argument SOURCE_DATE_EPOCH");
        if (compression == LayerCompression.Estargz)
        {
            named = await EstargzAsync(tree, named, demands.ForcesCompression, lease, cancellation).ConfigureAwait(false);
            return (named, ImageConfigs.Complete(tree, named, layers.CreatedAt(tree.Stack)));
        }

        List<Descriptor> packed = [];
        foreach (Descriptor layer in named.Blobs)
        {
            packed.Add(await publishing.PackAsync(layer, compression, demands.ForcesCompression, lease, cancellation).ConfigureAwait(false));
        }

        return (named with { Blobs = packed }, ImageConfigs.Complete(tree, named, layers.CreatedAt(tree.Stack)));
    }

    // These are other layers, with names of their own: what is kept of the image here must be what is given away.
    private async Task<NamedLayers> EstargzAsync(ExportedTree tree, NamedLayers named, bool force, Lease lease, CancellationToken cancellation)
    {
        List<Descriptor> packed = [];
        List<string> diffIds = [];
        for (int i = 0; i < named.Blobs.Count; i++)
        {
            (Descriptor blob, string diffId) = force || named.Blobs[i].MediaType is MediaTypes.OciLayer or MediaTypes.DockerLayer
                ? await publishing.PackEstargzAsync(named.Blobs[i], lease, cancellation).ConfigureAwait(false) : (named.Blobs[i], named.DiffIds[i]);
            packed.Add(blob);
            diffIds.Add(diffId);
        }

        return new NamedLayers(packed, diffIds, await layers.UnpackAsync(packed, diffIds, lease, cancellation).ConfigureAwait(false));
    }

    /// <summary>Makes an image.</summary>
    /// <param name="trees">One for each platform.</param>
    /// <param name="demands">What is asked for.</param>
    /// <param name="usesOciTypes">Whether the types are OCI's rather than Docker's.</param>
    /// <param name="progress">Where it says what it does.</param>
    /// <param name="lease">Keeps what is made.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    /// <exception cref="QuaiException">Something is asked of an index where there is none.</exception>
    public async Task<ComposedImage> ComposeAsync(
        IReadOnlyList<ExportedTree> trees, ImageDemands demands, bool usesOciTypes, IStepProgress progress, Lease lease, CancellationToken cancellation)
    {
        bool isAttested = trees.Any(t => t.Attestations.Count > 0), isIndex = trees.Count > 1 || isAttested;

        // Docker's types have none for attestations.
        usesOciTypes |= isAttested;
        if (!isIndex && (demands.Annotations.Has(AnnotationPlace.Index) || demands.Annotations.Has(AnnotationPlace.ManifestDescriptor)))
        {
            throw QuaiException.Invalid("index annotations not supported for single platform export");
        }

        List<ComposedManifest> manifests = [];
        foreach (ExportedTree tree in trees)
        {
            manifests.Add(await ManifestAsync(tree, demands, usesOciTypes, isIndex, progress, lease, cancellation).ConfigureAwait(false));
        }

        for (int i = 0; i < trees.Count; i++)
        {
            if (trees[i].Attestations.Count > 0)
            {
                manifests[i] = await _attestations.AttachAsync(trees[i], manifests[i], demands, lease, cancellation).ConfigureAwait(false);
                progress.Report($"exporting attestation manifest {manifests[i].Attestation!.Digest}", 0, 0, isComplete: true);
            }
        }

        if (!isIndex)
        {
            return new ComposedImage(manifests[0].Descriptor, manifests);
        }

        byte[] index = ImageJson.Write(new ImageIndex
        {
            SchemaVersion = 2,
            MediaType = usesOciTypes ? MediaTypes.OciIndex : MediaTypes.DockerIndex,
            Manifests = [.. manifests.Select(m => m.Descriptor), .. manifests.Select(m => m.Attestation).OfType<Descriptor>()],
            Annotations = demands.Annotations.Of(AnnotationPlace.Index),
        });
        Descriptor top = await AddAsync(index, usesOciTypes ? MediaTypes.OciIndex : MediaTypes.DockerIndex, lease, cancellation).ConfigureAwait(false);
        progress.Report($"exporting manifest list {top.Digest}", 0, 0, isComplete: true);
        return new ComposedImage(top, manifests);
    }

    private async Task<ComposedManifest> ManifestAsync(
        ExportedTree tree, ImageDemands demands, bool usesOciTypes, bool isIndexed, IStepProgress progress, Lease lease, CancellationToken cancellation)
    {
        string layersTitle = isIndexed ? $"exporting layers for {tree.Platform}" : "exporting layers";
        progress.Report(layersTitle, 0, 0, isComplete: false);
        (NamedLayers named, ImageConfig config) = await PackAsync(tree, demands, demands.Compression ?? LayerCompression.Gzip, lease, cancellation).ConfigureAwait(false);
        progress.Report(layersTitle, 0, 0, isComplete: true);

        List<Descriptor> packed = [.. named.Blobs.Select(l => l with { MediaType = TypeOf(l.MediaType, usesOciTypes), Annotations = demands.Compression == LayerCompression.Estargz ? l.Annotations : null })];
        Descriptor configDescriptor = await AddAsync(ImageJson.Write(config), usesOciTypes ? MediaTypes.OciConfig : MediaTypes.DockerConfig, lease, cancellation).ConfigureAwait(false);
        string type = usesOciTypes ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = type,
            Config = configDescriptor,
            Layers = packed,
            Annotations = demands.Annotations.Of(AnnotationPlace.Manifest, tree.Platform),
        });
        Descriptor descriptor = await AddAsync(manifest, type, lease, cancellation).ConfigureAwait(false);
        progress.Report($"exporting manifest {descriptor.Digest}", 0, 0, isComplete: true);
        progress.Report($"exporting config {configDescriptor.Digest}", 0, 0, isComplete: true);
        descriptor = descriptor with
        {
            Annotations = isIndexed ? demands.Annotations.Of(AnnotationPlace.ManifestDescriptor, tree.Platform) : null,
            Platform = new PlatformDescription { Architecture = tree.Platform.Architecture, Os = tree.Platform.Os, Variant = tree.Platform.Variant },
        };
        return new ComposedManifest(descriptor, configDescriptor, packed, named.ChainIds);
    }

    private async Task<Descriptor> AddAsync(byte[] bytes, string type, Lease lease, CancellationToken cancellation) => new()
    {
        MediaType = type,
        Digest = (await blobs.AddAsync(bytes, null, lease, cancellation).ConfigureAwait(false)).ToString(),
        Size = bytes.Length,
    };

    // Docker's types have none for zstd.
    private static string? TypeOf(string? type, bool usesOciTypes) => (type, usesOciTypes) switch
    {
        (MediaTypes.OciLayer, false) => MediaTypes.DockerLayer,
        (MediaTypes.OciLayerGzip, false) => MediaTypes.DockerLayerGzip,
        (MediaTypes.DockerLayer, true) => MediaTypes.OciLayer,
        (MediaTypes.DockerLayerGzip, true) => MediaTypes.OciLayerGzip,
        _ => type,
    };
}
