using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;
using Quai.Client;

namespace Quai.Cli.Compose.Images;

/// <summary>Asks registries for the digests of images.</summary>
internal sealed class ImageDigests(ComposeScope scope)
{
    /// <summary>The names of images with their digests.</summary>
    /// <param name="images">The images, each with a service that names it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The names, by those that are given.</returns>
    /// <exception cref="ExitException">One cannot be had.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyDictionary<string, string> images, CancellationToken cancellation = default)
    {
        await scope.Engine.GetVersionAsync(cancellation);
        (string Image, string? Pin, string? Failure)[] all = await Task.WhenAll(images.Select(entry => ResolveAsync(entry.Key, entry.Value, cancellation)));
        string failures = string.Join('\n', all.Select(one => one.Failure).OfType<string>());
        return failures.Length == 0 ? all.ToDictionary(one => one.Image, one => one.Pin!) : throw new ExitException(1, failures);
    }

    private async Task<(string Image, string? Pin, string? Failure)> ResolveAsync(string image, string service, CancellationToken cancellation)
    {
        try
        {
            ImageReference.Check(image.Split('@')[0]);
            string name = ImageReference.Canonical(image);
            (string repository, _, string digest) = ImageReference.Split(name);
            if (digest.Length > 0)
            {
                // A tag says nothing any more.
                return (image, $"{repository}@{digest}", null);
            }

            DistributionInspect found = await scope.Engine.Registries.InspectAsync(name, RegistryCredentials.Find(scope.Session, repository), cancellation);
            return (image, $"{name}@{found.Descriptor.Digest}", null);
        }
        catch (Exception e) when (e is DaemonException or ConnectionException or ExitException)
        {
            return (image, null, $"service \"{service}\": image {image}: {e.Message}");
        }
    }
}
