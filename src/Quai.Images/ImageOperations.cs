using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Images.Archives;
using Quai.Images.Catalog;
using Quai.Images.Commits;
using Quai.Images.Containers;
using Quai.Images.Pulls;
using Quai.Images.Removal;
using Quai.Images.Trust;
using Quai.Images.Verification;
using Quai.Images.Views;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images;

/// <summary>The facade for images: each operation is a separate class, and nothing is done here.</summary>
internal sealed class ImageOperations : IImageStore
{
    public required ImageCatalog Catalog { get; init; }

    public required ImageEvents Events { get; init; }

    public required SnapshotStore Snapshots { get; init; }

    public required AdmitImage Admission { get; init; }

    public required PullImage Pull { get; init; }

    public required LoadImages Load { get; init; }

    public required ImportImage Import { get; init; }

    public required SaveImages Save { get; init; }

    public required CommitImage Commit { get; init; }

    public required RecordBuiltImage Built { get; init; }

    public required RecordBuiltIndex BuiltIndexes { get; init; }

    public required TagImage Tag { get; init; }

    public required RemoveImage Remove { get; init; }

    public required RemoveUnusedImage RemoveUnused { get; init; }

    public required MeasureDiskUsage DiskUsage { get; init; }

    public required VerifyImages Verify { get; init; }

    public required ListManifests ManifestList { get; init; }

    public required ShowHistory HistoryView { get; init; }

    public required PrepareSnapshot Prepare { get; init; }

    public required RemoveSnapshot SnapshotRemoval { get; init; }

    public required RecoverImages Recovery { get; init; }

    public event Action<string, string, string>? Changed
    {
        add => Events.Changed += value;
        remove => Events.Changed -= value;
    }

    public Image Resolve(string reference, Platform? platform = null) => Catalog.Find(reference, platform).Image;

    public IReadOnlyList<Image> ResolveAll(string reference) => [.. Catalog.FindAll(reference).Select(i => i.Image)];

    public Image Admit(string reference, Platform? platform = null) => Admission.Run(reference, platform);

    public IReadOnlyList<Image> List() => [.. Catalog.All.Select(i => i.Image)];

    public Task<Image> PullAsync(string reference, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        Pull.RunAsync(reference, new PullOptions { Platform = platform }, auth, progress, cancellation);

    public Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, IReadOnlyList<Platform> platforms, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        Load.RunAsync(archive, platforms, progress, cancellation);

    public Task<Image> ImportAsync(Stream archive, string? repositoryTag, string? message, IReadOnlyList<string> configure, string? platform, CancellationToken cancellation) =>
        Import.RunAsync(archive, repositoryTag, message, configure, platform, cancellation);

    public Task<ISavedArchive> SaveAsync(IReadOnlyList<string> references, IReadOnlyList<Platform> platforms, CancellationToken cancellation) =>
        Save.RunAsync(references, platforms, cancellation);

    public Task<Image> RecordAsync(BuiltImage built, Lease lease, CancellationToken cancellation) => Built.RunAsync(built, lease, cancellation);

    public Task<IReadOnlyList<Image>> RecordAsync(BuiltIndex built, CancellationToken cancellation) => BuiltIndexes.RunAsync(built, cancellation);

    public Task<Image> CommitAsync(ContainerCommit commit, CancellationToken cancellation) => Commit.RunAsync(commit, cancellation);

    public Task TagAsync(string source, string repository, string? tag, CancellationToken cancellation) => Tag.RunAsync(source, repository, tag, cancellation);

    public Task<IReadOnlyList<ImageDeleted>> RemoveAsync(
        string reference, bool force, bool noPrune, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation, IReadOnlyList<Platform>? platforms = null) =>
        Remove.RunAsync(reference, force, noPrune, usedBy, platforms, cancellation);

    public Task<PrunedImages?> RemoveUnusedAsync(string id, bool untaggedOnly, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation) =>
        RemoveUnused.RunAsync(id, untaggedOnly, usedBy, cancellation);

    public Task<ImageDiskUsage> DiskUsageAsync(CancellationToken cancellation) => DiskUsage.RunAsync(cancellation);

    public Task<VerificationSummary> VerifyAsync(IReadOnlyList<string> references, IProgress<VerificationFinding> findings, CancellationToken cancellation) =>
        Verify.RunAsync(references, findings, cancellation);

    public IReadOnlyList<ImageManifest> Manifests(string id) => ManifestList.Run(id);

    public IReadOnlyList<ImageHistory> History(string reference, Platform? platform = null) => HistoryView.Run(reference, platform);

    public Task<Snapshot> PrepareSnapshotAsync(string key, string imageId, CancellationToken cancellation) => Prepare.RunAsync(key, imageId, cancellation);

    public Snapshot GetSnapshot(string key) => Snapshots.Get(key);

    public Task RemoveSnapshotAsync(string key, CancellationToken cancellation) => SnapshotRemoval.RunAsync(key, cancellation);

    public Task<long> SnapshotSizeAsync(string key, CancellationToken cancellation) => Snapshots.SizeAsync(key, cancellation);

    public Task RecoverAsync(IReadOnlySet<string> containers, CancellationToken cancellation) => Recovery.RunAsync(containers, cancellation);
}
