using System.Collections.Concurrent;
using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Images.Pulls;

/// <summary>One pull: the request, and its results so far.</summary>
/// <param name="Reference">What to pull: by tag, or by digest without a tag.</param>
/// <param name="Platform">For which platform.</param>
/// <param name="Progress">Receives progress.</param>
/// <param name="Lease">Keeps what arrives until the image is recorded.</param>
internal sealed record PullJob(ImageReference Reference, Platform Platform, IProgress<ProgressMessage> Progress, Lease Lease)
{
    /// <summary>Whether the user named the platform: then no other is acceptable.</summary>
    public bool PlatformWanted { get; init; }

    /// <summary>Whether everything is fetched again, even if it is here.</summary>
    public bool NoCache { get; init; }

    /// <summary>Whether to report the result at the end.</summary>
    public bool ShowsStatus { get; init; } = true;

    /// <summary>Digests of the blobs, besides the layers, that the image will keep.</summary>
    public HashSet<string> Blobs { get; } = [];

    /// <summary>Digests of the layers of the image.</summary>
    public HashSet<string> Layers { get; } = [];

    /// <summary>Digests of the blobs that this pull fetched itself, each once.</summary>
    public ConcurrentDictionary<string, bool> Fetched { get; } = new();
}
