using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Quai.Networks;

/// <content>What is done once when the daemon starts, and how it is undone.</content>
public sealed partial class NetworkService
{
    private const string NoBridge = "none";

    /// <inheritdoc/>
    public async Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        List<StoredNetwork> networks = _database.Read(NetworkStore.Networks);
        List<StoredEndpoint> endpoints = _database.Read(NetworkStore.Endpoints);
        StoredNetwork? bridge = networks.Find(n => n.Name == "bridge");
        BridgeState? state = null;
        List<StoredNetwork> current =
        [
            networks.Find(n => n.Name == "host") ?? Predefined("host", "host"),
            networks.Find(n => n.Name == "none") ?? Predefined("none", "null"),
        ];
        if (_options.Bridge != NoBridge)
        {
            string? recorded = bridge?.Gateway is { } address && bridge.Subnet is { } subnet ? $"{address}/{Subnet.Parse(subnet).Subnet.PrefixLength}" : null;
            bridge ??= Predefined("bridge", "bridge");

            // Recorded as ours before it is made: a bridge that was made and not recorded would later pass for somebody else's.
            bool sameName = bridge.Bridge == _options.Bridge;
            bool owns = (sameName && bridge.OwnsBridge) || !DefaultBridge.Exists(_route, _options.Bridge);
            bridge = bridge with { Bridge = _options.Bridge, OwnsBridge = owns };
            await _database.WriteAsync(connection => NetworkStore.Put(connection, bridge), cancellation).ConfigureAwait(false);
            BridgeState made = DefaultBridge.Ensure(_route, _options, recorded);
            state = made;
            bridge = bridge with { Subnet = made.Subnet.ToString(), Gateway = Subnet.ToAddress(made.Gateway) };
            current.Add(bridge);
        }

        List<StoredEndpoint> gone = endpoints.FindAll(e => !running.Contains(e.ContainerId) || state is null || e.NetworkId != bridge!.Id || !state.Value.Subnet.Contains(e.Address));
        if (gone.Count > 0 && state is { } at)
        {
            DefaultBridge.DeletePorts(_route, at.Index, gone.Select(e => e.HostInterface).ToHashSet());
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
            Restore(current, state, endpoints.Except(gone));
        }

        _firewall?.Rebuild(
            state is { } on ? [new FirewalledBridge(_options.Bridge, on.Subnet, _options.Masquerade, _options.InterContainer)] : [],
            _endpoints.Values);
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
            throw Errors.QuaiException.Invalid($"parent bridge network {bridge.Subnet} must be a superset of the fixed CIDR {range}");
        }

        _pool = new AddressPool(bridge.Subnet, range, bridge.Gateway);
        _bridgeIndex = bridge.Index;
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
}
