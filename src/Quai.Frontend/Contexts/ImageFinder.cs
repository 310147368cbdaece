using System.Collections.Concurrent;
using Quai.Build.Frontends;
using Quai.Oci.Images;

namespace Quai.Frontend.Contexts;

/// <summary>Finds out about images, each once.</summary>
/// <param name="host">Knows images.</param>
/// <param name="mode">Where they are looked for.</param>
internal sealed class ImageFinder(IFrontendHost host, string mode)
{
    private readonly ConcurrentDictionary<(string, Platform), Lazy<Task<ResolvedImage>>> _images = new();

    /// <summary>Where images are looked for.</summary>
    public string Mode => mode;

    /// <summary>Finds out about one.</summary>
    /// <param name="reference">Its whole name.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="title">What is shown of it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its name with the digest where it has one, and its configuration as it is stored.</returns>
    public async Task<(string Pinned, byte[] Config)> FindAsync(ImageReference reference, Platform platform, string title, CancellationToken cancellation)
    {
        ResolvedImage image = await _images.GetOrAdd((reference.Canonical, platform), _ => new Lazy<Task<ResolvedImage>>(() =>
            host.ResolveImageAsync(new ImageQuestion(reference.Canonical, platform, mode) { LogName = title }, cancellation))).Value;
        ImageReference real = ImageReference.TryParse(image.Reference, out ImageReference? named) ? named.WithDefaultTag() : reference;
        return ((real with { Digest = image.Digest ?? real.Digest }).Canonical, image.Config);
    }
}
