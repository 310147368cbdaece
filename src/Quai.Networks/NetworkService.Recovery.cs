using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Bridges;
using Quai.Networks.Firewalls;

namespace Quai.Networks;

/// <content>What is done once when the daemon starts, and how it is undone.</content>
public sealed partial class NetworkService
{
    private const string NoBridge = "none";

    private const string TablesFact = "tables", ForwardingFact = "forwarding";

    /// <inheritdoc/>
    public async Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        List<StoredNetwork> networks = _database.Read(NetworkStore.Networks);
        List<StoredEndpoint> endpoints = _database.Read(NetworkStore.Endpoints);
        StoredNetwork? bridge = networks.Find(n => n.Name == "bridge");
        IReadOnlyList<string> tables = await RecordTableAsync(bridge, cancellation).ConfigureAwait(false);
        BridgeState? state = null;
        List<StoredNetwork> current =
        [
            networks.Find(n => n.Name == "host") ?? Predefined("host", "host"),
            networks.Find(n => n.Name == "none") ?? Predefined("none", "null"),
        ];
        if (_options.Bridge != NoBridge)
        {
            if (!await _claims.ClaimAsync($"bridge-{_options.Bridge}", cancellation).ConfigureAwait(false))
            {
                throw QuaiException.Conflict($"bridge {_options.Bridge} is used by another quaid in this network namespace: give this one a bridge of its own with --bridge");
            }

            string? recorded = bridge?.Gateway is { } address && bridge.Subnet is { } subnet ? $"{address}/{Subnet.Parse(subnet).Subnet.PrefixLength}" : null;
            bridge ??= Predefined("bridge", "bridge");

            // Recorded as ours before it is made: a bridge that was made and not recorded would later pass for somebody else's.
            bool sameName = bridge.Bridge == _options.Bridge;
            bool owns = DefaultBridge.IsOurs(_route, _options, sameName && bridge.OwnsBridge);
            bridge = bridge with { Bridge = _options.Bridge, OwnsBridge = owns };
            await _database.WriteAsync(connection => NetworkStore.Put(connection, bridge), cancellation).ConfigureAwait(false);
            BridgeState made = DefaultBridge.Ensure(_route, _options, recorded, owns);
            state = made;
            bridge = bridge with { Subnet = made.Subnet.ToString(), Gateway = Subnet.ToAddress(made.Gateway) };
            current.Add(bridge);
        }

        List<StoredEndpoint> gone = endpoints.FindAll(e => !running.Contains(e.ContainerId) || state is null || e.NetworkId != bridge!.Id || !state.Value.Subnet.Contains(e.Address));
        List<StoredEndpoint> kept = [.. endpoints.Except(gone)];
        if (state is { } at)
        {
            DefaultBridge.DeletePorts(_route, at.Index, gone.Select(e => e.HostInterface).ToHashSet());
            DefaultBridge.MendPorts(_route, at, kept.Select(e => e.HostInterface).ToHashSet());
        }

        await _database.WriteAsync(
            connection =>
            {
                foreach (StoredNetwork network in current)
                {
                    NetworkStore.Put(connection, network);
                }

                foreach (StoredEndpoint endpoint in gone)
                {
                    NetworkStore.DeleteEndpoint(connection, endpoint.Id);
                }
            },
            cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            Restore(current, state, kept);
        }

        (ForwardGuard? guard, bool turnOn) = await RecordForwardingAsync(wanted: state is not null, cancellation).ConfigureAwait(false);
        _firewall?.Rebuild(
            state is { } on ? [new FirewalledBridge(_options.Bridge, on.Subnet, _options.Masquerade, _options.InterContainer, on.Closed)] : [],
            _endpoints.Values,
            _options.IpForwardNoDrop ? null : guard?.WithBridges(Links.List(_route)));
        if (turnOn)
        {
            ForwardGuard.TurnForwardingOn();
        }

        await ForgetTablesAsync(tables, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DestroyAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        _firewall?.Destroy();
        StoredNetwork? bridge = _database.Read(NetworkStore.Networks).Find(n => n.Name == "bridge");
        if (bridge is { OwnsBridge: true, Bridge: { } name })
        {
            DefaultBridge.Delete(_route, name);
        }
    }

    /// <summary>Claims the firewall's table and records its name before it is made, beside those it had earlier.</summary>
    /// <returns>The names of earlier tables.</returns>
    private async Task<IReadOnlyList<string>> RecordTableAsync(StoredNetwork? bridge, CancellationToken cancellation)
    {
        if (_firewall is null)
        {
            return [];
        }

        if (!await _claims.ClaimAsync($"table-{_options.TableName}", cancellation).ConfigureAwait(false))
        {
            throw QuaiException.Conflict($"nftables table {_options.TableName} is used by another quaid in this network namespace, whose data root has the same path: give this one another with --data-root");
        }

        string? recorded = _database.Read(connection => NetworkStore.Fact(connection, TablesFact));

        // Before names were recorded, tables were named after the bridge.
        string? before = recorded ?? (bridge?.Bridge is not { } name ? null : name == new NetworkOptions().Bridge ? "quai" : $"quai-{name}");
        List<string> earlier = [.. (before ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(t => t != _options.TableName)];
        await _database.WriteAsync(connection => NetworkStore.PutFact(connection, TablesFact, string.Join('\n', [_options.TableName, .. earlier])), cancellation).ConfigureAwait(false);
        return earlier;
    }

    private async Task ForgetTablesAsync(IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        if (earlier.Count == 0)
        {
            return;
        }

        // One that is claimed belongs to the daemon whose data root this one's was copied from.
        foreach (string table in earlier.Where(t => _claims.TryClaim($"table-{t}")))
        {
            _firewall!.DeleteTables(table);
        }

        await _database.WriteAsync(connection => NetworkStore.PutFact(connection, TablesFact, _options.TableName), cancellation).ConfigureAwait(false);
    }

    /// <summary>Decides about IPv4 forwarding, and records that it was Quai who turned it on, before it does: after a crash nobody could tell.</summary>
    private async Task<(ForwardGuard? Guard, bool TurnOn)> RecordForwardingAsync(bool wanted, CancellationToken cancellation)
    {
        ForwardGuard? guard = ForwardGuard.Parse(_database.Read(connection => NetworkStore.Fact(connection, ForwardingFact)));
        bool turnOn = wanted && _options.IpForward && !ForwardGuard.IsForwardingOn;
        if (turnOn && _firewall is null && !_options.IpForwardInsisted)
        {
            LogForwardingLeftOff(_logger);
            turnOn = false;
        }

        if (turnOn)
        {
            guard = ForwardGuard.Look(Links.List(_route), _options.Bridge);
            LogForwarding(_logger);
        }
        else if (guard?.Place != ForwardGuard.Here())
        {
            guard = null;
        }

        await _database.WriteAsync(connection => NetworkStore.PutFact(connection, ForwardingFact, guard?.ToString()), cancellation).ConfigureAwait(false);
        return (guard, turnOn);
    }

    private void Restore(List<StoredNetwork> networks, BridgeState? state, IEnumerable<StoredEndpoint> endpoints)
    {
        _ports.ReleaseAll();
        _networks.Clear();
        _endpoints.Clear();
        foreach (StoredNetwork network in networks)
        {
            _networks[network.Id] = ToNetwork(network);
        }

        if (state is not { } bridge)
        {
            _pool = null;
            return;
        }

        Subnet range = _options.FixedCidr is { } cidr ? Subnet.Parse(cidr).Subnet : bridge.Subnet;
        if (!bridge.Subnet.Contains(range.Base) || range.PrefixLength < bridge.Subnet.PrefixLength)
        {
            throw QuaiException.Invalid($"parent bridge network {bridge.Subnet} must be a superset of the fixed CIDR {range}");
        }

        _pool = new AddressPool(bridge.Subnet, range, bridge.Gateway);
        _bridge = bridge;
        foreach (StoredEndpoint stored in endpoints)
        {
            IPAddress address = Subnet.ToAddress(stored.Address);
            _pool.TryLease(stored.Address);
            _endpoints[stored.Id] = ToEndpoint(stored.Id, stored.ContainerId, _networks[stored.NetworkId], address, ParseMac(stored.MacAddress), stored.HostInterface, stored.Ports);
            foreach (PublishedPort port in stored.Ports)
            {
                if (!_ports.TryRestore(port))
                {
                    LogPortTaken(_logger, port.HostAddress, port.HostPort, port.Protocol, stored.ContainerId);
                }
            }
        }
    }

    private StoredNetwork Predefined(string name, string driver) =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), name, driver, null, null, null, false, _time.GetUtcNow());

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address}:{Port}/{Protocol} of container {Container} was taken by another program while the daemon was away; it stays published")]
    private static partial void LogPortTaken(ILogger logger, IPAddress address, ushort port, string protocol, string container);

    [LoggerMessage(Level = LogLevel.Information, Message = "IPv4 forwarding is turned on for containers; what is no container's is still not forwarded (--ip-forward-no-drop lets it)")]
    private static partial void LogForwarding(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "IPv4 forwarding stays off: with --iptables=false nothing would keep this host from forwarding for others. Turn it on where that is taken care of, or give --ip-forward")]
    private static partial void LogForwardingLeftOff(ILogger logger);
}
