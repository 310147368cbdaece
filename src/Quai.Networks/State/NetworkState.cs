using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Networks.Drivers;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.State;

/// <summary>A network in force, with the addresses of it that are leased. Safe for concurrent use; networks do not wait for each other.</summary>
internal sealed class NetworkState
{
    private readonly Lock _lock = new();
    private readonly List<(NetworkSubnet Subnet, AddressPool Pool)> _pools;

    /// <param name="live">The network as it is on the host.</param>
    public NetworkState(ILiveNetwork live)
    {
        Live = live;
        _pools = [.. Network.Subnets.Select(s => (s, PoolOf(s)))];
    }

    /// <summary>The network as it is on the host.</summary>
    public ILiveNetwork Live { get; }

    /// <summary>The network as the contract shows it.</summary>
    public Network Network => Live.Network;

    /// <summary>Leases addresses and host ports for an endpoint; nothing is recorded or made yet.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="at">The container's interface.</param>
    /// <param name="ports">Where host ports are reserved.</param>
    public Endpoint Lease(EndpointRequest request, SandboxInterface at, PortReservations ports)
    {
        byte[]? mac = request.MacAddress is { } asked ? MacAddress.Parse(asked) : null;
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        IPAddress? ipv4 = null, ipv6 = null;
        PublishedPort[] published = [];
        try
        {
            lock (_lock)
            {
                ipv4 = Lease(AddressFamily.InterNetwork, request.IPv4Address, "IPv4");
                ipv6 = Lease(AddressFamily.InterNetworkV6, request.IPv6Address, "IPv6");
            }

            published = Reserve(request.Ports, ipv4, ipv6, request.ContainerId, ports);
            return Make(new EndpointRow(
                id,
                request.ContainerId,
                Network.Id,
                ipv4,
                ipv6,
                Live.MacOf(mac, ipv4 ?? ipv6 ?? IPAddress.Any) is { Length: > 0 } hardware ? MacAddress.Format(hardware) : "",
                at.Number,
                "veth" + id[..7],
                published,
                request.GatewayPriority)
            {
                InterfaceName = at.Given,
                Egress = request.Egress?.ToString(),
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

    /// <summary>Takes an endpoint again that is recorded, and so are its leases.</summary>
    public Endpoint Restore(EndpointRow row)
    {
        lock (_lock)
        {
            Mark(row.IPv4);
            Mark(row.IPv6);
        }

        return Make(row);
    }

    /// <summary>Whether recorded addresses are still of this network.</summary>
    public bool Holds(EndpointRow row) =>
        (row.IPv4 ?? row.IPv6) is not null
        && (row.IPv4 is null || PoolOf(row.IPv4) is not null)
        && (row.IPv6 is null || PoolOf(row.IPv6) is not null);

    /// <summary>Gives an endpoint's addresses back.</summary>
    public void Release(Endpoint endpoint) => Release(endpoint.IPv4?.Address, endpoint.IPv6?.Address);

    private PublishedPort[] Reserve(IReadOnlyList<PortRequest> requests, IPAddress? ipv4, IPAddress? ipv6, string container, PortReservations ports) =>
        !Network.LeadsOutside || !Network.PublishesPorts ? [] : ports.Reserve(
            requests,
            new PortTarget(ipv4, ipv6, Network.BindAddress) { TranslatesIPv4 = Network.TranslatesIPv4, TranslatesIPv6 = Network.TranslatesIPv6, Relays = Network.Relays },
            container);

    private void Mark(IPAddress? address)
    {
        if (address is not null)
        {
            PoolOf(address)?.TryLease(address);
        }
    }

    private EndpointAddress? AddressOf(IPAddress? address) =>
        address is not null && Network.Subnets.FirstOrDefault(s => s.Prefix.Contains(address)) is { } subnet
            ? new EndpointAddress(address, subnet.Prefix.PrefixLength, subnet.HasGateway ? subnet.Gateway : null)
            : null;

    private Endpoint Make(EndpointRow row, EndpointRequest? request = null)
    {
        SandboxInterface at = Live.InterfaceOf(row);
        EndpointAddress? ipv4 = AddressOf(row.IPv4), ipv6 = AddressOf(row.IPv6);
        SandboxSetup setup = Live.Attach(new EndpointPlace(row.HostInterface, at, row.MacAddress.Length > 0 ? MacAddress.Parse(row.MacAddress) : [], ipv4, ipv6));
        if (request is not null)
        {
            setup = EndpointExtras.Add(setup, at, request);
        }

        return new Endpoint(row.Id, row.ContainerId, Network, row.MacAddress, at, row.HostInterface, row.Ports, setup) { IPv4 = ipv4, IPv6 = ipv6, GatewayPriority = row.GatewayPriority, Egress = row.Egress is { } egress ? EgressPolicy.Parse(egress) : null };
    }

    private IPAddress? Lease(AddressFamily family, IPAddress? wanted, string called)
    {
        if (wanted is null)
        {
            List<AddressPool> pools = [.. _pools.Where(p => p.Subnet.Prefix.BaseAddress.AddressFamily == family).Select(p => p.Pool)];
            return pools.Count == 0 ? null
                : pools.Select(p => p.TryLease()).FirstOrDefault(a => a is not null)
                    ?? throw QuaiException.System($"no available {called} addresses on this network's address pools: {Network.Name} ({Network.Id})");
        }

        if (PoolOf(wanted) is not { } pool)
        {
            throw QuaiException.Invalid($"Invalid address {wanted}: It does not belong to any of this network's subnets");
        }

        return pool.TryLease(wanted) ? wanted : throw new QuaiException(ErrorKind.Forbidden, "Address already in use");
    }

    private void Release(IPAddress? ipv4, IPAddress? ipv6)
    {
        lock (_lock)
        {
            if (ipv4 is not null)
            {
                PoolOf(ipv4)?.Release(ipv4);
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
        [.. (ReadOnlySpan<IPAddress>)(subnet.HasGateway ? [subnet.Gateway] : []), .. Network.Attributes.Asked.SelectMany(a => a.Others()).Select(o => o.Address).Where(subnet.Prefix.Contains)]);
}
