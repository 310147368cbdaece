using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>Further programs in containers, each given by its id. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class ExecClient
{
    private readonly HttpTransport _transport;

    internal ExecClient(HttpTransport transport) => _transport = transport;

    /// <summary>Prepares a program in a running container.</summary>
    public Task<IdResponse> CreateAsync(string container, ExecCreateRequest request, CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "POST", new Query($"/containers/{Query.Segment(container)}/exec"), ApiJson.Default.IdResponse, JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.ExecCreateRequest),
            cancellation: cancellation);

    /// <summary>Starts a program with nobody attached.</summary>
    public Task StartAsync(string exec, ExecStartRequest request, CancellationToken cancellation = default) =>
        _transport.DoAsync("POST", PathOf(exec, "start"), Body(request), cancellation: cancellation);

    /// <summary>Starts a program and joins its streams.</summary>
    public async Task<Connection> AttachAsync(string exec, ExecStartRequest request, CancellationToken cancellation = default) =>
        await (await _transport.StartUpgradeAsync(PathOf(exec, "start"), Body(request), cancellation)).UpgradeAsync(cancellation);

    /// <summary>Sets the size of a program's terminal.</summary>
    public Task ResizeAsync(string exec, int rows, int columns, CancellationToken cancellation = default) =>
        _transport.DoAsync("POST", PathOf(exec, "resize").WithSize(rows, columns), cancellation: cancellation);

    /// <summary>One program: whether it is running, and how it ended.</summary>
    public Task<ExecInspect> InspectAsync(string exec, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(exec, "json"), ApiJson.Default.ExecInspect, cancellation: cancellation);

    private static byte[] Body(ExecStartRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.ExecStartRequest);

    private static Query PathOf(string exec, string what) => new($"/exec/{Query.Segment(exec)}/{what}");
}
