using System.Runtime.CompilerServices;
using Grpc.Core;
using Quai.BuildClient.Cache;
using Quai.BuildProtocol.Content;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Workers;
using Quai.Rpc.Calling;

namespace Quai.BuildClient.Builders;

/// <summary>A connection to a builder. Its calls fail with <see cref="BuilderException"/>. Thread-safe: several builds may use one.</summary>
public sealed class BuilderConnection : IAsyncDisposable
{
    private readonly StreamInvoker _invoker;
    private readonly IBuilderConnector _connector;

    private BuilderConnection(IBuilderConnector connector, Stream stream)
    {
        _connector = connector;
        _invoker = new StreamInvoker(stream);
        Control = new Control.ControlClient(_invoker.Invoker);
        Gateway = new LLBBridge.LLBBridgeClient(_invoker.Invoker);
        Blobs = new Content.ContentClient(_invoker.Invoker);
    }

    /// <summary>How the builder is reached.</summary>
    public IBuilderConnector Connector => _connector;

    /// <summary>Builds, their progress and the cache.</summary>
    internal Control.ControlClient Control { get; }

    /// <summary>What is asked within a build.</summary>
    internal LLBBridge.LLBBridgeClient Gateway { get; }

    /// <summary>The blobs that its records of builds name.</summary>
    internal Content.ContentClient Blobs { get; }

    /// <summary>Opens one.</summary>
    /// <param name="connector">How the builder is reached.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Quai.Client.ConnectionException">Nobody listens there.</exception>
    public static async Task<BuilderConnection> OpenAsync(IBuilderConnector connector, CancellationToken cancellation) =>
        new(connector, await connector.OpenAsync(cancellation).ConfigureAwait(false));

    /// <summary>What the builder says of itself.</summary>
    public async Task<BuilderInfo> InfoAsync(CancellationToken cancellation)
    {
        ListWorkersResponse answer = await BuilderException.TranslateAsync(() => Control.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: cancellation).ResponseAsync, cancellation).ConfigureAwait(false);
        WorkerRecord? worker = answer.Record.FirstOrDefault();
        return new BuilderInfo(
            worker?.BuildkitVersion?.Package ?? "",
            worker?.BuildkitVersion?.Version ?? "",
            [.. (worker?.Platforms ?? []).Select(p => $"{p.OS}/{p.Architecture}{(p.Variant.Length > 0 ? "/" + p.Variant : "")}").Distinct()],
            worker?.Labels.ToDictionary() ?? [])
        {
            Rules =
            [
                .. (worker?.GCPolicy ?? []).Select(p => new CachePrune
                {
                    All = p.All,
                    Filters = [.. p.Filters],
                    KeepDuration = TimeSpan.FromTicks(p.KeepDuration / TimeSpan.NanosecondsPerTick),
                    ReservedSpace = p.ReservedSpace,
                    MaxUsedSpace = p.MaxUsedSpace,
                    MinFreeSpace = p.MinFreeSpace,
                }),
            ],
        };
    }

    /// <summary>What builds left behind.</summary>
    /// <param name="filters">Only such; as BuildKit has filters.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<CacheEntry>> DiskUsageAsync(IReadOnlyCollection<string> filters, CancellationToken cancellation)
    {
        DiskUsageResponse answer = await BuilderException.TranslateAsync(
            () => Control.DiskUsageAsync(new DiskUsageRequest { Filter = { filters } }, cancellationToken: cancellation).ResponseAsync, cancellation).ConfigureAwait(false);
        return [.. answer.Record.Select(CacheEntry.Read)];
    }

    /// <summary>Removes what builds left behind.</summary>
    /// <param name="options">What of it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What is removed, as it is.</returns>
    public async IAsyncEnumerable<CacheEntry> PruneAsync(CachePrune options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new PruneRequest
        {
            All = options.All,
            Filter = { options.Filters },
            KeepDuration = options.KeepDuration.Ticks * TimeSpan.NanosecondsPerTick,
            ReservedSpace = options.ReservedSpace,
            MaxUsedSpace = options.MaxUsedSpace,
            MinFreeSpace = options.MinFreeSpace,
        };
        using AsyncServerStreamingCall<UsageRecord> call = Control.Prune(request, cancellationToken: cancellation);
        while (await BuilderException.TranslateAsync(() => call.ResponseStream.MoveNext(cancellation), cancellation).ConfigureAwait(false))
        {
            yield return CacheEntry.Read(call.ResponseStream.Current);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return default;
    }

    /// <summary>Opens a session's connection.</summary>
    internal Task<Stream> OpenSessionAsync(IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation) =>
        _connector.OpenSessionAsync(_invoker.Invoker, headers, cancellation);
}
