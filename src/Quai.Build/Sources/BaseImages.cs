using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Build.Sources;

/// <summary>The images that builds begin with: those that are here, and others by pulling them. One that several builds want at once is pulled once.</summary>
internal sealed class BaseImages(IImageStore images)
{
    private readonly Turns _turns = new();

    /// <summary>Gets one.</summary>
    /// <param name="reference">Its name, with or without a digest.</param>
    /// <param name="platform">For which platform; null for this machine's.</param>
    /// <param name="mode"><c>local</c> for those here alone, <c>pull</c> to ask the registry in any case; otherwise what is here is taken.</param>
    /// <param name="session">Whose credentials are used; null for none.</param>
    /// <param name="progress">Where the pull's progress goes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The image, and whether it was here.</returns>
    /// <exception cref="QuaiException">It cannot be had.</exception>
    public async Task<(Image Image, bool WasHere)> GetAsync(
        string reference, Platform? platform, string mode, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (mode != "pull" && Find(reference, platform) is { } here)
        {
            return (here, true);
        }

        if (mode == "local")
        {
            throw QuaiException.NotFound($"{reference}: not found");
        }

        using IDisposable turn = await _turns.EnterAsync($"{reference} {platform}", cancellation).ConfigureAwait(false);
        try
        {
            if (mode != "pull" && Find(reference, platform) is { } pulled)
            {
                return (pulled, true);
            }

            ImageReference name = ImageReference.Parse(reference).WithDefaultTag();
            RegistryAuth? auth = await CredentialsAsync(session, name, cancellation).ConfigureAwait(false);
            Image image = await images.PullAsync(name.Digest is null ? name.Canonical : (name with { Tag = null }).Canonical, platform?.ToString(), auth, new PullProgress(progress), cancellation).ConfigureAwait(false);
            return (Find(reference, platform) ?? image, false);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"failed to resolve source metadata for {reference}: {e.Message}", e);
        }
    }

    /// <summary>The credentials that a client has for the registry of an image; null for none.</summary>
    public static async Task<RegistryAuth?> CredentialsAsync(IBuildSession? session, ImageReference name, CancellationToken cancellation) =>
        session is null ? null : await session.CredentialsAsync(HostOf(name), cancellation).ConfigureAwait(false);

    /// <summary>The digest by which an image is known in the repository of a reference; null for none: another repository's digest says nothing of this one.</summary>
    public static Digest? DigestIn(string reference, Image image) => !ImageReference.TryParse(reference, out ImageReference? wanted) ? null
        : image.RepoDigests.Select(d => ImageReference.TryParse(d, out ImageReference? known) && known.Name == wanted.Name ? known.Digest : null).FirstOrDefault(d => d is not null);

    // By the name under which clients keep them.
    private static string HostOf(ImageReference name) => name.Canonical.Split('/')[0] is var host and not "docker.io" ? host : "https://index.docker.io/v1/";

    private Image? Find(string reference, Platform? platform)
    {
        try
        {
            return images.Admit(reference, platform);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            // An image has the digests of the repositories that it was pulled from or pushed to. One that is here under this tag, too, may have come from another.
            return ImageReference.TryParse(reference, out ImageReference? name) && name is { Tag: not null, Digest: { } digest }
                && Find((name with { Digest = null }).Canonical, platform) is { } tagged && IsOf(tagged, digest.ToString()) ? tagged : null;
        }
    }

    private static bool IsOf(Image image, string digest) => image.ManifestDigest == digest || image.Id == digest || image.RepoDigests.Any(d => d.EndsWith("@" + digest, StringComparison.Ordinal));

    private sealed class PullProgress(IStepProgress progress) : IProgress<ProgressMessage>
    {
        public void Report(ProgressMessage value)
        {
            if (value.Id is { Length: > 0 } id && value.Status is { } status)
            {
                bool isComplete = status is "Pull complete" or "Already exists";
                progress.Report(id, value.Current ?? 0, value.Total ?? 0, isComplete);
            }
        }
    }
}
