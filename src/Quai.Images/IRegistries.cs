using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images;

/// <summary>The image store's registry operations, by the OCI distribution specification, for the daemon and the signatures.</summary>
public interface IRegistries
{
    /// <summary>Pulls one reference, as <see cref="IImageStore.PullAsync"/> does.</summary>
    /// <param name="reference">A name as users write it; tag <c>latest</c> if it has neither tag nor digest.</param>
    /// <param name="options">Which platform, and whether existing content is used.</param>
    /// <param name="auth">Credentials for the registry; null for none.</param>
    /// <param name="progress">Receives each message in order.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept for another attempt.</param>
    Task<Image> PullOneAsync(string reference, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation);

    /// <summary>Pulls all tags of a repository, one after the other.</summary>
    /// <exception cref="QuaiException">The name has a tag or digest, or a pull failed.</exception>
    Task PullAllTagsAsync(string repository, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation);

    /// <summary>Pushes a tag of a repository, or all of its tags. Pulled content is pushed unchanged: its digest stays.</summary>
    /// <param name="repository">The name, without tag.</param>
    /// <param name="tag">The tag; null for all.</param>
    /// <param name="platform">Pushes only this platform's manifest; null for the whole image, as far as it is here.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="progress">Receives each message in order.</param>
    /// <param name="cancellation">Stops the upload; the registry decides how long it keeps what it received.</param>
    Task PushAsync(string repository, string? tag, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation);

    /// <summary>Asks a registry whether it accepts credentials.</summary>
    /// <param name="auth">The credentials and, in <see cref="RegistryAuth.ServerAddress"/>, the registry; Docker Hub if that is empty.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>The identity token to keep instead of the password; empty if the registry gives none.</returns>
    /// <exception cref="QuaiException">It does not, or cannot be reached.</exception>
    Task<string> LoginAsync(RegistryAuth auth, CancellationToken cancellation);

    /// <summary>What a registry has under a name: its descriptor and the platforms that it is for.</summary>
    Task<RemoteImage> InspectAsync(string reference, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>Searches a registry that has an index (such as Docker Hub).</summary>
    /// <param name="term">What to look for; <c>host/term</c> asks another registry.</param>
    /// <param name="limit">Most results.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops asking.</param>
    Task<IReadOnlyList<FoundRepository>> SearchAsync(string term, int limit, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>All tags of a repository, in the registry's order.</summary>
    Task<IReadOnlyList<string>> ListTagsAsync(string repository, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>What refers to an image's manifest: signatures, bills of materials and the like.</summary>
    /// <param name="reference">The image; by tag it is resolved first.</param>
    /// <param name="artifactType">Only of this type; null for all.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops asking.</param>
    Task<ReferrerList> ReferrersAsync(string reference, string? artifactType, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>A manifest's bytes, verified if it is named by digest.</summary>
    Task<byte[]> FetchManifestAsync(string reference, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>Pushes an index (a manifest list) to a registry under a tag. Its entries are copied from where they are, within that registry or from another.</summary>
    /// <param name="target">Name and tag.</param>
    /// <param name="index">The index's bytes, as they are to be stored.</param>
    /// <param name="sources">For each entry that may not be in the target's repository yet: <c>name@digest</c>.</param>
    /// <param name="auth">Credentials for the target's registry; null for none.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>The index's digest.</returns>
    /// <exception cref="QuaiException">It is not an index, or an entry cannot be fetched.</exception>
    Task<Digest> PushIndexAsync(string target, byte[] index, IReadOnlyList<string> sources, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>Pushes an artifact whose manifest holds its config and layers itself, as their descriptors' <c>data</c>.</summary>
    /// <param name="target">Name and tag.</param>
    /// <param name="manifest">The manifest's bytes, as they are to be stored.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>The manifest's digest.</returns>
    /// <exception cref="QuaiException">It does not hold all of it, or not what its digests say.</exception>
    Task<Digest> PushArtifactAsync(string target, byte[] manifest, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>A small blob of a repository, verified, in memory.</summary>
    /// <param name="repository">The repository's name.</param>
    /// <param name="blob">Which.</param>
    /// <param name="limit">Most bytes; a larger blob is refused.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops the download.</param>
    Task<byte[]> FetchBlobAsync(string repository, Descriptor blob, int limit, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>Downloads a blob of a repository into the store, verified.</summary>
    /// <param name="repository">The repository's name.</param>
    /// <param name="blob">Which.</param>
    /// <param name="lease">Holds it.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="advanced">Receives the number of bytes that are here.</param>
    /// <param name="cancellation">Stops the download; nothing is left.</param>
    Task DownloadBlobAsync(string repository, Descriptor blob, Lease lease, RegistryAuth? auth, Action<long> advanced, CancellationToken cancellation);

    /// <summary>Removes what unfinished pulls left for another attempt.</summary>
    /// <param name="all">All of it; otherwise only what is older than <see cref="ImageStoreOptions.UnfinishedLifetime"/>.</param>
    /// <param name="cancellation">Only before anything is removed.</param>
    /// <returns>Bytes freed.</returns>
    Task<long> SweepUnfinishedAsync(bool all, CancellationToken cancellation);
}
