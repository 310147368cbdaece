using System.Runtime.CompilerServices;
using Quai.Api.Containers;
using Quai.Engine.Containers;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>An engine whose behaviour each test defines; anything undefined is an error.</summary>
internal sealed class FakeContainers : IContainers
{
    public Func<string?, string?, ContainerCreateRequest, ContainerCreateResponse>? OnCreate { get; set; }

    public Func<string, CancellationToken, Task>? OnStart { get; set; }

    public Func<string, CancellationToken, Task<Task<ContainerWaitResponse>>>? OnWait { get; set; }

    public Func<string, AttachRequest, IAttachSession>? OnAttach { get; set; }

    public Func<string, ContainerInspect>? OnInspect { get; set; }

    public Func<string, string?, int?, Task>? OnStop { get; set; }

    public Func<IReadOnlyDictionary<string, IReadOnlyList<string>>, List<ContainerSummary>> OnList { get; set; } = _ => [];

    public Func<string, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>>? OnLogs { get; set; }

    public List<(string ContainerId, bool Running)> Users { get; } = [];

    public Task<ContainerCreateResponse> CreateAsync(string? name, string? platform, ContainerCreateRequest request, CancellationToken cancellation) =>
        Task.FromResult((OnCreate ?? throw Unexpected())(name, platform, request));

    public Task StartAsync(string id, CancellationToken cancellation) => (OnStart ?? throw Unexpected())(id, cancellation);

    public Task StartBesideAsync(string id, CancellationToken cancellation) => throw Unexpected();

    public Task SucceedAsync(string id, string former, CancellationToken cancellation) => throw Unexpected();

    public Task StopAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation) => (OnStop ?? throw Unexpected())(id, signal, timeoutSeconds);

    public Task RestartAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation) => throw Unexpected();

    public Task KillAsync(string id, string? signal, CancellationToken cancellation) => throw Unexpected();

    public Task PauseAsync(string id, CancellationToken cancellation) => throw Unexpected();

    public Task UnpauseAsync(string id, CancellationToken cancellation) => throw Unexpected();

    public Task RenameAsync(string id, string newName, CancellationToken cancellation) => throw Unexpected();

    public Task RemoveAsync(string id, bool force, bool volumes, bool link, CancellationToken cancellation) => throw Unexpected();

    public Task ConnectAsync(string network, string id, Api.Networks.EndpointSettings? settings, CancellationToken cancellation) => throw Unexpected();

    public Task DisconnectAsync(string network, string id, bool force, CancellationToken cancellation) => throw Unexpected();

    public Task<Task<ContainerWaitResponse>> WaitAsync(string id, string condition, CancellationToken cancellation) => (OnWait ?? throw Unexpected())(condition, cancellation);

    public Task<ContainerInspect> InspectAsync(string id, bool size, CancellationToken cancellation) => Task.FromResult((OnInspect ?? throw Unexpected())(id));

    public Task<List<ContainerSummary>> ListAsync(bool all, int limit, bool size, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation) =>
        Task.FromResult(OnList(filters));

    public Task<ContainerTopResponse> TopAsync(string id, string? psArguments, CancellationToken cancellation) => throw Unexpected();

    public IAsyncEnumerable<ContainerStats> StatsAsync(string id, bool stream, bool oneShot, CancellationToken cancellation) => throw Unexpected();

    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> LogsAsync(string id, LogsRequest request, CancellationToken cancellation) =>
        Task.FromResult((OnLogs ?? throw Unexpected())(id, cancellation));

    public Task<IAttachSession> AttachAsync(string id, AttachRequest request, CancellationToken cancellation) => Task.FromResult((OnAttach ?? throw Unexpected())(id, request));

    public Task ResizeAsync(string id, ushort rows, ushort columns, CancellationToken cancellation) => throw Unexpected();

    public Task<ContainerUpdateResponse> UpdateAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation) => throw Unexpected();

    public Task<List<FilesystemChange>> ChangesAsync(string id, CancellationToken cancellation) => throw Unexpected();

    public Task<ContainersPruneResponse> PruneAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation) => throw Unexpected();

    public IReadOnlyList<(string ContainerId, bool Running)> UsersOfImage(string imageId) => Users;

    private static InvalidOperationException Unexpected([CallerMemberName] string member = "") => new($"{member} was not expected");
}
