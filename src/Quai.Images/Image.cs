using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>A stored image: the config of one platform and the names that point at it.</summary>
/// <param name="Id">Digest of the image config, <c>sha256:…</c>.</param>
/// <param name="Config">The OCI image config.</param>
/// <param name="RepoTags">Names in Docker's familiar form, such as <c>busybox:latest</c>.</param>
/// <param name="RepoDigests">Names with the manifest's digest, for images that came from a registry.</param>
/// <param name="Size">Bytes of all unpacked layers together.</param>
/// <param name="ManifestDigest">Digest of the manifest as kept, if the image has one.</param>
/// <param name="LayerDirectories">Directories of the unpacked layers, topmost first, as overlayfs takes them.</param>
public sealed record Image(
    string Id,
    ImageConfig Config,
    IReadOnlyList<string> RepoTags,
    IReadOnlyList<string> RepoDigests,
    long Size,
    string? ManifestDigest,
    IReadOnlyList<string> LayerDirectories)
{
    /// <summary>Id of the image that it was made of here by commit or build, while that is here; empty for none.</summary>
    public string Parent { get; init; } = "";

    /// <summary>Bytes of each unpacked layer, in the order of <see cref="LayerDirectories"/>.</summary>
    public IReadOnlyList<long> LayerSizes { get; init; } = [];

    /// <summary>When somebody last gave it a name here; null for what came with its names.</summary>
    public DateTimeOffset? Tagged { get; init; }

    /// <summary>How many images were made of it.</summary>
    public int Children { get; init; }

    /// <summary>What it runs on, as its config says, unchanged but for the words' usual forms.</summary>
    public Platform Platform => Platform.Normalize(Config.Os, Config.Architecture, Config.Variant);
}
