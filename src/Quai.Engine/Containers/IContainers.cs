using Quai.Api.Containers;

namespace Quai.Engine.Containers;

/// <summary>
/// The engine's containers: one method for each Docker operation. Every id parameter takes a full id, an unambiguous prefix or a name.
/// Failures are <see cref="Quai.Errors.QuaiException"/>s in Docker's wording (<c>No such container: x</c>).
/// </summary>
public interface IContainers
{
    /// <summary>Validates the whole request, then reserves name, snapshot and metadata in one go; a failure leaves nothing.</summary>
    Task<ContainerCreateResponse> CreateAsync(string? name, string? platform, ContainerCreateRequest request, CancellationToken cancellation);

    /// <summary>Starts it. Kind NotModified if it is already running.</summary>
    Task StartAsync(string id, CancellationToken cancellation);

    /// <summary>Starts it beside another container whose place it is to take: it publishes none of its ports and goes by none of its aliases until <see cref="SucceedAsync"/>. Quai's own.</summary>
    Task StartBesideAsync(string id, CancellationToken cancellation);

    /// <summary>
    /// Has it take over the published ports, the aliases and the name of another: no connection is refused meanwhile, those that there are stay with the other, which goes on running
    /// beside it, by its former name. The same the other way round undoes it. Quai's own.
    /// </summary>
    /// <param name="id">A running container that was started by <see cref="StartBesideAsync"/>, or was itself succeeded.</param>
    /// <param name="former">The other.</param>
    /// <param name="cancellation">Only before anything is changed.</param>
    Task SucceedAsync(string id, string former, CancellationToken cancellation);

    /// <summary>Sends the stop signal, waits, kills. Kind NotModified if it is not running. Timeout in seconds; null for the container's own (else 10); -1 waits for ever.</summary>
    Task StopAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation);

    /// <summary>Stop and start.</summary>
    Task RestartAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation);

    /// <summary>Sends a signal (name with or without SIG, or number; empty for KILL). Conflict if it is not running.</summary>
    Task KillAsync(string id, string? signal, CancellationToken cancellation);

    /// <summary>Freezes all its processes.</summary>
    Task PauseAsync(string id, CancellationToken cancellation);

    /// <summary>Thaws them.</summary>
    Task UnpauseAsync(string id, CancellationToken cancellation);

    /// <summary>Renames it.</summary>
    Task RenameAsync(string id, string newName, CancellationToken cancellation);

    /// <summary>Removes it; <paramref name="force"/> kills it first; <paramref name="volumes"/> removes its anonymous volumes; <paramref name="link"/>: <paramref name="id"/> names a link of the default bridge, which alone is removed.</summary>
    Task RemoveAsync(string id, bool force, bool volumes, bool link, CancellationToken cancellation);

    /// <summary>Connects it to a network, at once if it is running, otherwise at its next start.</summary>
    /// <param name="network">The network's name, id or id prefix.</param>
    /// <param name="id">The container.</param>
    /// <param name="settings">Endpoint settings; null for none.</param>
    /// <param name="cancellation">Only before anything is changed.</param>
    Task ConnectAsync(string network, string id, Api.Networks.EndpointSettings? settings, CancellationToken cancellation);

    /// <summary>Disconnects it from a network, at once if it is running; <paramref name="force"/> also from one that is gone.</summary>
    Task DisconnectAsync(string network, string id, bool force, CancellationToken cancellation);

    /// <summary>
    /// Waits for a condition (<c>not-running</c>, <c>next-exit</c>, <c>removed</c>). The outer task completes when the container is found and the wait registered
    /// (the API sends its header then), the inner one with the exit code.
    /// </summary>
    Task<Task<ContainerWaitResponse>> WaitAsync(string id, string condition, CancellationToken cancellation);

    /// <summary>Everything known about it; <paramref name="size"/> adds SizeRw and SizeRootFs.</summary>
    Task<ContainerInspect> InspectAsync(string id, bool size, CancellationToken cancellation);

    /// <summary>Rows for <c>ps</c>, newest first. Filters as the API's <c>filters</c> (name → values).</summary>
    Task<List<ContainerSummary>> ListAsync(bool all, int limit, bool size, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation);

    /// <summary>Processes of a container as <c>ps</c> prints them with these arguments (default <c>-ef</c>).</summary>
    Task<ContainerTopResponse> TopAsync(string id, string? psArguments, CancellationToken cancellation);

    /// <summary>One sample, or one per second until cancelled or the container is removed (<paramref name="stream"/>); <paramref name="oneShot"/> skips the pre-sample.</summary>
    IAsyncEnumerable<ContainerStats> StatsAsync(string id, bool stream, bool oneShot, CancellationToken cancellation);

    /// <summary>
    /// Log lines as raw chunks for the client, already framed (or raw for a terminal), oldest first. The outer task throws for unknown containers,
    /// before the first element.
    /// </summary>
    Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> LogsAsync(string id, LogsRequest request, CancellationToken cancellation);

    /// <summary>Connects a client. Also before the start: the streams then join when the container starts. Conflict for a paused or (non-created) stopped one, as in Docker.</summary>
    Task<IAttachSession> AttachAsync(string id, AttachRequest request, CancellationToken cancellation);

    /// <summary>Sets the terminal's size.</summary>
    Task ResizeAsync(string id, ushort rows, ushort columns, CancellationToken cancellation);

    /// <summary>Changes limits and restart policy of a container, running or not.</summary>
    Task<ContainerUpdateResponse> UpdateAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation);

    /// <summary>Files that differ from the image.</summary>
    Task<List<FilesystemChange>> ChangesAsync(string id, CancellationToken cancellation);

    /// <summary>Removes all stopped containers that match.</summary>
    Task<ContainersPruneResponse> PruneAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation);

    /// <summary>Which containers use an image: needed to remove it.</summary>
    IReadOnlyList<(string ContainerId, bool Running)> UsersOfImage(string imageId);
}
