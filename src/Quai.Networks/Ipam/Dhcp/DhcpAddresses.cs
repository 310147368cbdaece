using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Metadata;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>
/// The source <c>dhcp</c>: addresses are lent by the DHCP server of the network that a parent interface is on. The daemon speaks for the containers, over the parent, so nothing runs in
/// a container's namespace; a lease is recorded with its endpoint, and kept (<see cref="LeaseKeeper"/>) as long as the container runs.
/// </summary>
internal sealed partial class DhcpAddresses : IAddressSource, IDisposable
{
    /// <summary>As <c>--ipam-driver</c> names it.</summary>
    public const string Name = "dhcp";

    private readonly MetadataDatabase _database;
    private readonly IDhcpLinks _links;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DhcpExchange _exchange;
    private readonly LeaseKeeper _keeper;

    /// <param name="database">Where leases are recorded.</param>
    /// <param name="links">The ways to servers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what nobody waits for.</param>
    /// <param name="lost">Told the endpoints that must not use their addresses any longer, and why.</param>
    public DhcpAddresses(MetadataDatabase database, IDhcpLinks links, TimeProvider time, ILogger logger, Action<string, string> lost)
    {
        (_database, _links, _time, _logger) = (database, links, time, logger);
        _exchange = new DhcpExchange(links, time);
        _keeper = new LeaseKeeper(_exchange, time, logger)
        {
            Renewed = kept => database.WriteAsync(connection => NetworkTables.PutLease(connection, kept.EndpointId, kept.Lease), CancellationToken.None),
            Lost = (kept, why) =>
            {
                LogLost(logger, kept.Lease.Address, kept.ContainerId, why);
                lost(kept.EndpointId, why);
            },
        };
    }

    /// <inheritdoc/>
    public void Check(NetworkRecord record)
    {
        NetworkAttributes attributes = record.Attributes;
        string? refusal = record.Driver is not ("macvlan" or "ipvlan") ? $"is for networks of driver macvlan and ipvlan, whose containers are on a network that has a DHCP server: driver {record.Driver} leads to none"
            : record.Options.GetValueOrDefault("parent", "").Length == 0 ? "needs the interface that leads to the DHCP server: name it with -o parent=…"
            : record.Driver == "ipvlan" && record.Options.GetValueOrDefault("ipvlan_mode", "l2") is not ("" or "l2") ? "needs broadcasts, which ipvlan has in mode l2 only"
            : attributes.Asked.Count > 0 ? "takes no subnet: the DHCP server says which it is"
            : attributes.IPv6 || attributes.WithoutIPv4 ? "is for IPv4 alone: take out --ipv6 and --ipv4=false"
            : attributes.IpamOptions is { Count: > 0 } options ? $"has no option {options.First().Key}"
            : null;
        if (refusal is not null)
        {
            throw QuaiException.Invalid($"network {record.Name}: --ipam-driver dhcp {refusal}");
        }
    }

    /// <inheritdoc/>
    public Task<NetworkRecord> ReserveAsync(NetworkRecord record, IReadOnlyList<IPNetwork> taken, CancellationToken cancellation) => Task.FromResult(record);

    /// <inheritdoc/>
    public Task ReleaseAsync(NetworkRecord record) => _database.WriteAsync(connection => EarlierLease.Forget(connection, record.Id), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask<GivenAddresses?> LeaseAsync(NetworkState network, EndpointRequest request, CancellationToken cancellation)
    {
        NetworkRecord record = network.Live.Record;
        if (request.IPv6Address is not null)
        {
            throw QuaiException.Invalid($"network {record.Name} has addresses of DHCP, which are of IPv4 alone: {request.IPv6Address} cannot be had");
        }

        DhcpClient client = ClientOf(record, request.MacAddress, request.ContainerId, request.ContainerName);
        EarlierLease? earlier = _database.Read(connection => EarlierLease.Find(connection, record.Id, request.ContainerId, _time.GetUtcNow()));
        IPAddress? wanted = request.IPv4Address ?? (earlier is not null ? IPAddress.Parse(earlier.Address) : null);
        bool remembered = earlier is { Released: false } && earlier.Address == wanted?.ToString();
        EndpointLease lease;
        try
        {
            lease = await _exchange.AcquireAsync(client, wanted, insist: request.IPv4Address is not null, remembered, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"network {record.Name}: {e.Message}", e);
        }

        string endpoint = EndpointIds.New();
        _keeper.Add(new KeptLease(endpoint, request.ContainerId, record.Id, client, lease));
        return new GivenAddresses(endpoint, lease.ToAddress(network.Network.LeadsOutside), null) { Giver = $"DHCP server {lease.Server}", Mac = client.Hardware, Lease = lease };
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(NetworkRecord network, string endpointId, EndpointLease? lease)
    {
        if (_keeper.Remove(endpointId) is not { } kept)
        {
            return;
        }

        bool released = true;
        try
        {
            await _exchange.ReleaseAsync(kept.Client, kept.Lease).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            // It ends by itself.
            LogNotReleased(_logger, kept.Lease.Address, kept.Client.Parent, e.Message);
            released = false;
        }

        DateTimeOffset now = _time.GetUtcNow();
        EarlierLease earlier = EarlierLease.Of(network.Id, kept.ContainerId, kept.Lease, released, now);
        await _database.WriteAsync(connection => earlier.Put(connection, now), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Goes on with the leases of endpoints that an earlier daemon made.</summary>
    /// <param name="endpoints">The endpoints that are kept.</param>
    /// <param name="networks">The networks, by their ids.</param>
    public void Recover(IReadOnlyList<Endpoint> endpoints, IReadOnlyDictionary<string, NetworkRecord> networks)
    {
        foreach (Endpoint endpoint in endpoints)
        {
            if (endpoint.Lease is not { } lease || networks.GetValueOrDefault(endpoint.Network.Id) is not { } record)
            {
                continue;
            }

            try
            {
                string? mac = endpoint.MacAddress.Length > 0 ? endpoint.MacAddress : null;
                _keeper.Add(new KeptLease(endpoint.Id, endpoint.ContainerId, record.Id, ClientOf(record, mac, endpoint.ContainerId, lease.HostName), lease));
            }
            catch (QuaiException e)
            {
                LogNotReleased(_logger, lease.Address, record.Interface!, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _keeper.Dispose();

    private DhcpClient ClientOf(NetworkRecord record, string? mac, string containerId, string name)
    {
        string parent = record.Interface!;
        return DhcpClient.Of(parent, record.Driver == "ipvlan" ? _links.HardwareOf(parent) : mac is null ? null : MacAddress.Parse(mac), containerId, record.Id, name);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the address {Address} of container {Container} is lost, and it is disconnected: {Reason}")]
    private static partial void LogLost(ILogger logger, string address, string container, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the DHCP server was not told of {Address} on {Parent}: {Reason}")]
    private static partial void LogNotReleased(ILogger logger, string address, string parent, string reason);
}
