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
    IReadOnlyList<string> LayerDirectories);

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
