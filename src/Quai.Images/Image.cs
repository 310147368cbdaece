using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>A stored image: the config of one platform and the names that point at it.</summary>
/// <param name="Id">Digest of the image config, <c>sha256:…</c>.</param>
/// <param name="Config">The OCI image config.</param>
/// <param name="RepoTags">Names in Docker's familiar form, such as <c>busybox:latest</c>.</param>
/// <param name="RepoDigests">Names with the manifest's digest, for images that came from a registry.</param>
/// <param name="Size">Bytes of all unpacked layers together.</param>
/// <param name="ManifestDigest">Digest of the stored manifest, if the image has one.</param>
/// <param name="LayerDirectories">Directories of the unpacked layers, topmost first, in overlayfs's order.</param>
public sealed record Image(
    string Id,
    ImageConfig Config,
    IReadOnlyList<string> RepoTags,
    IReadOnlyList<string> RepoDigests,
    long Size,
    string? ManifestDigest,
    IReadOnlyList<string> LayerDirectories)
{
    /// <summary>Id of the image from which it was made here by commit or build, while that exists; otherwise empty.</summary>
    public string Parent { get; init; } = "";

    /// <summary>Bytes of each unpacked layer, in the order of <see cref="LayerDirectories"/>.</summary>
    public IReadOnlyList<long> LayerSizes { get; init; } = [];

    /// <summary>When somebody last tagged it here; null if it only has the names it came with.</summary>
    public DateTimeOffset? Tagged { get; init; }

    /// <summary>How many images were made from it.</summary>
    public int Children { get; init; }

    /// <summary>Its platform according to its config, unchanged except for normalized names.</summary>
    public Platform Platform => Platform.Normalize(Config.Os, Config.Architecture, Config.Variant);
}
