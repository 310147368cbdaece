using Quai.Content.Collecting;
using Quai.Images.Pulls;
using Quai.Images.Pushes;
using Quai.Images.Remote;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images;

/// <summary>The facade for registry operations: each one is a separate class, and nothing is done here.</summary>
internal sealed class RegistryOperations : IRegistries
{
    public required PullImage Pull { get; init; }

    public required PullAllTags PullAll { get; init; }

    public required PushImage Push { get; init; }

    public required RegistryLogin Login { get; init; }

    public required InspectRemoteImage Inspect { get; init; }

    public required RegistrySearch Search { get; init; }

    public required ListTags Tags { get; init; }

    public required ListReferrers Referrers { get; init; }

    public required FetchManifest Manifest { get; init; }

    public required PushIndex Index { get; init; }

    public required PushArtifact Artifact { get; init; }

    public required FetchBlob Blob { get; init; }

    public required DownloadBlob Download { get; init; }

    public required SweepUnfinishedPulls Sweep { get; init; }

    public Task<Image> PullOneAsync(string reference, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        Pull.RunAsync(reference, options, auth, progress, cancellation);

    public Task PullAllTagsAsync(string repository, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        PullAll.RunAsync(repository, options, auth, progress, cancellation);

    public Task PushAsync(string repository, string? tag, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        Push.RunAsync(repository, tag, platform, auth, progress, cancellation);

    public Task<string> LoginAsync(RegistryAuth auth, CancellationToken cancellation) => Login.RunAsync(auth, cancellation);

    public Task<RemoteImage> InspectAsync(string reference, RegistryAuth? auth, CancellationToken cancellation) => Inspect.RunAsync(reference, auth, cancellation);

    public Task<IReadOnlyList<FoundRepository>> SearchAsync(string term, int limit, RegistryAuth? auth, CancellationToken cancellation) =>
        Search.RunAsync(term, limit, auth, cancellation);

    public Task<IReadOnlyList<string>> ListTagsAsync(string repository, RegistryAuth? auth, CancellationToken cancellation) => Tags.RunAsync(repository, auth, cancellation);

    public Task<ReferrerList> ReferrersAsync(string reference, string? artifactType, RegistryAuth? auth, CancellationToken cancellation) =>
        Referrers.RunAsync(reference, artifactType, auth, cancellation);

    public Task<byte[]> FetchManifestAsync(string reference, RegistryAuth? auth, CancellationToken cancellation) => Manifest.RunAsync(reference, auth, cancellation);

    public Task<Digest> PushArtifactAsync(string target, byte[] manifest, RegistryAuth? auth, CancellationToken cancellation) => Artifact.RunAsync(target, manifest, auth, cancellation);

    public Task<Digest> PushIndexAsync(string target, byte[] index, IReadOnlyList<string> sources, RegistryAuth? auth, CancellationToken cancellation) =>
        Index.RunAsync(target, index, sources, auth, cancellation);

    public Task<byte[]> FetchBlobAsync(string repository, Descriptor blob, int limit, RegistryAuth? auth, CancellationToken cancellation) =>
        Blob.RunAsync(repository, blob, limit, auth, cancellation);

    public Task DownloadBlobAsync(string repository, Descriptor blob, Lease lease, RegistryAuth? auth, Action<long> advanced, CancellationToken cancellation) =>
        Download.RunAsync(repository, blob, lease, auth, advanced, cancellation);

    public Task<long> SweepUnfinishedAsync(bool all, CancellationToken cancellation) => Sweep.RunAsync(all, cancellation);
}
