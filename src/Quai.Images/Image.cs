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

/// <summary>A container's writable snapshot: what to mount. Lower directories are topmost first.</summary>
/// <param name="Key">The container's id.</param>
/// <param name="Root">The folder that all the others lie in: mounting with paths relative to it keeps the mount options short.</param>
/// <param name="Lower">Read-only layers, topmost first, relative to <paramref name="Root"/>.</param>
/// <param name="Upper">The writable layer, relative to <paramref name="Root"/>.</param>
/// <param name="Work">overlayfs's work directory, relative to <paramref name="Root"/>.</param>
public sealed record Snapshot(string Key, string Root, IReadOnlyList<string> Lower, string Upper, string Work);

/// <summary>One image that an archive held.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="Name">Its familiar name, or null when it had none.</param>
public sealed record LoadedImage(string Id, string? Name);

/// <summary>One thing that removing an image did: exactly one of the two is set.</summary>
/// <param name="Untagged">The name that was removed.</param>
/// <param name="Deleted">The image or layer that was removed.</param>
public sealed record ImageDeleted(string? Untagged, string? Deleted);

/// <summary>One manifest of an image, as the API's <c>ImageManifestSummary</c> tells it.</summary>
/// <param name="Descriptor">Its media type, digest and size.</param>
/// <param name="Kind"><c>image</c>, <c>attestation</c> or <c>unknown</c>.</param>
/// <param name="Platform">Of an image: what it runs on.</param>
/// <param name="AttestedDigest">Of an attestation: the manifest that it is about.</param>
/// <param name="ImageId">The image that is here for it; null when it is not here.</param>
/// <param name="ContentSize">Bytes of its blobs that are here.</param>
/// <param name="UnpackedSize">Bytes of its unpacked layers that are here.</param>
public sealed record ImageManifest(
    Descriptor Descriptor, string Kind, PlatformDescription? Platform, string? AttestedDigest, string? ImageId, long ContentSize, long UnpackedSize);

/// <summary>What pruning one image removed.</summary>
/// <param name="Done">In Docker's order.</param>
/// <param name="Bytes">Of the disk that are given back.</param>
public sealed record PrunedImages(IReadOnlyList<ImageDeleted> Done, long Bytes);

/// <summary>What images take of the disk, in bytes as <c>du</c> counts them: unpacked layers and the blobs that they came as.</summary>
/// <param name="Total">Everything once, also what only containers still need.</param>
/// <param name="Images">Of each image by id: all that it needs, and how much of that other images need too.</param>
/// <param name="Needed">Given ids of images: how much these need together, everything once; what only containers need is counted always.</param>
public sealed record ImageDiskUsage(long Total, IReadOnlyDictionary<string, (long Size, long Shared)> Images, Func<IReadOnlyCollection<string>, long> Needed);

/// <summary>One line of an image's history.</summary>
public sealed record ImageHistory(string Id, DateTimeOffset Created, string CreatedBy, IReadOnlyList<string> Tags, long Size, string Comment);

/// <summary>Credentials for a registry, as the <c>X-Registry-Auth</c> header carries them.</summary>
public sealed record RegistryAuth(string? Username, string? Password, string? IdentityToken, string? RegistryToken, string? ServerAddress);

/// <summary>One message of Docker's progress stream: written by the daemon as a line of JSON with the same member names.</summary>
/// <param name="Status">What happens, in Docker's words (<c>Pulling fs layer</c>, <c>Downloading</c> …).</param>
/// <param name="Id">Which layer (12 hex digits) or tag it is about.</param>
/// <param name="Current">Bytes done, with <paramref name="Total"/>.</param>
/// <param name="Total">Bytes in all.</param>
/// <param name="Stream">Text printed as it is, instead of a status (load and build).</param>
/// <param name="Aux">What was pushed, for programs.</param>
public sealed record ProgressMessage(string? Status, string? Id = null, long? Current = null, long? Total = null, string? Stream = null, PushResult? Aux = null);
