using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Linux;
using Quai.Metadata;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks;

/// <summary>What is done once when the daemon starts: networks are made or found again, endpoints of containers that run are kept, the others' leavings go.</summary>
internal sealed partial class NetworkRecovery(MetadataDatabase database, DriverSet drivers, NetworkOptions options, TimeProvider time, ILogger logger)
{
    private const string NoBridge = "none";

    /// <summary>Makes the recorded networks and the predefined ones, or finds them again.</summary>
    /// <param name="recorded">The records.</param>
    /// <param name="running">The ids of the containers that run: the network of those on the default one stays as it is.</param>
    /// <param name="cancellation">Gives up before a network is recorded.</param>
    /// <exception cref="QuaiException">A predefined network cannot be had. Another one that cannot is kept, and says so.</exception>
    public async Task<IReadOnlyList<NetworkState>> NetworksAsync(IReadOnlyList<NetworkRecord> recorded, IReadOnlySet<string> running, CancellationToken cancellation)
    {
        List<EndpointRow> used = database.Read(NetworkTables.Endpoints).FindAll(e => running.Contains(e.ContainerId));
        List<NetworkRecord> wanted = [.. recorded.Select(r => r.Name == "bridge" ? Kept(r, used.FindAll(e => e.NetworkId == r.Id)) : r).Where(r => r.Name != "bridge" || r.IsKept || options.Bridge != NoBridge)];
        Add("host", "host");
        Add("none", "null");
        if (options.Bridge != NoBridge)
        {
            Add("bridge", "bridge");
        }

        // The daemon's own first: its settings say which subnet it has, and the others' are recorded.
        List<NetworkState> networks = [];
        foreach (NetworkRecord record in wanted.OrderBy(r => r.Name != "bridge").ThenBy(r => r.Created))
        {
            IReadOnlyList<IPNetwork> taken = [.. wanted.Where(w => w.Id != record.Id).SelectMany(w => w.Subnets).Select(s => s.Gateway.Network)];
            networks.Add(new NetworkState(await RealizeAsync(record, taken, cancellation).ConfigureAwait(false)));
        }

        return networks;

        void Add(string name, string driver)
        {
            if (!wanted.Exists(r => r.Name == name))
            {
                wanted.Add(new NetworkRecord(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), name, driver, null, false, time.GetUtcNow()));
            }
        }
    }

    /// <summary>The default network, kept as it is recorded where the daemon's settings would take it away from containers that run on it.</summary>
    private NetworkRecord Kept(NetworkRecord record, List<EndpointRow> used)
    {
        BridgeSettings wanted = BridgeOptions.Of(record, options);
        if (used.TrueForAll(e => wanted.Interface == record.Interface && Has(wanted.IPv4, e.IPv4) && Has(wanted.IPv6, e.IPv6)))
        {
            return record;
        }

        LogKept(logger, string.Join(", ", record.Subnets.Select(s => s.Gateway)), record.Interface);
        return record with { IsKept = true };

        static bool Has(BridgeFamily? family, IPAddress? address) => address is null || (family is not null && family.Address?.Network.Contains(address) != false);
    }

    /// <summary>
    /// Finds the endpoints of running containers again, and forgets the others' together with what is left of them in the kernel. One whose host's end is not there
    /// was just being made, or taken away, when the daemon died.
    /// </summary>
    /// <param name="networks">All networks.</param>
    /// <param name="running">The ids of the containers that run.</param>
    /// <param name="interfaces">The names of the host's interfaces.</param>
    /// <param name="cancellation">Leaves the rest to the next start.</param>
    public async Task<IReadOnlyList<Endpoint>> EndpointsAsync(
        IReadOnlyList<NetworkState> networks, IReadOnlySet<string> running, IReadOnlySet<string> interfaces, CancellationToken cancellation)
    {
        Dictionary<string, NetworkState> byId = networks.ToDictionary(n => n.Network.Id);
        List<EndpointRow> rows = database.Read(NetworkTables.Endpoints);
        List<EndpointRow> kept = rows.FindAll(r => running.Contains(r.ContainerId) && byId.TryGetValue(r.NetworkId, out NetworkState? network) && network.Live.Keeps(r, interfaces) && network.Holds(r));
        List<EndpointRow> gone = [.. rows.Except(kept)];
        foreach (NetworkState network in networks)
        {
            network.Live.Detach(gone.Where(r => r.NetworkId == network.Network.Id).Select(r => r.HostInterface).ToHashSet());
            network.Live.Mend(kept.Where(r => r.NetworkId == network.Network.Id).Select(r => r.HostInterface).ToHashSet());
        }

        await database.WriteAsync(
            connection =>
            {
                foreach (EndpointRow row in gone)
                {
                    NetworkTables.DeleteEndpoint(connection, row.Id);
                    if (row.Lease is { } lease)
                    {
                        // Nobody gave it back: its container may ask for it when it starts again.
                        DateTimeOffset now = time.GetUtcNow();
                        EarlierLease.Of(row.NetworkId, row.ContainerId, lease, released: false, now).Put(connection, now);
                    }
                }
            },
            cancellation).ConfigureAwait(false);
        return [.. kept.Select(r => byId[r.NetworkId].Restore(r))];
    }

    /// <summary>Reserves the host ports of endpoints again.</summary>
    public void Reserve(IReadOnlyList<Endpoint> endpoints, PortReservations ports)
    {
        ports.ReleaseAll();
        foreach (Endpoint endpoint in endpoints)
        {
            foreach (PublishedPort port in endpoint.Ports)
            {
                if (!ports.TryRestore(port, endpoint.ContainerId))
                {
                    LogPortTaken(logger, port.HostAddress, port.HostPort, port.Protocol, endpoint.ContainerId);
                }
            }
        }
    }

    private async Task<ILiveNetwork> RealizeAsync(NetworkRecord record, IReadOnlyList<IPNetwork> taken, CancellationToken cancellation)
    {
        try
        {
            INetworkDriver driver = drivers.Of(record.Driver);

            // Recorded as ours before it is made: what was made and not recorded would later pass for somebody else's.
            NetworkRecord claimed = await driver.ClaimAsync(record, cancellation).ConfigureAwait(false);
            await PutAsync(claimed, cancellation).ConfigureAwait(false);
            ILiveNetwork live = driver.Realize(claimed, taken);
            await PutAsync(live.Record, cancellation).ConfigureAwait(false);
            return live;
        }
        catch (Exception e) when (!Network.IsPredefinedName(record.Name) && e is QuaiException or LinuxException)
        {
            LogUnavailable(logger, record.Name, e.Message);
            return new UnavailableNetwork(record, e.Message);
        }
    }

    private Task PutAsync(NetworkRecord record, CancellationToken cancellation) => database.WriteAsync(connection => NetworkTables.Put(connection, record), cancellation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "network bridge keeps {Addresses} on {Interface}, as containers run that have addresses there; what the daemon's settings say otherwise comes into force when it starts without them")]
    private static partial void LogKept(ILogger logger, string addresses, string? @interface);

    [LoggerMessage(Level = LogLevel.Error, Message = "network {Network} is not available on this host: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string network, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address}:{Port}/{Protocol} of container {Container} was taken by another program while the daemon was away; it stays published")]
    private static partial void LogPortTaken(ILogger logger, IPAddress address, ushort port, string protocol, string container);
}
