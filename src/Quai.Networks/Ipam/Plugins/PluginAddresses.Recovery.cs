using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Networks.Records;
using Quai.Plugins;
using Quai.Plugins.Addresses;

namespace Quai.Networks.Ipam.Plugins;

/// <summary>What is done when the daemon starts: what nobody needs any more is given back, and plugins that want it are asked again for what they gave.</summary>
internal sealed partial class PluginAddresses
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task> _replayed = [];

    /// <summary>Begins it, one plugin beside the other: one that is not there, or hangs, keeps nobody else waiting. Leases of a network wait for its own.</summary>
    /// <param name="networks">The networks that there are.</param>
    /// <param name="endpoints">The ids of the endpoints that are kept.</param>
    /// <returns>Ends when all of it is done, or has failed.</returns>
    public Task RecoverAsync(IReadOnlyList<NetworkRecord> networks, IReadOnlySet<string> endpoints)
    {
        IReadOnlyList<GivenRow> rows = ledger.Load();
        HashSet<string> kept = [.. networks.Select(n => n.Id)];
        List<Task> all = [];
        foreach (IGrouping<string, GivenRow> given in rows.GroupBy(r => r.Driver))
        {
            GivenRow[] gone = [.. given.Where(r => !kept.Contains(r.NetworkId) || (r.EndpointId is { } endpoint && !endpoints.Contains(endpoint)))];
            all.Add(RecoverAsync([.. networks.Where(n => n.Attributes.IpamDriver == given.Key)], given.Key, gone));
        }

        return Task.WhenAll(all);
    }

    private async Task RecoverAsync(NetworkRecord[] networks, string driver, GivenRow[] gone)
    {
        foreach (NetworkRecord network in networks)
        {
            try
            {
                await ReplayedAsync(network, driver).ConfigureAwait(false);
            }
            catch (QuaiException e)
            {
                LogNotReplayed(logger, driver, network.Name, e.Message);
            }
        }

        await GiveBackAsync(gone).ConfigureAwait(false);
    }

    /// <summary>Waits until a plugin was asked again, since this daemon's start, for what it gave a network. What failed is tried again by the next who waits.</summary>
    private Task ReplayedAsync(NetworkRecord network, string driver)
    {
        lock (_lock)
        {
            return _replayed.TryGetValue(network.Id, out Task? earlier) && !earlier.IsFaulted ? earlier : _replayed[network.Id] = ReplayAsync(network, driver);
        }
    }

    private void SetReplayed(string network, bool known)
    {
        lock (_lock)
        {
            if (known)
            {
                _replayed[network] = Task.CompletedTask;
            }
            else
            {
                _replayed.Remove(network);
            }
        }
    }

    private async Task ReplayAsync(NetworkRecord network, string driver)
    {
        await Task.Yield();
        if (!(await AbilitiesAsync(driver).ConfigureAwait(false)).NeedsReplay)
        {
            return;
        }

        string space = await PluginThread.RunAsync(() => plugins.LocalSpace(driver)).ConfigureAwait(false);
        IReadOnlyList<GivenRow> rows = ledger.Where(r => r.NetworkId == network.Id);
        foreach (GivenRow pool in rows.Where(r => r.Subnet is not null))
        {
            bool ipv6 = pool.Subnet!.Contains(':', StringComparison.Ordinal);
            string range = network.Attributes.Asked.FirstOrDefault(a => a.Subnet == pool.Subnet)?.Range ?? "";
            PluginPool again = await PluginThread.RunAsync(() => plugins.RequestPool(driver, space, pool.Subnet, range, network.Attributes.IpamOptions, ipv6)).ConfigureAwait(false);
            if (again.Id != pool.Pool)
            {
                throw QuaiException.System($"plugin \"{driver}\" gave pool \"{again.Id}\" for {pool.Subnet}, which was \"{pool.Pool}\" before");
            }

            string[] gateways = [.. network.Subnets.Select(s => s.Gateway.Address.ToString())];
            foreach (GivenRow address in rows.Where(r => r.Pool == pool.Pool && r.Address is not null))
            {
                Dictionary<string, string>? options = address.IsNetworks && gateways.Contains(address.Address) ? s_gateway : null;
                try
                {
                    _ = await PluginThread.RunAsync(() => plugins.RequestAddress(driver, pool.Pool, address.Address!, options)).ConfigureAwait(false);
                }
                catch (PluginException e) when (e.Answered)
                {
                    // As in Docker: it may know of the address all the same.
                    LogNotReplayed(logger, driver, network.Name, $"{address.Address}: {e.Message}");
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "plugin {Plugin} was not asked again for what it gave network {Network}: {Reason}")]
    private static partial void LogNotReplayed(ILogger logger, string plugin, string network, string reason);
}
