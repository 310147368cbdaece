using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>Containers, each given by name or id. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class ContainerClient
{
    private readonly HttpTransport _transport;

    internal ContainerClient(HttpTransport transport) => _transport = transport;

    /// <summary>The containers.</summary>
    /// <param name="all">Include stopped ones.</param>
    /// <param name="limit">Maximum number, newest first; 0 for all.</param>
    /// <param name="size">Include sizes.</param>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<ContainerSummary>> ListAsync(
        bool all = false, long limit = 0, bool size = false, IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default)
    {
        Query query = new Query("/containers/json").WithSwitch("all", all).WithText("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : "")
            .WithSwitch("size", size).WithFilters(filters);
        return _transport.ReadAsync("GET", query, ApiJson.Default.ListContainerSummary, cancellation: cancellation);
    }

    /// <summary>Creates a container.</summary>
    /// <param name="request">Its configuration.</param>
    /// <param name="name">Its name; empty for one chosen by the daemon.</param>
    /// <param name="platform">The platform of its image, <c>os/architecture/variant</c>; empty for the daemon's.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<ContainerCreateResponse> CreateAsync(ContainerCreateRequest request, string name = "", string platform = "", CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "POST", new Query("/containers/create").WithText("name", name).WithText("platform", platform), ApiJson.Default.ContainerCreateResponse,
            JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.ContainerCreateRequest), cancellation: cancellation);

    /// <summary>One container.</summary>
    public Task<ContainerInspect> InspectAsync(string container, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(container, "json"), ApiJson.Default.ContainerInspect, cancellation: cancellation);

    /// <summary>What code that joins a container's streams needs to know about it.</summary>
    public async Task<ContainerOutline> OutlineAsync(string container, CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync("GET", PathOf(container, "json"), cancellation: cancellation);
        return JsonSerializer.Deserialize(await response.ReadAllAsync(cancellation), OutlineJson.Default.ContainerOutline) ?? throw new JsonException("it is empty");
    }

    /// <summary>One container, as the daemon's JSON.</summary>
    /// <param name="container">The container.</param>
    /// <param name="size">Include its size.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JsonElement> InspectDocumentAsync(string container, bool size = false, CancellationToken cancellation = default) =>
        _transport.ReadDocumentAsync(PathOf(container, "json").WithSwitch("size", size), cancellation);

    /// <summary>Starts a container.</summary>
    public Task StartAsync(string container, CancellationToken cancellation = default) => DoAsync(PathOf(container, "start"), cancellation);

    /// <summary>Starts a container beside the one whose place it is to take: until it does, it publishes none of its ports and goes by none of its aliases. Quai's own.</summary>
    public Task StartBesideAsync(string container, CancellationToken cancellation = default) => DoAsync(new Query("/quai/containers/start-beside").With("name", container), cancellation);

    /// <summary>Has a container that was started beside another take over that one's ports, aliases and name; both go on running. Quai's own.</summary>
    /// <param name="container">The container.</param>
    /// <param name="former">The other.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task SucceedAsync(string container, string former, CancellationToken cancellation = default) =>
        DoAsync(new Query("/quai/containers/succeed").With("name", container).With("container", former), cancellation);

    /// <summary>Stops a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="signal">The signal; empty for the container's own.</param>
    /// <param name="timeout">Seconds to wait before it is killed; null for the container's own.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task StopAsync(string container, string signal = "", long? timeout = null, CancellationToken cancellation = default) =>
        DoAsync(Ending(container, "stop", signal, timeout), cancellation);

    /// <summary>Stops a container and starts it again.</summary>
    /// <param name="container">The container.</param>
    /// <param name="signal">The signal; empty for the container's own.</param>
    /// <param name="timeout">Seconds to wait before it is killed; null for the container's own.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task RestartAsync(string container, string signal = "", long? timeout = null, CancellationToken cancellation = default) =>
        DoAsync(Ending(container, "restart", signal, timeout), cancellation);

    /// <summary>Sends a signal; empty for KILL.</summary>
    public Task KillAsync(string container, string signal = "", CancellationToken cancellation = default) => DoAsync(PathOf(container, "kill").WithText("signal", signal), cancellation);

    /// <summary>Freezes a container's processes.</summary>
    public Task PauseAsync(string container, CancellationToken cancellation = default) => DoAsync(PathOf(container, "pause"), cancellation);

    /// <summary>Thaws a container's processes.</summary>
    public Task UnpauseAsync(string container, CancellationToken cancellation = default) => DoAsync(PathOf(container, "unpause"), cancellation);

    /// <summary>Renames a container.</summary>
    public Task RenameAsync(string container, string name, CancellationToken cancellation = default) => DoAsync(PathOf(container, "rename").With("name", name), cancellation);

    /// <summary>Sets the size of a container's terminal.</summary>
    public Task ResizeAsync(string container, int rows, int columns, CancellationToken cancellation = default) =>
        DoAsync(PathOf(container, "resize").WithSize(rows, columns), cancellation);

    /// <summary>Changes a container's limits.</summary>
    public Task<ContainerUpdateResponse> UpdateAsync(string container, ContainerUpdateRequest request, CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "POST", PathOf(container, "update"), ApiJson.Default.ContainerUpdateResponse, JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.ContainerUpdateRequest),
            cancellation: cancellation);

    /// <summary>Removes a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="force">Even if it is running.</param>
    /// <param name="volumes">Also its anonymous volumes.</param>
    /// <param name="link">Only the link with this name.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task RemoveAsync(string container, bool force = false, bool volumes = false, bool link = false, CancellationToken cancellation = default) =>
        _transport.DoAsync(
            "DELETE", new Query($"/containers/{Query.Segment(container)}").WithSwitch("v", volumes).WithSwitch("link", link).WithSwitch("force", force), cancellation: cancellation);

    /// <summary>Removes stopped containers.</summary>
    public Task<ContainersPruneResponse> PruneAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/containers/prune").WithFilters(filters), ApiJson.Default.ContainersPruneResponse, cancellation: cancellation);

    /// <summary>The processes of a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="arguments">Arguments of <c>ps</c>; empty for the default.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<ContainerTopResponse> TopAsync(string container, string arguments = "", CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(container, "top").WithText("ps_args", arguments), ApiJson.Default.ContainerTopResponse, cancellation: cancellation);

    /// <summary>A container's resource usage: once, or continuously until it is gone.</summary>
    public async IAsyncEnumerable<ContainerStats> StatsAsync(string container, bool stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync("GET", PathOf(container, "stats").With("stream", stream ? "1" : "0"), cancellation: cancellation);
        await foreach (ContainerStats stats in response.ReadManyAsync(ApiJson.Default.ContainerStats, cancellation))
        {
            yield return stats;
        }
    }

    /// <summary>A container's output.</summary>
    /// <returns>The program's own bytes if it has a terminal, otherwise frames (<see cref="Streams.StdCopy"/>).</returns>
    public Task<ResponseStream> LogsAsync(string container, LogOptions options, CancellationToken cancellation = default) =>
        _transport.SendAsync(
            "GET",
            PathOf(container, "logs").With("stdout", "1").With("stderr", "1").WithSwitch("follow", options.Follow).WithSwitch("timestamps", options.Timestamps)
                .WithSwitch("details", options.Details).WithText("since", options.Since).WithText("until", options.Until).With("tail", options.Tail),
            cancellation: cancellation);

    /// <summary>Requests a container's streams without waiting for the answer: further requests can be sent meanwhile.</summary>
    /// <param name="container">The container.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="detachKeys">The detach keys; empty for the daemon's.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<PendingAnswer> AttachAsync(string container, bool input, bool output = true, bool error = true, string detachKeys = "", CancellationToken cancellation = default) =>
        _transport.StartUpgradeAsync(
            PathOf(container, "attach").With("stream", "1").WithSwitch("stdin", input).WithSwitch("stdout", output).WithSwitch("stderr", error).WithText("detachKeys", detachKeys),
            cancellation: cancellation);

    /// <summary>Requests notification of a container's end, without waiting for it.</summary>
    /// <param name="container">The container.</param>
    /// <param name="condition"><c>not-running</c>, <c>next-exit</c> or <c>removed</c>.</param>
    /// <param name="cancellation">Ends the request.</param>
    public async Task<ContainerWait> WaitAsync(string container, string condition = "not-running", CancellationToken cancellation = default) =>
        new(await _transport.StartAsync("POST", PathOf(container, "wait").With("condition", condition), cancellation));

    private static Query PathOf(string container, string what) => new($"/containers/{Query.Segment(container)}/{what}");

    private static Query Ending(string container, string verb, string signal, long? timeout) =>
        PathOf(container, verb).WithText("signal", signal).WithText("t", timeout?.ToString(CultureInfo.InvariantCulture) ?? "");

    private Task DoAsync(string path, CancellationToken cancellation) => _transport.DoAsync("POST", path, cancellation: cancellation);
}
