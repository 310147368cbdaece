using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Sessions;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Layouts;

/// <summary>An image in a folder of the client that is an OCI layout.</summary>
/// <param name="Content">The folder's blobs.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The configuration, as it is there.</param>
internal sealed record LayoutImage(ClientBlobs Content, Manifest Manifest, byte[] Config)
{
    /// <summary>By what builders call the client's folders.</summary>
    private const string Prefix = "oci:";

    /// <summary>The image's id.</summary>
    public string Id => Manifest.Config!.Digest;

    /// <summary>Reads one.</summary>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="store">The folder, as the client knows it.</param>
    /// <param name="digest">The image's manifest or index.</param>
    /// <param name="platform">For which platform; null for this machine's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">There is no such image, or it is malformed.</exception>
    public static async Task<LayoutImage> ReadAsync(IBuildSession? session, string store, Digest digest, Platform? platform, CancellationToken cancellation)
    {
        var content = new ClientBlobs(session?.OpenContent(Prefix + store) ?? throw QuaiException.Invalid("no session of a client has the layout's folder"), "the layout");
        byte[] document = await content.ReadAsync(digest, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
        if (MediaTypes.IsIndex(ImageJson.DetectMediaType(document)))
        {
            Platform wanted = platform ?? Platform.Host;
            Descriptor chosen = ImageJson.ReadIndex(document).Manifests!.Where(m => wanted.Score(m.Platform) > 0).MaxBy(m => wanted.Score(m.Platform))
                ?? throw QuaiException.NotFound($"no match for platform {wanted} in {digest} of the layout");
            document = await content.ReadAsync(Digest.Parse(chosen.Digest), ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
        }

        Manifest manifest = ImageJson.ReadManifest(document);
        byte[] config = await content.ReadAsync(Digest.Parse(manifest.Config!.Digest), ImageJson.MaxConfigSize, cancellation).ConfigureAwait(false);
        return ImageJson.ReadConfig(config).RootFs.DiffIds.Count == manifest.Layers!.Count ? new LayoutImage(content, manifest, config)
            : throw QuaiException.Invalid($"image {digest} of the layout has {manifest.Layers.Count} layers, and its configuration tells of others");
    }
}
