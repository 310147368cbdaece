using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks;

/// <summary>A bridge as the firewall sees it.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Subnet">Its containers' addresses.</param>
/// <param name="Masquerade">Whether they reach the outside through the host's address.</param>
/// <param name="InterContainer">Whether they may reach each other.</param>
internal readonly record struct FirewalledBridge(string Interface, Subnet Subnet, bool Masquerade, bool InterContainer);

/// <summary>
/// This daemon's nftables table, family <c>ip</c>. Published ports are elements of two maps, so a thousand cost a packet as much as one,
/// and publishing is one transaction. Nobody else's rules are read or written.
/// <para>
/// An <c>accept</c> in one table does not overrule a <c>drop</c> in another. A host whose forward policy is drop (dockerd with iptables sets
/// that) thus also drops what bridges of Quai send to the outside and get from there, unless the administrator lets it pass, with dockerd
/// in <c>DOCKER-USER</c>. Traffic between host and containers, published ports from the host among it, is not forwarded and so not concerned;
/// traffic between containers is bridged, and concerned only where <c>br_netfilter</c> is loaded and <c>net.bridge.bridge-nf-call-iptables</c> is 1, as dockerd leaves it.
/// </para>
/// </summary>
internal sealed partial class Firewall : IDisposable
{
    private const string Ports = "ports", AddressedPorts = "addressed_ports", Publish = "publish";

    private static readonly NftType Target = NftType.Concat(NftType.Address, NftType.Port);
    private static readonly byte[] Loopback = [127, 0, 0, 0];

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket;
    private readonly string _table;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Published> _published = [];
    private IReadOnlyList<FirewalledBridge> _bridges = [];
    private Published _withdrawn = new([], [], []);
    private Task? _draining;

    public Firewall(string table, ILogger logger)
    {
        _table = table;
        _logger = logger;
        _socket = NftBatch.OpenSocket();
    }

    /// <summary>Replaces the table by a new one, in one transaction, with exactly these bridges and endpoints.</summary>
    public void Rebuild(IReadOnlyList<FirewalledBridge> bridges, IEnumerable<Endpoint> endpoints)
    {
        lock (_lock)
        {
            _bridges = bridges;
            _published.Clear();
            foreach (Endpoint endpoint in endpoints)
            {
                _published[endpoint.Id] = Elements(endpoint);
            }

            Rebuild();
        }
    }

    /// <summary>Publishes an endpoint's ports in one transaction, unless it is gone when its turn comes.</summary>
    public void Add(Endpoint endpoint, Func<bool> stillThere)
    {
        Published elements = Elements(endpoint);
        lock (_lock)
        {
            if (!stillThere() || !_published.TryAdd(endpoint.Id, elements))
            {
                return;
            }

            try
            {
                // What is withdrawn goes in the same transaction: a port may pass from one container to the next.
                Commit(batch => AddTo(batch, elements), $"publish ports of {endpoint.Address}");
            }
            catch
            {
                _published.Remove(endpoint.Id);
                throw;
            }
        }
    }

    /// <summary>Withdraws an endpoint's ports, in the background.</summary>
    public void Remove(string endpointId)
    {
        lock (_lock)
        {
            if (_published.Remove(endpointId, out Published? elements))
            {
                _withdrawn.Ports.AddRange(elements.Ports);
                _withdrawn.AddressedPorts.AddRange(elements.AddressedPorts);
                _withdrawn.UdpTargets.AddRange(elements.UdpTargets);
                _draining ??= Task.Run(Drain);
            }
        }
    }

    /// <summary>Done when nothing waits to be withdrawn.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            return _draining ?? Task.CompletedTask;
        }
    }

    /// <summary>Deletes the table.</summary>
    public void Destroy()
    {
        lock (_lock)
        {
            _published.Clear();
            _withdrawn = new([], [], []);
            using var batch = new NftBatch();
            batch.AddTable(_table);
            batch.DeleteTable(_table);
            batch.Commit(_socket, $"delete nftables table {_table}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static Published Elements(Endpoint endpoint)
    {
        List<NftElement> ports = [], addressed = [];
        foreach (PublishedPort port in endpoint.Ports)
        {
            byte[] data = new byte[8];
            _ = endpoint.Address.TryWriteBytes(data, out _);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port.ContainerPort);
            bool any = port.HostAddress.Equals(IPAddress.Any);
            byte[] key = new byte[any ? 8 : 12];
            Span<byte> rest = key;
            if (!any)
            {
                _ = port.HostAddress.TryWriteBytes(rest, out _);
                rest = rest[4..];
            }

            rest[0] = PortReservations.ProtocolNumber(port.Protocol);
            BinaryPrimitives.WriteUInt16BigEndian(rest[4..], port.HostPort);
            (any ? ports : addressed).Add(new NftElement(key, data));
        }

        return new Published(ports, addressed, endpoint.Ports.Any(p => p.Protocol == "udp") ? [endpoint.Address] : []);
    }

    private void AddTo(NftBatch batch, Published elements)
    {
        batch.AddElements(_table, Ports, [.. elements.Ports]);
        batch.AddElements(_table, AddressedPorts, [.. elements.AddressedPorts]);
    }

    private void Drain()
    {
        lock (_lock)
        {
            _draining = null;
            try
            {
                Commit(null, $"withdraw ports from nftables table {_table}");
            }
            catch (LinuxException e)
            {
                LogWithdrawFailed(_logger, e.Message);
            }
        }
    }

    private void Commit(Action<NftBatch>? add, string what)
    {
        bool withdraws = _withdrawn.Ports.Count + _withdrawn.AddressedPorts.Count > 0;
        if (!withdraws && add is null)
        {
            return;
        }

        using var batch = new NftBatch();
        if (withdraws)
        {
            batch.DeleteElements(_table, Ports, [.. _withdrawn.Ports]);
            batch.DeleteElements(_table, AddressedPorts, [.. _withdrawn.AddressedPorts]);
        }

        add?.Invoke(batch);
        try
        {
            batch.Commit(_socket, what);
            ForgetWithdrawn();
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EEXIST)
        {
            // Somebody took the table or elements of it away, or put some in ("nft flush ruleset"): what should be there is known.
            LogRebuilding(_logger, _table, e.Message);
            Rebuild();
        }
    }

    private void Rebuild()
    {
        using var batch = new NftBatch();

        // Deleting what is not there fails, so it is made first.
        batch.AddTable(_table);
        batch.DeleteTable(_table);
        batch.AddTable(_table);
        batch.AddMap(_table, Ports, NftType.Concat(NftType.Protocol, NftType.Port), Target);
        batch.AddMap(_table, AddressedPorts, NftType.Concat(NftType.Address, NftType.Protocol, NftType.Port), Target);
        batch.AddChain(_table, Publish);
        batch.AddChain(_table, "raw", NftHook.Prerouting("filter", NftHook.Raw));
        batch.AddChain(_table, "prerouting", NftHook.Prerouting("nat", NftHook.DestinationNat));
        batch.AddChain(_table, "output", NftHook.Output("nat", NftHook.DestinationNat));
        batch.AddChain(_table, "postrouting", NftHook.Postrouting("nat", NftHook.SourceNat));
        batch.AddChain(_table, "forward", NftHook.Forward("filter", 0));

        const uint R = NftRule.Register;
        batch.Rule(_table, Publish).LoadDestination(R).LoadProtocol(R + 1).LoadDestinationPort(R + 2).Lookup(AddressedPorts, R, R).DestinationNatTo(R, R + 1);
        batch.Rule(_table, Publish).LoadProtocol(R).LoadDestinationPort(R + 1).Lookup(Ports, R, R).DestinationNatTo(R, R + 1);
        batch.Rule(_table, "prerouting").DestinationIsLocal().Jump(Publish);
        batch.Rule(_table, "output").DestinationIsLocal().Jump(Publish);
        foreach (FirewalledBridge bridge in _bridges)
        {
            AddRules(batch, bridge);
        }

        foreach (Published elements in _published.Values)
        {
            AddTo(batch, elements);
        }

        batch.Commit(_socket, $"write nftables table {_table}");
        ForgetWithdrawn();
    }

    private void ForgetWithdrawn()
    {
        foreach (IPAddress address in _withdrawn.UdpTargets)
        {
            try
            {
                Conntrack.Forget(_socket, address, PortReservations.ProtocolNumber("udp"));
            }
            catch (LinuxException e)
            {
                // A kernel without ctnetlink, or too old: such flows end when their sender pauses for half a minute.
                LogForgetFailed(_logger, e.Message);
            }
        }

        _withdrawn = new([], [], []);
    }

    private void AddRules(NftBatch batch, FirewalledBridge bridge)
    {
        string name = bridge.Interface;
        Span<byte> network = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(network, bridge.Subnet.Base);
        int prefix = bridge.Subnet.PrefixLength;

        // route_localnet on the bridge, which lets the host reach published ports on 127.0.0.1, must not let containers reach the host's loopback.
        batch.Rule(_table, "raw").InInterface(name).Destination(Loopback, 8).Drop();

        if (bridge.Masquerade)
        {
            batch.Rule(_table, "postrouting").Source(network, prefix).OutInterface(name, not: true).Masquerade();
        }

        // From the host's loopback, or from a container by way of a published port (its neighbour's or its own): answers must come back this way.
        batch.Rule(_table, "postrouting").OutInterface(name).Source(Loopback, 8).Masquerade();
        batch.Rule(_table, "postrouting").OutInterface(name).Source(network, prefix).ConntrackStatus(NftRule.DestinationNat).Masquerade();

        batch.Rule(_table, "forward").OutInterface(name).ConntrackState(NftRule.Established | NftRule.Related).Accept();
        batch.Rule(_table, "forward").OutInterface(name).ConntrackStatus(NftRule.DestinationNat).Accept();
        if (bridge.InterContainer)
        {
            batch.Rule(_table, "forward").OutInterface(name).InInterface(name, not: true).Drop();
        }
        else
        {
            batch.Rule(_table, "forward").OutInterface(name).Drop();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables table {Table} was changed by somebody else and is written anew: {Reason}")]
    private static partial void LogRebuilding(ILogger logger, string table, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "published ports could not be withdrawn and will be with the next change: {Reason}")]
    private static partial void LogWithdrawFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "UDP flows to a port that is no longer published were not ended: {Reason}")]
    private static partial void LogForgetFailed(ILogger logger, string reason);

    /// <param name="Ports">Elements for ports on all addresses.</param>
    /// <param name="AddressedPorts">Elements for ports on one address.</param>
    /// <param name="UdpTargets">Containers to which UDP is published.</param>
    private sealed record Published(List<NftElement> Ports, List<NftElement> AddressedPorts, List<IPAddress> UdpTargets);
}
