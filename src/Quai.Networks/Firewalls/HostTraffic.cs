using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Firewalls.Host;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Loopback;
using Quai.Networks.Ports;

namespace Quai.Networks.Firewalls;

/// <summary>
/// All by which packets reach containers over this host, and leave them: the firewall's tables and its pass through those of others, forwarding, published ports
/// on [::1], and relays for what the kernel does not translate.
/// </summary>
internal sealed class HostTraffic : IDisposable
{
    private readonly Firewall? _firewall;
    private readonly ForwardPass? _pass;
    private readonly HostRules? _hostRules;
    private readonly LoopbackRedirect? _loopback;
    private readonly PortRelays _relays;
    private readonly FirewallWatch? _watch;
    private readonly Forwarding _forwarding;
    private readonly TableNames _tables;
    private readonly NetworkOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private volatile IReadOnlyList<FirewalledBridge> _bridges = [];

    /// <param name="database">Where is recorded what must be known after a crash.</param>
    /// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">The daemon's settings.</param>
    /// <param name="claims">Names that this daemon alone uses.</param>
    /// <param name="ports">Where host ports are held.</param>
    /// <param name="logger">For what nobody waits for.</param>
    /// <param name="time">The clock.</param>
    public HostTraffic(MetadataDatabase database, NetlinkSocket route, NetworkOptions options, NameClaims claims, PortReservations ports, ILogger logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        bool ipv6 = options.FirewallIPv6 && BridgeSysctls.KernelHasIPv6;
        _firewall = options.Firewall ? new Firewall(options.TableName, options.Owner.Length > 0 ? $"quaid {options.Owner}" : "", ipv6, logger, time) : null;
        _pass = options.Firewall ? new ForwardPass(options.TableName, logger) : null;
        _hostRules = options.Firewall && options.ObeysHostFirewall ? new HostRules(logger) : null;
        // Where the host is elsewhere, nothing of it can be translated, nor can its sockets be led.
        bool isHost = options.HostSockets is null;
        _loopback = ipv6 && isHost ? new LoopbackRedirect(options.TableName, logger) : null;
        _relays = new PortRelays(ports, options.Firewall && isHost, ipv6 && isHost, logger);
        _watch = options.Firewall ? new FirewallWatch(Mend, time, logger) : null;
        _forwarding = new Forwarding(database, route, options, logger);
        _tables = new TableNames(database, claims, options.TableName);
    }

    /// <summary>Claims the names of the tables, before anything is made.</summary>
    /// <param name="bridge">The default bridge's name, if one was recorded.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <returns>The names of earlier tables, for <see cref="StartAsync"/>.</returns>
    public Task<IReadOnlyList<string>> ClaimAsync(string? bridge, CancellationToken cancellation) =>
        _firewall is null ? Task.FromResult(_tables.All(bridge)) : _tables.ClaimAsync(bridge, cancellation);

    /// <summary>Has exactly these networks and endpoints served.</summary>
    /// <param name="bridges">The networks.</param>
    /// <param name="endpoints">Whose ports are published.</param>
    /// <param name="earlier">Tables that are to go.</param>
    /// <param name="cancellation">Leaves the rest to the next start.</param>
    public async Task StartAsync(IReadOnlyList<FirewalledBridge> bridges, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        _bridges = bridges;
        (ForwardGuards guards, IReadOnlyList<AddressFamily> turnOn) = await _forwarding.DecideAsync(bridges, cancellation).ConfigureAwait(false);
        _firewall?.Rebuild(bridges, endpoints, guards, _hostRules?.Read() ?? HostWord.None);
        _loopback?.Reset(endpoints);
        foreach (Endpoint endpoint in endpoints)
        {
            _relays.Add(endpoint);
        }

        TurnForwardingOn(turnOn);
        _watch?.Start();
        Pass();
        await RemoveEarlierAsync(earlier, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes away what an earlier start of the daemon wrote, with other settings: its tables lead packets as long as they are there.</summary>
    private async Task RemoveEarlierAsync(IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        if (_loopback is null && _options.HostSockets is null)
        {
            using var loopback = new LoopbackRedirect(_options.TableName, _logger);
            loopback.Detach();
        }

        if (_firewall is not null)
        {
            if (!_options.FirewallIPv6)
            {
                using var both = new Firewall(_options.TableName, "", BridgeSysctls.KernelHasIPv6, _logger, _time);
                both.DeleteIPv6(_options.TableName);
            }

            await _tables.DeleteAsync(earlier, _firewall, cancellation).ConfigureAwait(false);
        }
        else if (earlier.Count > 0)
        {
            using var pass = new ForwardPass(_options.TableName, _logger);
            pass.Apply(wanted: false, ipv6: false);
            using var firewall = new Firewall(_options.TableName, "", BridgeSysctls.KernelHasIPv6, _logger, _time);
            await _tables.DeleteAllAsync(earlier, firewall, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Has other networks served.</summary>
    public async Task SetBridgesAsync(IReadOnlyList<FirewalledBridge> bridges)
    {
        (ForwardGuards guards, IReadOnlyList<AddressFamily> turnOn) = await _forwarding.DecideAsync(bridges, CancellationToken.None).ConfigureAwait(false);
        _firewall?.SetBridges(bridges, guards);
        _bridges = bridges;
        TurnForwardingOn(turnOn);
        if (bridges.Count <= 1 || bridges.Count(b => b.IPv6 is not null) <= 1)
        {
            // Only the first makes a pass needed, and only the last takes it away: who has many networks does not read others' chains for each.
            Pass();
        }
    }

    /// <summary>Puts an endpoint's egress policy into force, if it has one.</summary>
    public void Restrict(Endpoint endpoint)
    {
        if (endpoint.Egress is not null)
        {
            _firewall!.Restrict(endpoint);
        }
    }

    /// <summary>Lets addresses through that a name of an egress policy stands for.</summary>
    /// <param name="set">The name's set.</param>
    /// <param name="addresses">The addresses, and how long they may be kept by whoever asked.</param>
    public void Admit(string set, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses) => _firewall?.Admit(set, addresses);

    /// <summary>Publishes an endpoint's ports, unless it is gone when its turn comes.</summary>
    public void Publish(Endpoint endpoint, Func<bool> stillThere)
    {
        _firewall?.Add(endpoint, stillThere);
        _loopback?.Add(endpoint);
        _relays.Add(endpoint);
        if (!stillThere())
        {
            _loopback?.Remove(endpoint.Id);
            _relays.Remove(endpoint.Id);
        }
    }

    /// <summary>Changes what is published of an endpoint: what stays is not interrupted.</summary>
    public void Change(Endpoint endpoint)
    {
        _firewall?.Change(endpoint);
        _loopback?.Change(endpoint);
        _relays.Change(endpoint);
    }

    /// <summary>Has ports that one endpoint had lead to another: at no time do they lead nowhere, and connections that there are stay with the first.</summary>
    public void Move(Endpoint from, Endpoint to)
    {
        _firewall?.Move(from, to);
        _loopback?.Move(from, to);
        _relays.Move(from, to);
    }

    /// <summary>Withdraws an endpoint's ports and its egress policy; from the tables in the background.</summary>
    public void Withdraw(string endpointId)
    {
        _relays.Remove(endpointId);
        _loopback?.Remove(endpointId);
        _firewall?.Remove(endpointId);
    }

    /// <summary>Done when nothing waits to be withdrawn.</summary>
    public Task FlushAsync() => _firewall?.FlushAsync() ?? Task.CompletedTask;

    /// <summary>Takes all of it away, but for what keeps the host from forwarding for others.</summary>
    public void Destroy()
    {
        _bridges = [];
        _pass?.Apply(wanted: false, ipv6: false);
        _loopback?.Detach();
        _firewall?.Destroy();
    }

    /// <summary>Takes away what serves nobody when no container runs.</summary>
    public void Idle()
    {
        _watch?.Dispose();
        _pass?.Apply(wanted: false, ipv6: false);
        _loopback?.Detach();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        _relays.Dispose();
        _loopback?.Dispose();
        _pass?.Dispose();
        _hostRules?.Dispose();
        _firewall?.Dispose();
    }

    private static void TurnForwardingOn(IReadOnlyList<AddressFamily> families)
    {
        foreach (AddressFamily family in families)
        {
            ForwardGuard.TurnForwardingOn(family);
        }
    }

    private void Mend()
    {
        _firewall!.Mend();
        Pass();
        if (_hostRules is not null)
        {
            _firewall.Heed(_hostRules.Read());
        }
    }

    private void Pass() => _pass?.Apply(_bridges.Count > 0, _bridges.Any(b => b.IPv6 is not null));
}
