using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Drivers;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.State;

/// <summary>A network in force, with the addresses of it that are leased. Safe for concurrent use; networks do not wait for each other.</summary>
internal sealed class NetworkState
{
    private readonly Lock _lock = new();
    private readonly List<(NetworkSubnet Subnet, AddressPool Pool)> _pools;
    private readonly HashSet<IPAddress> _lent = [];
    private readonly FormerAddresses _former = new();
    private Network _network;

    /// <param name="live">The network as it is on the host.</param>
    public NetworkState(ILiveNetwork live)
    {
        Live = live;
        _network = live.Network;
        _pools = [.. Network.Subnets.Select(s => (s, PoolOf(s)))];
    }

    /// <summary>The network as it is on the host.</summary>
    public ILiveNetwork Live { get; }

    /// <summary>The network as the contract shows it, with the subnet that a server of its own lends addresses of, once that is known.</summary>
    public Network Network => Volatile.Read(ref _network);

    /// <summary>Leases addresses and host ports for an endpoint; nothing is recorded or made yet.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="at">The container's interface.</param>
    /// <param name="ports">Where host ports are reserved.</param>
    /// <param name="given">The addresses that somebody else gave; null for those of the network's own pools.</param>
    public Endpoint Lease(EndpointRequest request, SandboxInterface at, PortReservations ports, GivenAddresses? given)
    {
        byte[]? mac = request.MacAddress is { } asked ? MacAddress.Parse(asked) : null;
        string id = given?.EndpointId ?? EndpointIds.New();
        IPAddress? ipv4 = null, ipv6 = null;
        PublishedPort[] published = [];
        try
        {
            lock (_lock)
            {
                IReadOnlyList<IPAddress> earlier = [.. request.Earlier, .. _former.Of(request.ContainerName)];
                ipv4 = given is null ? Lease(AddressFamily.InterNetwork, request.IPv4Address, earlier, "IPv4") : Take(given.IPv4?.Address, given);
                ipv6 = given is null ? Lease(AddressFamily.InterNetworkV6, request.IPv6Address, earlier, "IPv6") : Take(given.IPv6?.Address, given);
                _former.Note(request.ContainerName, ipv4, ipv6);
            }

            published = Reserve(request.Ports, ipv4, ipv6, request.ContainerId, ports);
            return Make(new EndpointRow(
                id,
                request.ContainerId,
                Network.Id,
                ipv4,
                ipv6,
                MacOf(mac, given?.Mac ?? (ipv4 is null && ipv6 is null ? MacAddress.OfEndpoint(id) : null), ipv4 ?? ipv6 ?? IPAddress.Any) is { Length: > 0 } hardware ? MacAddress.Format(hardware) : "",
                at.Number,
                "veth" + id[..7],
                published,
                request.GatewayPriority)
            {
                InterfaceName = at.Given,
                Egress = request.Egress?.ToString(),
                Lease = given?.Lease,
            },
            request);
        }
        catch
        {
            ports.Release(published);
            Release(ipv4, ipv6);
            throw;
        }
    }

    /// <summary>Reserves further host ports for an endpoint.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="ports">Where host ports are reserved.</param>
    public PublishedPort[] Reserve(IReadOnlyList<PortRequest> requests, Endpoint endpoint, PortReservations ports) =>
        Reserve(requests, endpoint.IPv4?.Address, endpoint.IPv6?.Address, endpoint.ContainerId, ports);

    /// <summary>Reserves host ports for an endpoint that takes the place of another: those that the other has change hands.</summary>
    /// <param name="theirs">The other's ports.</param>
    /// <param name="requests">What is asked for.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="ports">Where host ports are reserved.</param>
    public PortHandover Take(IReadOnlyList<PublishedPort> theirs, IReadOnlyList<PortRequest> requests, Endpoint endpoint, PortReservations ports) =>
        ports.Take(theirs, Network is { LeadsOutside: true, PublishesPorts: true } ? requests : [], TargetOf(endpoint.IPv4?.Address, endpoint.IPv6?.Address), endpoint.ContainerId);

    /// <summary>Takes an endpoint again that is recorded, and so are its leases.</summary>
    public Endpoint Restore(EndpointRow row)
    {
        lock (_lock)
        {
            Mark(row.IPv4);
            Mark(row.IPv6);
            Learn(row.Lease);
        }

        return Make(row);
    }

    /// <summary>Whether recorded addresses are still of this network.</summary>
    public bool Holds(EndpointRow row) =>
        ((row.IPv4 ?? row.IPv6) is not null || Network.Subnets.Count == 0)
        && (row.Lease is not null || PoolsHold(row));

    private bool PoolsHold(EndpointRow row) =>
        (row.IPv4 is null || PoolOf(row.IPv4) is not null)
        && (row.IPv6 is null || PoolOf(row.IPv6) is not null);

    /// <summary>Gives an endpoint's addresses back.</summary>
    public void Release(Endpoint endpoint) => Release(endpoint.IPv4?.Address, endpoint.IPv6?.Address);

    private PublishedPort[] Reserve(IReadOnlyList<PortRequest> requests, IPAddress? ipv4, IPAddress? ipv6, string container, PortReservations ports) =>
        !Network.LeadsOutside || !Network.PublishesPorts ? [] : ports.Reserve(requests, TargetOf(ipv4, ipv6), container);

    private PortTarget TargetOf(IPAddress? ipv4, IPAddress? ipv6) =>
        new(ipv4, ipv6, Network.BindAddress) { TranslatesIPv4 = Network.TranslatesIPv4, TranslatesIPv6 = Network.TranslatesIPv6, Relays = Network.Relays };

    private void Mark(IPAddress? address)
    {
        if (address is not null && PoolOf(address)?.TryLease(address) is null)
        {
            _lent.Add(address);
        }
    }

    /// <summary>Takes note of an address that somebody else gave. What was lent by a server of the network is of a subnet that Quai has no pool of.</summary>
    private IPAddress? Take(IPAddress? address, GivenAddresses given)
    {
        if (address is null)
        {
            return null;
        }

        bool free = PoolOf(address) is { } pool ? pool.TryLease(address) : given.Lease is not null && _lent.Add(address);
        Learn(given.Lease);
        return free ? address
            : throw QuaiException.System($"{given.Giver} gave {address} for an endpoint on network {Network.Name}, where it is somebody's already: another endpoint's, or the network's own");
    }

    private void Learn(EndpointLease? lease)
    {
        if (lease is not null && Network.Subnets.Count == 0)
        {
            IPNetwork subnet = Prefixes.Of(IPAddress.Parse(lease.Address), lease.PrefixLength);
            IPAddress? router = lease.Router is { } hop ? IPAddress.Parse(hop) : null;
            Volatile.Write(ref _network, Live.Network with { Subnets = [new NetworkSubnet(subnet, router ?? subnet.BaseAddress, null) { HasGateway = router is not null }] });
        }
    }

    // One that follows from an address cannot be known before the address is.
    private byte[] MacOf(byte[]? asked, byte[]? made, IPAddress leased) => Live.MacOf(asked, leased) is { Length: > 0 } usual ? asked ?? made ?? usual : [];

    private EndpointAddress? AddressOf(IPAddress? address) =>
        address is not null && Network.Subnets.FirstOrDefault(s => s.Prefix.Contains(address)) is { } subnet
            ? new EndpointAddress(address, subnet.Prefix.PrefixLength, subnet.NextHop)
            : null;

    private Endpoint Make(EndpointRow row, EndpointRequest? request = null)
    {
        SandboxInterface at = Live.InterfaceOf(row);
        EndpointAddress? ipv4 = row.Lease?.ToAddress(Network.LeadsOutside) ?? AddressOf(row.IPv4), ipv6 = AddressOf(row.IPv6);
        SandboxSetup setup = Live.Attach(new EndpointPlace(row.HostInterface, at, row.MacAddress.Length > 0 ? MacAddress.Parse(row.MacAddress) : [], ipv4, ipv6));
        if (request is not null)
        {
            setup = EndpointExtras.Add(setup, at, row.HostInterface, request);
        }

        return new Endpoint(row.Id, row.ContainerId, Network, row.MacAddress, at, row.HostInterface, row.Ports, setup) { IPv4 = ipv4, IPv6 = ipv6, GatewayPriority = row.GatewayPriority, Egress = row.Egress is { } egress ? EgressPolicy.Parse(egress) : null, Lease = row.Lease };
    }

    private IPAddress? Lease(AddressFamily family, IPAddress? wanted, IReadOnlyList<IPAddress> earlier, string called)
    {
        if (wanted is null)
        {
            if (earlier.FirstOrDefault(a => a.AddressFamily == family && PoolOf(a)?.TryLease(a) == true) is { } again)
            {
                return again;
            }

            List<AddressPool> pools = [.. _pools.Where(p => p.Subnet.Prefix.BaseAddress.AddressFamily == family).Select(p => p.Pool)];
            return pools.Count == 0 ? null
                : pools.Select(p => p.TryLease()).FirstOrDefault(a => a is not null)
                    ?? throw QuaiException.System($"no available {called} addresses on this network's address pools: {Network.Name} ({Network.Id})");
        }

        if (PoolOf(wanted) is not { } pool)
        {
            throw QuaiException.Invalid($"Invalid address {wanted}: It does not belong to any of this network's subnets");
        }

        return pool.TryLease(wanted) ? wanted : throw new AddressUnavailableException(wanted, Network.Name);
    }

    private void Release(IPAddress? ipv4, IPAddress? ipv6)
    {
        lock (_lock)
        {
            if (ipv4 is not null)
            {
                PoolOf(ipv4)?.Release(ipv4);
                _lent.Remove(ipv4);
            }

            if (ipv6 is not null)
            {
                PoolOf(ipv6)?.Release(ipv6);
            }
        }
    }

    private AddressPool? PoolOf(IPAddress address) => _pools.Find(p => p.Subnet.Prefix.Contains(address)).Pool;

    private AddressPool PoolOf(NetworkSubnet subnet) => new(
        subnet.Prefix,
        subnet.Range ?? subnet.Prefix,
        [.. (ReadOnlySpan<IPAddress>)(subnet.HasGateway ? [subnet.Gateway] : []), .. (ReadOnlySpan<IPAddress>)(subnet.Router is { } router ? [router] : []), .. Network.Attributes.Asked.SelectMany(a => a.Others()).Select(o => o.Address).Where(subnet.Prefix.Contains)]);
}
