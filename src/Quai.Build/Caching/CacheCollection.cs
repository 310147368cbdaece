using Microsoft.Extensions.Logging;
using Quai.Errors;

namespace Quai.Build.Caching;

/// <summary>Follows the rules of what is kept of the cache: after builds, but not more often than once in a while.</summary>
internal sealed partial class CacheCollection : IDisposable
{
    private readonly IBuildCache _cache;
    private readonly IReadOnlyList<CachePruneOptions> _policies;
    private readonly TimeSpan _pause;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private bool _isAsked;

    /// <param name="cache">The cache.</param>
    /// <param name="policies">The rules.</param>
    /// <param name="pause">How long nothing is collected after a collection.</param>
    /// <param name="log">Is told what went wrong.</param>
    public CacheCollection(IBuildCache cache, IReadOnlyList<CachePruneOptions> policies, TimeSpan pause, ILogger log) => (_cache, _policies, _pause, _log) = (cache, policies, pause, log);

    /// <summary>A build has ended: there may be too much now.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            _isAsked = true;
            if (_running.IsCompleted && _policies.Count > 0 && !_closing.IsCancellationRequested)
            {
                _running = Task.Run(RunAsync);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        _running.GetAwaiter().GetResult();
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (IsAsked())
            {
                foreach (CachePruneOptions policy in _policies)
                {
                    await foreach (CacheRecord record in _cache.PruneAsync(policy, _closing.Token).ConfigureAwait(false))
                    {
                        Removed(_log, record.Id, record.Size, record.Description);
                    }
                }

                await Task.Delay(_pause, _closing.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The next daemon goes on.
        }
        catch (Exception e) when (e is IOException or QuaiException or Microsoft.Data.Sqlite.SqliteException)
        {
            Failed(_log, e);
        }
    }

    private bool IsAsked()
    {
        lock (_gate)
        {
            bool asked = _isAsked;
            _isAsked = false;
            if (!asked)
            {
                // Whoever asks from now on begins anew.
                _running = Task.CompletedTask;
            }

            return asked;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Removed {Id} from the build cache, {Bytes} bytes: {Description}")]
    private static partial void Removed(ILogger log, string id, long bytes, string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "The build cache was not cut back")]
    private static partial void Failed(ILogger log, Exception error);
}
