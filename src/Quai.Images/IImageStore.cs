using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Images.Verification;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images;

/// <summary>
/// Images and the snapshots of containers: the store's interface to the engine and the daemon.
/// Every name, digest and snapshot is recorded in the metadata database before its files are created,
/// so that <see cref="RecoverAsync"/> can finish or undo whatever a crash interrupted.
/// </summary>
public interface IImageStore
{
    /// <summary>Finds an image by name (<c>busybox</c>, <c>repo:tag</c>, <c>repo@sha256:…</c>), full id or unambiguous id prefix (12 or more usual).</summary>
    /// <param name="reference">What the user wrote.</param>
    /// <param name="platform">Which of several platforms' images with one name; null for this machine's, or any if there is none for it.</param>
    /// <exception cref="ImageNotFoundException">No such image, worded <c>No such image: X</c>.</exception>
    /// <exception cref="Errors.QuaiException">Kind NotFound: the image exists for other platforms only.</exception>
    Image Resolve(string reference, Platform? platform = null);

    /// <summary>Everything that a name or id stands for: several if one index brought several platforms' images; the one for this machine first.</summary>
    /// <exception cref="ImageNotFoundException">No such image.</exception>
    IReadOnlyList<Image> ResolveAll(string reference);

    /// <summary>Finds an image to be run: as <see cref="Resolve"/> does, and only if the policy allows it under that name.</summary>
    /// <exception cref="ImageNotFoundException">No such image.</exception>
    /// <exception cref="Quai.Errors.QuaiException">The policy refuses it.</exception>
    Image Admit(string reference, Platform? platform = null);

    /// <summary>All tagged images and untagged ones that nothing else builds on; newest first.</summary>
    IReadOnlyList<Image> List();

    /// <summary>Pulls one reference (tag <c>latest</c> if neither tag nor digest is given) and reports progress as Docker's JSON stream does.</summary>
    /// <param name="reference">A name as users write it; <c>docker.io/library/</c> is added by Docker's rules.</param>
    /// <param name="platform"><c>os/arch[/variant]</c>; null for this machine's.</param>
    /// <param name="auth">Credentials for the registry; null for none.</param>
    /// <param name="progress">Receives each message in order.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept for another attempt.</param>
    Task<Image> PullAsync(string reference, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation);

    /// <summary>Reads a docker-archive or OCI layout tar (plain, gzip, zstd, bzip2, xz) and returns what was loaded, for "Loaded image: …" lines.</summary>
    /// <param name="archive">The tar.</param>
    /// <param name="platforms">Only these platforms' images; empty for all of a docker-archive and this machine's of an index.</param>
    /// <param name="progress">Receives each message in order.</param>
    /// <param name="cancellation">Stops the load; nothing is left except complete images.</param>
    Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, IReadOnlyList<Platform> platforms, IProgress<ProgressMessage> progress, CancellationToken cancellation);

    /// <summary>Makes a one-layer image from a tar of a root file system (plain, gzip, zstd).</summary>
    /// <param name="archive">The tar.</param>
    /// <param name="repositoryTag">The name to give, or null.</param>
    /// <param name="message">The history comment.</param>
    /// <param name="configure">Changes to apply to the image's config (Dockerfile-like <c>CMD</c>, <c>ENV</c> … lines).</param>
    /// <param name="platform"><c>os/arch[/variant]</c>; null for this machine's.</param>
    /// <param name="cancellation">Stops the import; nothing is left.</param>
    Task<Image> ImportAsync(Stream archive, string? repositoryTag, string? message, IReadOnlyList<string> configure, string? platform, CancellationToken cancellation);

    /// <summary>The named images as a docker-archive that is also an OCI layout, as written by Docker 25 and newer.</summary>
    /// <param name="references">Names or ids; a repository without a tag means all its tags.</param>
    /// <param name="platforms">The platforms that all of them must be for; empty for any.</param>
    /// <param name="cancellation">Only before writing begins.</param>
    /// <exception cref="ImageNotFoundException">One does not exist.</exception>
    Task<ISavedArchive> SaveAsync(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, CancellationToken cancellation);

    /// <summary>Records an image that a build has made.</summary>
    /// <param name="built">The image.</param>
    /// <param name="lease">Holds its layers, unpacked and as blobs.</param>
    /// <param name="cancellation">Only before it is recorded.</param>
    /// <exception cref="Errors.QuaiException">A name is malformed.</exception>
    Task<Image> RecordAsync(BuiltImage built, Lease lease, CancellationToken cancellation);

    /// <summary>Records the images of several platforms that a build has made, all at once.</summary>
    /// <param name="built">The images; a lease of the caller's holds all that belongs to them.</param>
    /// <param name="cancellation">Only before they are recorded.</param>
    /// <exception cref="Errors.QuaiException">A name is malformed.</exception>
    Task<IReadOnlyList<Image>> RecordAsync(BuiltIndex built, CancellationToken cancellation);

    /// <summary>Makes an image from a container's changes: its image's layers and one more.</summary>
    Task<Image> CommitAsync(ContainerCommit commit, CancellationToken cancellation);

    /// <summary>Gives an image another name.</summary>
    Task TagAsync(string source, string repository, string? tag, CancellationToken cancellation);

    /// <summary>Removes a name, and the image with its layers if that was the last one; Docker's rules for conflicts and <paramref name="force"/>.</summary>
    /// <param name="reference">Name or id.</param>
    /// <param name="force">Remove even if a stopped container uses it, or several names point at the id.</param>
    /// <param name="noPrune">Keep untagged parents.</param>
    /// <param name="usedBy">Returns which containers (id, running) use an image id.</param>
    /// <param name="cancellation">Checked before anything is changed.</param>
    /// <param name="platforms">If a name stands for several platforms' images: only these; null or empty for all.</param>
    Task<IReadOnlyList<ImageDeleted>> RemoveAsync(string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation, IReadOnlyList<Platform>? platforms = null);

    /// <summary>Removes an image and all its names if nothing needs it: no container, no image made from it, and no tag if only untagged ones are meant.</summary>
    /// <returns>What was removed, or null if it is needed.</returns>
    Task<PrunedImages?> RemoveUnusedAsync(string id, bool untaggedOnly, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation);

    /// <summary>Disk usage of images. The first call walks through all layers, later ones through new layers only.</summary>
    Task<ImageDiskUsage> DiskUsageAsync(CancellationToken cancellation);

    /// <summary>Recomputes the digests of images' blobs and checks for their unpacked layers. Nothing is changed.</summary>
    /// <param name="references">Which images; none for all, in which case containers' folders and files that nobody owns are checked too.</param>
    /// <param name="findings">Receives each problem as it is found.</param>
    /// <param name="cancellation">Stops at once.</param>
    /// <exception cref="ImageNotFoundException">No such image.</exception>
    Task<VerificationSummary> VerifyAsync(IReadOnlyList<string> references, IProgress<VerificationFinding> findings, CancellationToken cancellation);

    /// <summary>The manifests of an image: its own, and those of other platforms in the index that it came from, whether they are here or not.</summary>
    IReadOnlyList<ImageManifest> Manifests(string id);

    /// <summary>History as <c>docker history</c> shows it, newest first.</summary>
    IReadOnlyList<ImageHistory> History(string reference, Platform? platform = null);

    /// <summary>Reserves a writable snapshot on top of an image for a container: records it and creates its directories. Not mounted.</summary>
    /// <param name="key">The container's id.</param>
    /// <param name="imageId">The image's id (<c>sha256:…</c>).</param>
    /// <param name="cancellation">Nothing is left behind.</param>
    Task<Snapshot> PrepareSnapshotAsync(string key, string imageId, CancellationToken cancellation);

    /// <summary>The snapshot of a container.</summary>
    Snapshot GetSnapshot(string key);

    /// <summary>Forgets a container's snapshot at once and deletes its files in the background (recorded, so that a crash cannot leak them).</summary>
    Task RemoveSnapshotAsync(string key, CancellationToken cancellation);

    /// <summary>Bytes in a container's writable layer.</summary>
    Task<long> SnapshotSizeAsync(string key, CancellationToken cancellation);

    /// <summary>Runs once at start: sweeps partial downloads, half-made snapshots, snapshots whose container is not in <paramref name="containers"/>, and blobs no image owns.</summary>
    Task RecoverAsync(IReadOnlySet<string> containers, CancellationToken cancellation);

    /// <summary>Raised after a change, for the daemon's event stream: action (pull tag untag delete load import), image id, name.</summary>
    event Action<string, string, string>? Changed;
}
