using Quai.Content.Blobs;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>An image as an archive: an OCI layout, and for Docker with the file by which its older versions read it.</summary>
internal static class ImageArchive
{
    /// <summary>Plans it; the caller holds the image's blobs.</summary>
    /// <param name="blobs">Where they are.</param>
    /// <param name="image">The image.</param>
    /// <param name="demands">Its names and annotations.</param>
    /// <param name="isForDocker">Whether Docker's older versions can read it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<LayoutArchive> PlanAsync(BlobStore blobs, ComposedImage image, ImageDemands demands, bool isForDocker, CancellationToken cancellation)
    {
        List<(string Name, byte[] Content)> texts =
        [
            ("index.json", ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = List(image.Top, demands) })),
        ];
        if (isForDocker)
        {
            ComposedManifest manifest = image.Manifests[0];
            texts.Add(("manifest.json", ImageJson.Write([
                new DockerArchiveItem
                {
                    Config = LayoutArchive.NameOf(Digest.Parse(manifest.Config.Digest)),
                    RepoTags = [.. demands.Names.Select(n => n.Familiar)],
                    Layers = [.. manifest.Layers.Select(l => LayoutArchive.NameOf(Digest.Parse(l.Digest)))],
                }])));
        }

        texts.Add(("oci-layout", ImageJson.Write(new OciLayoutMark())));
        return LayoutArchive.PlanAsync(blobs, image.Blobs, texts, cancellation);
    }

    /// <summary>The image once for each of its names.</summary>
    private static List<Descriptor> List(Descriptor top, ImageDemands demands)
    {
        Dictionary<string, string> own = demands.Annotations.Of(AnnotationPlace.IndexDescriptor) ?? [];
        Descriptor plain = top with { Annotations = own.Count > 0 ? own : null };
        return demands.Names.Count == 0
            ? [plain]
            : [.. demands.Names.Select(n => plain with { Annotations = new(own) { ["io.containerd.image.name"] = n.Canonical, ["org.opencontainers.image.ref.name"] = n.Tag! } })];
    }
}
