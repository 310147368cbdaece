using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Sessions;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Layouts;

/// <summary>An image in a folder of the client that is an OCI layout.</summary>
/// <param name="Content">The folder's blobs.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The configuration, as it is there.</param>
internal sealed record LayoutImage(IClientContent Content, Manifest Manifest, byte[] Config)
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
        IClientContent content = session?.OpenContent(Prefix + store) ?? throw QuaiException.Invalid("no session of a client has the layout's folder");
        byte[] document = await ReadAsync(content, digest, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
        if (MediaTypes.IsIndex(ImageJson.DetectMediaType(document)))
        {
            Platform wanted = platform ?? Platform.Host;
            Descriptor chosen = ImageJson.ReadIndex(document).Manifests!.Where(m => wanted.Score(m.Platform) > 0).MaxBy(m => wanted.Score(m.Platform))
                ?? throw QuaiException.NotFound($"no match for platform {wanted} in {digest} of the layout");
            document = await ReadAsync(content, Digest.Parse(chosen.Digest), ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
        }

        Manifest manifest = ImageJson.ReadManifest(document);
        byte[] config = await ReadAsync(content, Digest.Parse(manifest.Config!.Digest), ImageJson.MaxConfigSize, cancellation).ConfigureAwait(false);
        return ImageJson.ReadConfig(config).RootFs.DiffIds.Count == manifest.Layers!.Count ? new LayoutImage(content, manifest, config)
            : throw QuaiException.Invalid($"image {digest} of the layout has {manifest.Layers.Count} layers, and its configuration tells of others");
    }

    private static async Task<byte[]> ReadAsync(IClientContent content, Digest digest, int limit, CancellationToken cancellation)
    {
        string what = $"blob {digest} of the layout";
        await using Stream stream = await content.OpenAsync(digest, cancellation).ConfigureAwait(false);
        byte[] read = await BlobReceipt.ReadAsync(stream, limit, what, cancellation).ConfigureAwait(false);
        return digest.Matches(read) ? read : throw QuaiException.Invalid($"{what} is damaged");
    }
}
