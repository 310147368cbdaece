using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Engine.Containers.Files;
using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Streams;
using Quai.Engine.Containers.Succession;
using Quai.Engine.Containers.Views;

namespace Quai.Engine.Containers;

/// <summary>The facade of the engine's containers: each operation is a separate class, and nothing is done here.</summary>
internal sealed class ContainerOperations : IContainers, IContainerFiles
{
    public required ContainerRegistry Registry { get; init; }

    public required CreateContainer Create { get; init; }

    public required StartContainer Start { get; init; }

    public required StartBeside StartBeside { get; init; }

    public required SucceedContainer Succeed { get; init; }

    public required StopContainer Stop { get; init; }

    public required RestartContainer Restart { get; init; }

    public required KillContainer Kill { get; init; }

    public required PauseContainer Pause { get; init; }

    public required UnpauseContainer Unpause { get; init; }

    public required RenameContainer Rename { get; init; }

    public required RemoveContainer Remove { get; init; }

    public required RemoveLink RemoveLink { get; init; }

    public required PruneContainers Prune { get; init; }

    public required UpdateContainer Update { get; init; }

    public required WaitContainer Wait { get; init; }

    public required ConnectContainer Connect { get; init; }

    public required DisconnectContainer Disconnect { get; init; }

    public required InspectContainer Inspect { get; init; }

    public required ListContainers List { get; init; }

    public required TopContainer Top { get; init; }

    public required ContainerStatistics Statistics { get; init; }

    public required ContainerChanges Changes { get; init; }

    public required ContainerLogs Logs { get; init; }

    public required AttachContainer Attach { get; init; }

    public required ResizeContainer Resize { get; init; }

    public required StatPath Stat { get; init; }

    public required ArchivePath Archive { get; init; }

    public required ExtractArchive Extract { get; init; }

    public required ExportContainer Export { get; init; }

    public required CommitContainer Commit { get; init; }

    public Task<ContainerCreateResponse> CreateAsync(string? name, string? platform, ContainerCreateRequest request, CancellationToken cancellation) => Create.RunAsync(name, platform, request, cancellation);

    public Task StartAsync(string id, CancellationToken cancellation) => Start.RunAsync(id, cancellation);

    public Task StartBesideAsync(string id, CancellationToken cancellation) => StartBeside.RunAsync(id, cancellation);

    public Task SucceedAsync(string id, string former, CancellationToken cancellation) => Succeed.RunAsync(id, former, cancellation);

    public Task StopAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation) => Stop.RunAsync(id, signal, timeoutSeconds, cancellation);

    public Task RestartAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation) => Restart.RunAsync(id, signal, timeoutSeconds, cancellation);

    public Task KillAsync(string id, string? signal, CancellationToken cancellation) => Kill.RunAsync(id, signal, cancellation);

    public Task PauseAsync(string id, CancellationToken cancellation) => Pause.RunAsync(id, cancellation);

    public Task UnpauseAsync(string id, CancellationToken cancellation) => Unpause.RunAsync(id, cancellation);

    public Task RenameAsync(string id, string newName, CancellationToken cancellation) => Rename.RunAsync(id, newName, cancellation);

    public Task RemoveAsync(string id, bool force, bool volumes, bool link, CancellationToken cancellation) => link ? RemoveLink.RunAsync(id, cancellation) : Remove.RunAsync(id, force, volumes, cancellation);

    public Task ConnectAsync(string network, string id, EndpointSettings? settings, CancellationToken cancellation) => Connect.RunAsync(network, id, settings, cancellation);

    public Task DisconnectAsync(string network, string id, bool force, CancellationToken cancellation) => Disconnect.RunAsync(network, id, force, cancellation);

    public Task<Task<ContainerWaitResponse>> WaitAsync(string id, string condition, CancellationToken cancellation) => Wait.RunAsync(id, condition, cancellation);

    public Task<ContainerInspect> InspectAsync(string id, bool size, CancellationToken cancellation) => Inspect.RunAsync(id, size, cancellation);

    public Task<List<ContainerSummary>> ListAsync(bool all, int limit, bool size, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation) =>
        List.RunAsync(all, limit, size, filters, cancellation);

    public Task<ContainerTopResponse> TopAsync(string id, string? psArguments, CancellationToken cancellation) => Top.RunAsync(id, psArguments, cancellation);

    public IAsyncEnumerable<ContainerStats> StatsAsync(string id, bool stream, bool oneShot, CancellationToken cancellation) => Statistics.RunAsync(id, stream, oneShot, cancellation);

    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> LogsAsync(string id, LogsRequest request, CancellationToken cancellation) => Logs.RunAsync(id, request, cancellation);

    public Task<IAttachSession> AttachAsync(string id, AttachRequest request, CancellationToken cancellation) => Attach.RunAsync(id, request, cancellation);

    public Task ResizeAsync(string id, ushort rows, ushort columns, CancellationToken cancellation) => Resize.RunAsync(id, rows, columns, cancellation);

    public Task<ContainerUpdateResponse> UpdateAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation) => Update.RunAsync(id, request, cancellation);

    public Task<List<FilesystemChange>> ChangesAsync(string id, CancellationToken cancellation) => Changes.RunAsync(id, cancellation);

    public Task<ContainersPruneResponse> PruneAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation) => Prune.RunAsync(filters, cancellation);

    public IReadOnlyList<(string ContainerId, bool Running)> UsersOfImage(string imageId) => Registry.UsersOfImage(imageId);

    public Task<ContainerPathStat> StatPathAsync(string id, string path, CancellationToken cancellation) => Stat.RunAsync(id, path, cancellation);

    public Task<IContainerArchive> ArchivePathAsync(string id, string path, CancellationToken cancellation) => Archive.RunAsync(id, path, cancellation);

    public Task ExtractAsync(string id, string path, bool noOverwriteDirNonDir, bool copyOwner, Stream content, CancellationToken cancellation) =>
        Extract.RunAsync(id, path, noOverwriteDirNonDir, copyOwner, content, cancellation);

    public Task<IContainerArchive> ExportAsync(string id, CancellationToken cancellation) => Export.RunAsync(id, cancellation);

    public Task<string> CommitAsync(CommitRequest request, CancellationToken cancellation) => Commit.RunAsync(request, cancellation);
}
