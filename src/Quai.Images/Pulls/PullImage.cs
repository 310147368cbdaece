using Quai.Content.Collecting;
using Quai.Images.Catalog;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Pulls;

/// <summary>Pulls one reference.</summary>
internal sealed class PullImage(Pull pull, LeasedWork work, ImageEvents events)
{
    public async Task<Image> RunAsync(string reference, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return (await RunAsync(image.Digest is null ? image : image with { Tag = null }, options, auth, progress, showsStatus: true, cancellation).ConfigureAwait(false)).Image;
    }

    /// <summary>Pulls what has a tag or a digest.</summary>
    /// <returns>The image, and whether the name previously stood for something else, or nothing.</returns>
    public async Task<(Image Image, bool Newer)> RunAsync(
        ImageReference image, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, bool showsStatus, CancellationToken cancellation)
    {
        bool chosen = options.Platform is { Length: > 0 };
        Platform wanted = chosen ? Platform.Parse(options.Platform!) : Platform.Host;
        (StoredImage stored, bool newer) = await work.RunAsync(
            lease => pull.RunAsync(
                auth, new PullJob(image, wanted, progress, lease) { PlatformWanted = chosen, NoCache = options.NoCache, ShowsStatus = showsStatus }, cancellation)).ConfigureAwait(false);
        events.Publish("pull", image.Familiar, image.FamiliarName);
        return (stored.Image, newer);
    }
}
