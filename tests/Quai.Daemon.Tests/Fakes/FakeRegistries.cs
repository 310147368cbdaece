using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>Registries whose answers a test defines.</summary>
internal sealed class FakeRegistries(FakeImages images) : IRegistries
{
    public List<string> Asked { get; } = [];

    public RegistryAuth? Auth { get; private set; }

    public Func<IProgress<ProgressMessage>, Task> OnPush { get; set; } = _ => Task.CompletedTask;

    public Func<RegistryAuth, string> OnLogin { get; set; } = _ => "";

    public List<FoundRepository> Found { get; } = [];

    public Task<Image> PullOneAsync(string reference, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        Asked.Add($"pull {reference} {options.Platform} {options.NoCache}");
        return images.PullAsync(reference, options.Platform, auth, progress, cancellation);
    }

    public Task PullAllTagsAsync(string repository, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        Asked.Add($"pull all {repository}");
        return images.PullAsync(repository, options.Platform, auth, progress, cancellation);
    }

    public Task PushAsync(string repository, string? tag, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        Asked.Add($"push {repository} {tag} {platform}");
        Auth = auth;
        return OnPush(progress);
    }

    public Task<string> LoginAsync(RegistryAuth auth, CancellationToken cancellation)
    {
        Auth = auth;
        return Task.FromResult(OnLogin(auth));
    }

    public Task<RemoteImage> InspectAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        Asked.Add("inspect " + reference);
        return Task.FromResult(new RemoteImage(
            new Descriptor { MediaType = MediaTypes.OciIndex, Digest = "sha256:1", Size = 7 }, [new PlatformDescription { Os = "linux", Architecture = "arm", Variant = "v7" }]));
    }

    public Task<IReadOnlyList<FoundRepository>> SearchAsync(string term, int limit, RegistryAuth? auth, CancellationToken cancellation)
    {
        Asked.Add($"search {term} {limit}");
        return Task.FromResult<IReadOnlyList<FoundRepository>>(Found);
    }

    public Task<long> SweepUnfinishedAsync(bool all, CancellationToken cancellation)
    {
        Asked.Add("sweep");
        return Task.FromResult(5L);
    }

    public Task<IReadOnlyList<string>> ListTagsAsync(string repository, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<ReferrerList> ReferrersAsync(string reference, string? artifactType, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<byte[]> FetchManifestAsync(string reference, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<Digest> PushArtifactAsync(string target, byte[] manifest, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<Digest> PushIndexAsync(string target, byte[] index, IReadOnlyList<string> sources, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task DownloadBlobAsync(string repository, Descriptor blob, Quai.Content.Collecting.Lease lease, RegistryAuth? auth, Action<long> advanced, CancellationToken cancellation) =>
        throw new InvalidOperationException();

    public Task<byte[]> FetchBlobAsync(string repository, Descriptor blob, int limit, RegistryAuth? auth, CancellationToken cancellation) => throw new InvalidOperationException();
}
