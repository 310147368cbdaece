using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Records;
using Quai.Networks.State;
using Quai.Plugins;
using Quai.Plugins.Addresses;

namespace Quai.Networks.Ipam.Plugins;

/// <summary>
/// Plugins of the host that give subnets and addresses, by Docker's protocol. What is asked for by name is recorded before, what the plugin chose as soon as it has answered; it is
/// recorded until the plugin has it back. Their calls block threads of their own, so a plugin that hangs keeps only its own networks waiting.
/// </summary>
internal sealed partial class PluginAddresses(AddressPlugins plugins, GivenLedger ledger, ILogger logger) : IAddressSource
{
    private const int MostTries = 16;

    private readonly ConcurrentDictionary<string, PluginAbilities> _abilities = [];

    /// <inheritdoc/>
    public void Check(NetworkRecord record)
    {
    }

    /// <inheritdoc/>
    public async Task<NetworkRecord> ReserveAsync(NetworkRecord record, IReadOnlyList<IPNetwork> taken, CancellationToken cancellation)
    {
        string driver = record.Attributes.IpamDriver;
        cancellation.ThrowIfCancellationRequested();
        await PluginThread.RunAsync(() => plugins.Check(driver)).ConfigureAwait(false);
        try
        {
            await AbilitiesAsync(driver).ConfigureAwait(false);
            string space = await PluginThread.RunAsync(() => plugins.LocalSpace(driver)).ConfigureAwait(false);
            List<SubnetRecord> subnets = [];
            foreach (bool ipv6 in (bool[])[false, true])
            {
                if (ipv6 ? !record.Attributes.IPv6 : record.Attributes.WithoutIPv4)
                {
                    continue;
                }

                foreach (AskedSubnet? asked in record.Attributes.Asked.Where(a => a.IsIPv6() == ipv6).DefaultIfEmpty<AskedSubnet?>(null))
                {
                    cancellation.ThrowIfCancellationRequested();
                    subnets.Add(await ReserveAsync(record, space, asked, ipv6, [.. taken, .. subnets.Select(s => s.Gateway.Network)]).ConfigureAwait(false));
                }
            }

            SetReplayed(record.Id, known: true);
            return record with { Subnets = subnets };
        }
        catch
        {
            await ReleaseAsync(record).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(NetworkRecord record)
    {
        SetReplayed(record.Id, known: false);
        await GiveBackAsync(ledger.Where(r => r.NetworkId == record.Id)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<GivenAddresses?> LeaseAsync(NetworkState network, EndpointRequest request, CancellationToken cancellation)
    {
        string driver = network.Network.Attributes.IpamDriver, endpoint = EndpointIds.New();
        await ReplayedAsync(network.Live.Record, driver).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        byte[]? mac = (await AbilitiesAsync(driver).ConfigureAwait(false)).NeedsMac ? request.MacAddress is { } given ? MacAddress.Parse(given) : MacAddress.OfEndpoint(endpoint) : null;
        Dictionary<string, string>? options = mac is null ? null : new() { [AddressPlugins.MacOption] = MacAddress.Format(mac) };
        try
        {
            IReadOnlyList<GivenRow> pools = ledger.Where(r => r.NetworkId == network.Network.Id && r.Subnet is not null);
            return new GivenAddresses(
                endpoint,
                await LeaseAsync(network, endpoint, pools, AddressFamily.InterNetwork, request.IPv4Address, options).ConfigureAwait(false),
                await LeaseAsync(network, endpoint, pools, AddressFamily.InterNetworkV6, request.IPv6Address, options).ConfigureAwait(false))
            {
                Giver = $"plugin \"{driver}\"",
                Mac = mac,
            };
        }
        catch
        {
            await ReleaseAsync(network.Live.Record, endpoint, null).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(NetworkRecord network, string endpointId, EndpointLease? lease) =>
        await GiveBackAsync(ledger.Where(r => r.EndpointId == endpointId)).ConfigureAwait(false);

    private async Task<SubnetRecord> ReserveAsync(NetworkRecord record, string space, AskedSubnet? asked, bool ipv6, IReadOnlyList<IPNetwork> taken)
    {
        string driver = record.Attributes.IpamDriver;
        (GivenRow row, PluginPool pool, IPNetwork subnet) = await PoolAsync(record, space, asked, ipv6, taken).ConfigureAwait(false);
        IPAddress gateway = Prefixes.Address(Prefixes.First(subnet) + 1, subnet.BaseAddress.AddressFamily);
        if (!BridgeOptions.IsIsolated(record.Options, ipv6))
        {
            try
            {
                gateway = asked?.Gateway is null && pool.Gateway is { } offered
                    ? PluginAnswers.AddressOf(driver, offered, subnet, null)
                    : await AddressAsync(row, subnet, null, asked?.Gateway is { } wanted ? IPAddress.Parse(wanted) : null, s_gateway).ConfigureAwait(false);
            }
            catch (QuaiException e)
            {
                throw QuaiException.System($"failed to allocate gateway ({asked?.Gateway}): {e.Message}", e);
            }
        }

        foreach ((string name, IPAddress address) in asked?.Others() ?? [])
        {
            try
            {
                await AddressAsync(row, subnet, null, address, null).ConfigureAwait(false);
            }
            catch (QuaiException e)
            {
                throw QuaiException.System($"failed to allocate secondary ip address ({name}:{address}): {e.Message}", e);
            }
        }

        return new SubnetRecord(new InterfaceAddress(gateway, subnet.PrefixLength), asked?.Range is { } range ? IPNetwork.Parse(range) : null);
    }

    private static readonly Dictionary<string, string> s_gateway = new() { [AddressPlugins.TypeOption] = AddressPlugins.GatewayType };

    /// <summary>A subnet that no other network has. As in Docker, what a plugin offers and cannot be had is kept until the end, so that it offers another one.</summary>
    private async Task<(GivenRow Row, PluginPool Pool, IPNetwork Subnet)> PoolAsync(NetworkRecord record, string space, AskedSubnet? asked, bool ipv6, IReadOnlyList<IPNetwork> taken)
    {
        string driver = record.Attributes.IpamDriver;
        List<GivenRow> passed = [];
        try
        {
            while (true)
            {
                PluginPool pool = await PluginThread.RunAsync(() => plugins.RequestPool(driver, space, asked?.Subnet ?? "", asked?.Range ?? "", record.Attributes.IpamOptions, ipv6)).ConfigureAwait(false);
                GivenRow row = await ledger.AddAsync(new GivenRow(driver, record.Id, null, pool.Id, pool.Subnet, null)).ConfigureAwait(false);
                IPNetwork subnet = PluginAnswers.SubnetOf(driver, pool, ipv6);
                if (asked is not null && subnet != IPNetwork.Parse(asked.Subnet))
                {
                    throw new PluginException($"plugin \"{driver}\" answered IpamDriver.RequestPool with {subnet} when it was asked for {asked.Subnet}", answered: false);
                }

                if (!taken.Any(t => Prefixes.Overlap(t, subnet)))
                {
                    return (row, pool, subnet);
                }

                passed.Add(row);
                if (asked is not null || passed.Count == MostTries)
                {
                    throw new QuaiException(
                        ErrorKind.Forbidden, $"invalid pool request: Pool overlaps with other one on this address space: plugin \"{driver}\" gave {subnet}, which another network has");
                }
            }
        }
        finally
        {
            await GiveBackAsync(passed).ConfigureAwait(false);
        }
    }

    private async Task<EndpointAddress?> LeaseAsync(
        NetworkState network, string endpoint, IReadOnlyList<GivenRow> pools, AddressFamily family, IPAddress? wanted, Dictionary<string, string>? options)
    {
        QuaiException? refusal = null;
        foreach (NetworkSubnet subnet in network.Network.Subnets.Where(s => s.Prefix.BaseAddress.AddressFamily == family && (wanted is null || s.Prefix.Contains(wanted))))
        {
            if (pools.FirstOrDefault(p => InterfaceAddress.Parse(p.Subnet!).Network == subnet.Prefix) is not { } pool)
            {
                continue;
            }

            try
            {
                IPAddress address = await AddressAsync(pool, subnet.Prefix, endpoint, wanted, options).ConfigureAwait(false);
                return new EndpointAddress(address, subnet.Prefix.PrefixLength, subnet.NextHop);
            }
            catch (PluginException e) when (e.Answered)
            {
                // Another subnet may have some left.
                refusal = e;
            }
        }

        return refusal is not null ? throw refusal
            : wanted is not null ? throw QuaiException.Invalid($"Invalid address {wanted}: It does not belong to any of this network's subnets")
            : null;
    }

    private async Task<IPAddress> AddressAsync(GivenRow pool, IPNetwork subnet, string? endpoint, IPAddress? wanted, Dictionary<string, string>? options)
    {
        GivenRow row = new(pool.Driver, pool.NetworkId, endpoint, pool.Pool, null, wanted?.ToString());
        GivenRow? recorded = wanted is null ? null : await ledger.AddAsync(row).ConfigureAwait(false);
        string answer;
        try
        {
            answer = await PluginThread.RunAsync(() => plugins.RequestAddress(pool.Driver, pool.Pool, wanted?.ToString() ?? "", options)).ConfigureAwait(false);
        }
        catch (PluginException e) when (e.Answered && recorded is not null)
        {
            // Somebody else may have it.
            await ledger.RemoveAsync(recorded).ConfigureAwait(false);
            throw;
        }

        if (recorded is null && answer.Length > 0)
        {
            int slash = answer.IndexOf('/', StringComparison.Ordinal);
            await ledger.AddAsync(row with { Address = slash < 0 ? answer : answer[..slash] }).ConfigureAwait(false);
        }

        return PluginAnswers.AddressOf(pool.Driver, answer, subnet, wanted);
    }

    private async Task<PluginAbilities> AbilitiesAsync(string driver) =>
        _abilities.TryGetValue(driver, out PluginAbilities? known) ? known
            : _abilities[driver] = await PluginThread.RunAsync(() => plugins.Abilities(driver)).ConfigureAwait(false);

    /// <summary>Addresses first, subnets last.</summary>
    private async Task GiveBackAsync(IReadOnlyList<GivenRow> rows)
    {
        foreach (GivenRow row in rows.OrderBy(r => r.Address is null).ThenBy(r => r.Id))
        {
            try
            {
                if (row.Address is null)
                {
                    await PluginThread.RunAsync(() => plugins.ReleasePool(row.Driver, row.Pool)).ConfigureAwait(false);
                }
                else if (!ledger.IsShared(row))
                {
                    // An address that it gave twice is the other's.
                    await PluginThread.RunAsync(() => plugins.ReleaseAddress(row.Driver, row.Pool, row.Address)).ConfigureAwait(false);
                }
            }
            catch (QuaiException e)
            {
                LogKept(logger, row.Driver, row.Address ?? row.Subnet ?? row.Pool, e.Message);
                if (e is not PluginException { Answered: true })
                {
                    continue;
                }
            }

            await ledger.RemoveAsync(row).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "plugin {Plugin} was not given {What} back: {Reason}")]
    private static partial void LogKept(ILogger logger, string plugin, string what, string reason);
}
