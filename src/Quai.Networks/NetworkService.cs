using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Bridges;
using Quai.Networks.Firewalls;

namespace Quai.Networks;

/// <summary>
/// Networks over netlink and nftables, recorded in SQLite. What is leased lives in memory and is checked there; the record is one write an endpoint.
/// The sockets it talks to the kernel by belong to the network namespace of the thread that opened it.
/// </summary>
public sealed partial class NetworkService : INetworkService, IDisposable
{
    private readonly MetadataDatabase _database;
    private readonly NetworkOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly NetlinkSocket _route;
    private readonly Firewall? _firewall;
    private readonly PortReservations _ports;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Network> _networks = [];
    private readonly Dictionary<string, Endpoint> _endpoints = [];
    private readonly bool _ipv6 = BridgeSettings.KernelHasIPv6;
    private readonly NameClaims _claims = new();
    private AddressPool? _pool;
    private BridgeState _bridge;

    private NetworkService(MetadataDatabase database, NetworkOptions options, ILogger logger, TimeProvider time)
    {
        _database = database;
        _options = options;
        _logger = logger;
        _time = time;
        _route = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        _firewall = options.Firewall ? new Firewall(options.TableName, options.Owner.Length > 0 ? $"quaid {options.Owner}" : "", _ipv6, logger) : null;
        _ports = new PortReservations(PortReservations.KernelRange());
    }

    /// <summary>The tables networks are recorded in.</summary>
    public static IReadOnlyList<Migration> Migrations => NetworkStore.Migrations;

    /// <summary>Opens the networks of a daemon; nothing is done in the kernel before <see cref="RecoverAsync"/>.</summary>
    /// <param name="database">Opened with <see cref="Migrations"/>.</param>
    /// <param name="options">The daemon's settings.</param>
    /// <param name="logger">For what nobody waits for; null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static NetworkService Open(MetadataDatabase database, NetworkOptions options, ILogger<NetworkService>? logger = null, TimeProvider? time = null)
    {
        var service = new NetworkService(database, options, (ILogger?)logger ?? NullLogger.Instance, time ?? TimeProvider.System);
        foreach (StoredNetwork stored in database.Read(NetworkStore.Networks))
        {
            service._networks[stored.Id] = service.ToNetwork(stored);
        }

        return service;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Network> List()
    {
        lock (_lock)
        {
            return [.. _networks.Values];
        }
    }

    /// <inheritdoc/>
    public Network Resolve(string nameOrId)
    {
        lock (_lock)
        {
            if (_networks.TryGetValue(nameOrId, out Network? exact))
            {
                return exact;
            }

            Network? byName = _networks.Values.FirstOrDefault(n => n.Name == nameOrId);
            if (byName is not null)
            {
                return byName;
            }

            Network[] byPrefix = nameOrId.Length == 0 ? [] : [.. _networks.Values.Where(n => n.Id.StartsWith(nameOrId, StringComparison.Ordinal))];
            return byPrefix.Length switch
            {
                1 => byPrefix[0],
                0 => throw QuaiException.NotFound($"network {nameOrId} not found"),
                _ => throw QuaiException.Invalid($"network {nameOrId} is ambiguous ({byPrefix.Length} matches found on ID prefix)"),
            };
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Endpoint> EndpointsOf(string containerId)
    {
        lock (_lock)
        {
            return [.. _endpoints.Values.Where(e => e.ContainerId == containerId)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Endpoint> EndpointsOn(string networkId)
    {
        lock (_lock)
        {
            return [.. _endpoints.Values.Where(e => e.Network.Id == networkId)];
        }
    }

    /// <inheritdoc/>
    public async Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        byte[]? mac = request.MacAddress is { } asked ? ParseMac(asked) : null;
        Endpoint endpoint;
        lock (_lock)
        {
            endpoint = Lease(request, mac);
            _endpoints.Add(endpoint.Id, endpoint);
        }

        try
        {
            var row = new StoredEndpoint(endpoint.Id, endpoint.ContainerId, endpoint.Network.Id, Subnet.ToNumber(endpoint.Address), endpoint.MacAddress, endpoint.HostInterface, [.. endpoint.Ports]);
            await _database.WriteAsync(connection => NetworkStore.Put(connection, row), cancellation).ConfigureAwait(false);
            return endpoint;
        }
        catch
        {
            lock (_lock)
            {
                _endpoints.Remove(endpoint.Id);
                GiveBack(endpoint);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public Task PublishAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (endpoint.Ports.Count > 0)
        {
            _firewall?.Add(endpoint, () => IsHeld(endpoint.Id));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string containerId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        IReadOnlyList<Endpoint> held;
        lock (_lock)
        {
            held = EndpointsOf(containerId);
            foreach (Endpoint endpoint in held)
            {
                _endpoints.Remove(endpoint.Id);
            }
        }

        if (held.Count == 0)
        {
            return;
        }

        // Nobody may lease the address before its row is gone, and nothing may stop half-way: from here on there is no way back.
        await _database.WriteAsync(
            connection =>
            {
                foreach (Endpoint endpoint in held)
                {
                    NetworkStore.DeleteEndpoint(connection, endpoint.Id);
                }
            },
            CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            foreach (Endpoint endpoint in held)
            {
                GiveBack(endpoint);
            }
        }

        foreach (Endpoint endpoint in held)
        {
            _firewall?.Remove(endpoint.Id);
        }
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellation) => _firewall?.FlushAsync().WaitAsync(cancellation) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public string HostsFile(string hostname, string? domainname, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<string> extraHosts)
    {
        IPAddress? gateway;
        lock (_lock)
        {
            gateway = _options.HostGateway ?? _networks.Values.FirstOrDefault(n => n.Driver == "bridge")?.Gateway;
        }

        return ContainerFiles.Hosts(hostname, domainname, endpoints.Select(e => e.Address), extraHosts, gateway);
    }

    /// <inheritdoc/>
    public string ResolvConf(IReadOnlyList<string> servers, IReadOnlyList<string> search, IReadOnlyList<string> options, bool hostNetwork) =>
        ContainerFiles.ResolvConf(ContainerFiles.HostResolvConf(hostNetwork), servers, search, options, hostNetwork);

    /// <summary>Closes the sockets; host ports are free from then on. What is recorded and in the kernel stays.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ports.ReleaseAll();
            _route.Dispose();
            _firewall?.Dispose();
            _claims.Dispose();
        }
    }

    private static byte[] ParseMac(string text)
    {
        string[] parts = text.Split(':', '-');
        byte[] mac = new byte[6];
        for (int i = 0; i < 6; i++)
        {
            if (parts.Length != 6 || parts[i].Length != 2 || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out mac[i]))
            {
                throw QuaiException.Invalid($"invalid MAC address: {text}");
            }
        }

        return mac;
    }

    private static string FormatMac(ReadOnlySpan<byte> mac) => string.Create(CultureInfo.InvariantCulture, $"{mac[0]:x2}:{mac[1]:x2}:{mac[2]:x2}:{mac[3]:x2}:{mac[4]:x2}:{mac[5]:x2}");

    private bool IsHeld(string endpointId)
    {
        lock (_lock)
        {
            return _endpoints.ContainsKey(endpointId);
        }
    }

    private Endpoint Lease(EndpointRequest request, byte[]? mac)
    {
        Network network = Resolve(request.NetworkId);
        if (network.Driver != "bridge" || _pool is not { } pool)
        {
            throw QuaiException.Invalid($"network {network.Name} of driver {network.Driver} has no endpoints");
        }

        uint number = LeaseAddress(pool, network, request.Address);
        try
        {
            IPAddress address = Subnet.ToAddress(number);
            PublishedPort[] ports = _ports.Reserve(request.Ports, address);

            // As Docker's: a function of the address, so that neighbours' ARP caches stay true when an address is leased again.
            mac ??= [0x02, 0x42, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
            string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            return ToEndpoint(id, request.ContainerId, network, address, mac, "veth" + id[..7], ports);
        }
        catch
        {
            pool.Release(number);
            throw;
        }
    }

    private uint LeaseAddress(AddressPool pool, Network network, IPAddress? wanted)
    {
        if (wanted is null)
        {
            return pool.TryLease(out uint free) ? free : throw QuaiException.System($"no available IPv4 addresses on this network's address pools: {network.Name} ({network.Id})");
        }

        uint number = Subnet.ToNumber(wanted);
        if (!pool.Subnet.Contains(number))
        {
            throw QuaiException.Invalid($"Invalid address {wanted}: It does not belong to any of this network's subnets");
        }

        if (_endpoints.Values.Any(e => e.Network.Id == network.Id && e.Address.Equals(wanted)) || !pool.TryLease(number))
        {
            throw new QuaiException(ErrorKind.Forbidden, "Address already in use");
        }

        return number;
    }

    private Endpoint ToEndpoint(string id, string containerId, Network network, IPAddress address, byte[] mac, string hostInterface, PublishedPort[] ports)
    {
        int prefix = _pool!.Subnet.PrefixLength;
        IPAddress gateway = network.Gateway!;
        SandboxSetup setup = EndpointMessages.Build(hostInterface, _bridge.Index, _bridge.Own, mac, address, prefix, gateway, network.Mtu, isolated: !_options.InterContainer, hairpin: DefaultBridge.FiltersBridgedTraffic, _ipv6);
        return new Endpoint(id, containerId, network, address, prefix, gateway, FormatMac(mac), hostInterface, ports, setup);
    }

    private void GiveBack(Endpoint endpoint)
    {
        _ports.Release([.. endpoint.Ports]);
        _pool?.Release(Subnet.ToNumber(endpoint.Address));
    }

    private Network ToNetwork(StoredNetwork stored) => new(
        stored.Id,
        stored.Name,
        stored.Driver,
        stored.Subnet,
        stored.Gateway,
        stored.Bridge,
        stored.Driver == "bridge" ? _options.Mtu : 0,
        stored.Created,
        stored.Driver != "bridge"
            ? new Dictionary<string, string>()
            : new Dictionary<string, string>
            {
                ["com.docker.network.bridge.default_bridge"] = "true",
                ["com.docker.network.bridge.enable_icc"] = _options.InterContainer ? "true" : "false",
                ["com.docker.network.bridge.enable_ip_masquerade"] = _options.Masquerade ? "true" : "false",
                ["com.docker.network.bridge.host_binding_ipv4"] = _options.DefaultBindAddress.ToString(),
                ["com.docker.network.bridge.name"] = stored.Bridge ?? "",
                ["com.docker.network.driver.mtu"] = (_options.Mtu > 0 ? _options.Mtu : 1500).ToString(CultureInfo.InvariantCulture),
            });
}
