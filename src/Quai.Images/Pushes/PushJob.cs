using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>One push: the request, and what was done so far.</summary>
/// <param name="Name">What to push: a tag, or a repository with all its tags.</param>
/// <param name="Platform">Only this platform's manifest; null for the whole image, as far as it is here.</param>
/// <param name="Progress">Receives progress.</param>
/// <param name="Lease">Keeps what is pushed even if somebody removes the image meanwhile.</param>
internal sealed record PushJob(ImageReference Name, Platform? Platform, IProgress<ProgressMessage> Progress, Lease Lease)
{
    /// <summary>Digests of blobs that were already pushed there for another tag.</summary>
    public HashSet<string> Done { get; } = [];
}
