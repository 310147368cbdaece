using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Registry;

/// <summary>Inspects an image without pulling it.</summary>
public static class RemoteInspection
{
    /// <summary>The descriptor of what a name stands for, and its platforms: an index's entries, or the one that a config names.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="image">Its name there.</param>
    /// <param name="cancellation">Stops asking.</param>
    public static async Task<RemoteImage> RunAsync(RegistryRepository repository, ImageReference image, CancellationToken cancellation)
    {
        FetchedManifest top = await repository.GetManifestAsync(image.Digest?.ToString() ?? image.Tag!, cancellation).ConfigureAwait(false);
        var descriptor = new Descriptor { MediaType = top.MediaType, Digest = top.Digest.ToString(), Size = top.Bytes.Length };
        if (MediaTypes.IsIndex(top.MediaType))
        {
            return new RemoteImage(descriptor, [.. ImageJson.ReadIndex(top.Bytes).Manifests!.Where(m => m.Platform is not null).Select(m => m.Platform!)]);
        }

        Manifest manifest = ImageJson.ReadManifest(top.Bytes);
        if (!MediaTypes.IsImageConfig(manifest.Config!.MediaType) || manifest.Config.Size > ImageJson.MaxConfigSize)
        {
            return new RemoteImage(descriptor, []);
        }

        ImageConfig config = ImageJson.ReadConfig(await repository.ReadBlobAsync(manifest.Config, "image config", cancellation).ConfigureAwait(false));
        return new RemoteImage(descriptor, [new PlatformDescription { Architecture = config.Architecture, Os = config.Os, OsVersion = config.OsVersion, Variant = config.Variant }]);
    }
}
