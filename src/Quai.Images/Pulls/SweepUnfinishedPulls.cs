using Microsoft.Extensions.Logging;
using Quai.Content.Blobs;
using Quai.Content.Collecting;

namespace Quai.Images.Pulls;

/// <summary>Removes what unfinished pulls left: on request, and periodically what has waited too long.</summary>
internal sealed partial class SweepUnfinishedPulls : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly UnfinishedPulls _unfinished;
    private readonly BlobStore _blobs;
    private readonly Leases _leases;
    private readonly CollectionGate _gate;
    private readonly ContentCollector _collector;
    private readonly ILogger _logger;
    private readonly ITimer _sweeping;

    public SweepUnfinishedPulls(
        UnfinishedPulls unfinished, BlobStore blobs, Leases leases, CollectionGate gate, ContentCollector collector, TimeProvider time, ILogger logger)
    {
        _unfinished = unfinished;
        _blobs = blobs;
        _leases = leases;
        _gate = gate;
        _collector = collector;
        _logger = logger;
        _sweeping = time.CreateTimer(_ => _ = RunQuietlyAsync(), null, Interval, Interval);
    }

    public async Task<long> RunAsync(bool all, CancellationToken cancellation)
    {
        DateTimeOffset before = all ? DateTimeOffset.MaxValue : _unfinished.Oldest;
        List<(string Digest, long Size)> waiting = _unfinished.Waiting(all);
        waiting.RemoveAll(w => _leases.Holds(w.Digest));
        await _collector.RunAsync((c, _) => UnfinishedPulls.Forget(c, waiting.Select(w => w.Digest)), measure: false, cancellation).ConfigureAwait(false);
        using IDisposable _ = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        return waiting.Sum(w => w.Size) + _blobs.SweepUnfinished(before, _leases.Holds);
    }

    public ValueTask DisposeAsync() => _sweeping.DisposeAsync();

    private async Task RunQuietlyAsync()
    {
        try
        {
            await RunAsync(all: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotSwept(_logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what unfinished pulls left cannot be removed now")]
    private static partial void LogNotSwept(ILogger logger, Exception exception);
}
