using Quai.Api.System;
using Quai.Cli.Http;
using Quai.Cli.Streams;

namespace Quai.Cli.Images;

/// <summary>Asks the daemon to pull an image and shows progress.</summary>
internal static class ImagePull
{
    /// <summary>Pulls.</summary>
    /// <param name="session">The daemon.</param>
    /// <param name="image">The image with its tag or digest; without either all tags are pulled.</param>
    /// <param name="platform">The platform; empty for the daemon's.</param>
    /// <param name="noCache">Whether everything is fetched again.</param>
    /// <param name="output">Where progress goes; null for nowhere.</param>
    public static void Run(Session session, string image, string platform, bool noCache, Output? output)
    {
        (string repository, string tag, string digest) = ImageReference.Split(image);
        AuthConfig? credentials = RegistryCredentials.Find(session, repository);
        ProgressDisplay.Show(session.Engine.Transfers.PullAsync(repository, digest.Length > 0 ? digest : tag, platform, noCache, credentials).Await(), output);
    }
}
