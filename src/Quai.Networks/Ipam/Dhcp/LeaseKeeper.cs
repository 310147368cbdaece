using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Networks.Ipam.Sources;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>
/// Keeps leases: one loop for all of them, which sleeps until the next is due. Half-way a lease is renewed by its server, later by any; one that ends, or is refused, is asked for once
/// more from the beginning, and if nobody lends the same address again, it is lost. Safe for concurrent use.
/// </summary>
internal sealed partial class LeaseKeeper : IDisposable
{
    private const int MostAtOnce = 16;
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromHours(6);

    private readonly DhcpExchange _exchange;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeptLease> _kept = [];
    private readonly HashSet<string> _busy = [];
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly CancellationTokenSource _end = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;

    /// <param name="exchange">Speaks with servers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what nobody waits for.</param>
    public LeaseKeeper(DhcpExchange exchange, TimeProvider time, ILogger logger) => (_exchange, _time, _logger) = (exchange, time, logger);

    /// <summary>Told each lease that was renewed.</summary>
    public required Func<KeptLease, Task> Renewed { get; init; }

    /// <summary>Told each lease that is lost, and why: the endpoint must not use its address any longer.</summary>
    public required Action<KeptLease, string> Lost { get; init; }

    /// <summary>Keeps a lease from now on.</summary>
    public void Add(KeptLease lease)
    {
        lock (_lock)
        {
            _kept[lease.EndpointId] = lease;
            _loop ??= Task.Run(RunAsync);
            Wake();
        }
    }

    /// <summary>Keeps a lease no longer; null when it is not kept.</summary>
    public KeptLease? Remove(string endpointId)
    {
        lock (_lock)
        {
            return _kept.Remove(endpointId, out KeptLease? lease) ? lease : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        lock (_lock)
        {
            Wake();
        }
    }

    private void Wake()
    {
        TaskCompletionSource changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            KeptLease[] due;
            Task changed;
            TimeSpan sleep = s_longestSleep;
            lock (_lock)
            {
                DateTimeOffset now = _time.GetUtcNow();
                due = [.. _kept.Values.Where(l => l.Due <= now && !_busy.Contains(l.EndpointId))];
                foreach (KeptLease lease in _kept.Values.Where(l => l.Due > now && !_busy.Contains(l.EndpointId) && l.Due - now < sleep))
                {
                    sleep = lease.Due - now;
                }

                foreach (KeptLease lease in due)
                {
                    _busy.Add(lease.EndpointId);
                }

                changed = _changed.Task;
            }

            foreach (KeptLease lease in due)
            {
                _ = KeepAsync(lease);
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            _ = await Task.WhenAny(changed, Task.Delay(sleep, _time, timer.Token)).ConfigureAwait(false);
            await timer.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task KeepAsync(KeptLease lease)
    {
        try
        {
            await _places.WaitAsync(_end.Token).ConfigureAwait(false);
            try
            {
                await StepAsync(lease).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon ends; the next one goes on.
        }
        catch (Exception e) when (e is QuaiException or IOException)
        {
            LogTrouble(_logger, lease.Lease.Address, lease.Client.Parent, e.Message);
            Put(lease, lease.Later(_time.GetUtcNow()));
        }
        finally
        {
            lock (_lock)
            {
                _busy.Remove(lease.EndpointId);
                Wake();
            }
        }
    }

    private async Task StepAsync(KeptLease lease)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string why = $"the lease ended on {lease.EndsAt:u} and no DHCP server renewed it";
        EndpointLease? renewed = null;
        if (now < lease.EndsAt)
        {
            try
            {
                renewed = await _exchange.RenewAsync(lease.Client, lease.Lease, everybody: now >= lease.RebindAt, _end.Token).ConfigureAwait(false);
                if (renewed is null && _time.GetUtcNow() < lease.EndsAt)
                {
                    Put(lease, lease.Later(_time.GetUtcNow()));
                    return;
                }
            }
            catch (DhcpRefusedException e)
            {
                why = e.Message;
            }
        }

        renewed ??= await AgainAsync(lease).ConfigureAwait(false);
        if (renewed is null)
        {
            if (Remove(lease.EndpointId) is not null)
            {
                Lost(lease, why);
            }

            return;
        }

        KeptLease next = new(lease.EndpointId, lease.ContainerId, lease.NetworkId, lease.Client, renewed);
        if (Put(lease, next))
        {
            await Renewed(next).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for the same address from the beginning; null when nobody lends it.</summary>
    private async Task<EndpointLease?> AgainAsync(KeptLease lease)
    {
        try
        {
            return await _exchange.AcquireAsync(lease.Client, System.Net.IPAddress.Parse(lease.Lease.Address), insist: true, remembered: false, _end.Token).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            LogTrouble(_logger, lease.Lease.Address, lease.Client.Parent, e.Message);
            return null;
        }
    }

    /// <summary>Puts a lease in the place of itself; false when it is not kept any more.</summary>
    private bool Put(KeptLease lease, KeptLease next)
    {
        lock (_lock)
        {
            if (!_kept.ContainsKey(lease.EndpointId))
            {
                return false;
            }

            _kept[lease.EndpointId] = next;
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease of {Address} on {Parent} was not renewed: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string address, string parent, string reason);
}
