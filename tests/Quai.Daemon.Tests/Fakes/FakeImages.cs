using Quai.Content.Snapshots;
using Quai.Images;
using Quai.Images.Verification;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>Images for which a test defines what exists and what a pull does.</summary>
internal sealed class FakeImages : IImageStore
{
#pragma warning disable CS0067 // the contract's
    public event Action<string, string, string>? Changed;
#pragma warning restore CS0067

    public List<Image> Images { get; } = [];

    public List<string> Asked { get; } = [];

    public RegistryAuth? Auth { get; private set; }

    public Func<IProgress<ProgressMessage>, Task>? OnPull { get; set; }

    public long LoadedBytes { get; private set; }

    public Image Admit(string reference, Platform? platform = null) => Resolve(reference, platform);

    public Image Resolve(string reference, Platform? platform = null)
    {
        Asked.Add(reference);
        return Images.Find(i => i.Id == reference || i.RepoTags.Contains(reference)) ?? throw new ImageNotFoundException(reference);
    }

    public IReadOnlyList<Image> ResolveAll(string reference) => [Resolve(reference)];

    public IReadOnlyList<Image> List() => Images;

    public async Task<Image> PullAsync(string reference, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        Asked.Add(reference);
        Auth = auth;
        await OnPull!(progress);
        return Images[0];
    }

    public async Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, IReadOnlyList<Platform> platforms, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        byte[] buffer = new byte[65536];
        for (int read; (read = await archive.ReadAsync(buffer, cancellation)) > 0;)
        {
            LoadedBytes += read;
        }

        return [new LoadedImage("sha256:1", "box:latest"), new LoadedImage("sha256:2", null)];
    }

    public Task<Image> ImportAsync(Stream archive, string? repositoryTag, string? message, IReadOnlyList<string> configure, string? platform, CancellationToken cancellation) => throw Unexpected();

    public Task<ISavedArchive> SaveAsync(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, CancellationToken cancellation) => throw Unexpected();

    public Task<Image> RecordAsync(BuiltImage built, Quai.Content.Collecting.Lease lease, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<Image>> RecordAsync(BuiltIndex built, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Image> CommitAsync(ContainerCommit commit, CancellationToken cancellation) => throw Unexpected();

    public Task TagAsync(string source, string repository, string? tag, CancellationToken cancellation)
    {
        Asked.Add($"{source} -> {repository}:{tag}");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ImageDeleted>> RemoveAsync(string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation, IReadOnlyList<Platform>? platforms = null)
    {
        Asked.Add("remove " + reference);
        return Task.FromResult<IReadOnlyList<ImageDeleted>>([new(reference, null), new(null, "sha256:1")]);
    }

    public Task<PrunedImages?> RemoveUnusedAsync(string id, bool untaggedOnly, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation)
    {
        Asked.Add("prune " + id);
        return Task.FromResult<PrunedImages?>(new([new(null, id)], 5));
    }

    public Task<VerificationSummary> VerifyAsync(IReadOnlyList<string> references, IProgress<VerificationFinding> findings, CancellationToken cancellation)
    {
        findings.Report(new VerificationFinding("blob", "sha256:2", "its file is missing", ["box:latest"]));
        return Task.FromResult(new VerificationSummary(references.Count, 3, 1, 100, 1));
    }

    public IReadOnlyList<ImageManifest> Manifests(string id) => [];

    public Task<ImageDiskUsage> DiskUsageAsync(CancellationToken cancellation) =>
        Task.FromResult(new ImageDiskUsage(100, Images.ToDictionary(i => i.Id, i => (i.Size, 0L)), ids => Images.Where(i => ids.Contains(i.Id)).Sum(i => i.Size)));

    public IReadOnlyList<ImageHistory> History(string reference, Platform? platform = null) => throw Unexpected();

    public Task<Snapshot> PrepareSnapshotAsync(string key, string imageId, CancellationToken cancellation) => throw Unexpected();

    public Snapshot GetSnapshot(string key) => throw Unexpected();

    public Task RemoveSnapshotAsync(string key, CancellationToken cancellation) => throw Unexpected();

    public Task<long> SnapshotSizeAsync(string key, CancellationToken cancellation) => throw Unexpected();

    public Task RecoverAsync(IReadOnlySet<string> containers, CancellationToken cancellation) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("not expected");
}
