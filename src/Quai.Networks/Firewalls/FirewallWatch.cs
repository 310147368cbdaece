using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls;

/// <summary>Notices when somebody else has changed the firewall (a flush, a reload, another engine's start), and has mended what concerns Quai.</summary>
internal sealed partial class FirewallWatch : IDisposable
{
    // Who writes a firewall anew does so in several steps.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly Action _mend;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NftWatch? _watch;
    private bool _started;
    private bool _disposed;

    /// <summary>Begins to listen, in the calling thread's network namespace.</summary>
    /// <param name="mend">What looks and mends; it is called in the background, never twice at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what goes wrong.</param>
    public FirewallWatch(Action mend, TimeProvider time, ILogger logger)
    {
        _mend = mend;
        _time = time;
        _logger = logger;
        try
        {
            _watch = NftWatch.Open();
        }
        catch (LinuxException e)
        {
            LogDeaf(logger, e.Message);
        }
    }

    /// <summary>Has mended from now on what is changed. Idempotent.</summary>
    public void Start()
    {
        if (_watch is not null && !_started)
        {
            _started = true;
            _ = Task.Run(() => RunAsync(_watch));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        _stop.Cancel();
        _watch?.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(NftWatch watch)
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (true)
            {
                await watch.NextAsync(stop).ConfigureAwait(false);
                await Task.Delay(s_pause, _time, stop).ConfigureAwait(false);
                try
                {
                    _mend();
                }
                catch (LinuxException e)
                {
                    LogNotMended(_logger, e.Message);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The daemon ends.
        }
        catch (System.Net.Sockets.SocketException e)
        {
            LogDeaf(_logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "changes of the firewall by others will not be noticed: {Reason}")]
    private static partial void LogDeaf(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "somebody changed the firewall, and it could not be mended: {Reason}")]
    private static partial void LogNotMended(ILogger logger, string reason);
}
