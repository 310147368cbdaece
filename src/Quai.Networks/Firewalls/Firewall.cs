using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Ports;

namespace Quai.Networks.Firewalls;

/// <summary>
/// This daemon's nftables table, family <c>ip</c>, and one of the same name in family <c>ip6</c>. Published ports are elements of two maps, so a thousand cost a packet as much as one,
/// and publishing is one transaction.
/// <para>
/// An <c>accept</c> in one table does not overrule a <c>drop</c> in another. So what is forwarded for containers is marked, and <see cref="ForwardPass"/> has the
/// firewalls of others accept the mark. Traffic between host and containers, published ports from the host among it, is not forwarded and so not concerned;
/// traffic between containers is bridged, and concerned only where <c>br_netfilter</c> is loaded and <c>net.bridge.bridge-nf-call-iptables</c> is 1, as dockerd leaves it.
/// </para>
/// </summary>
internal sealed partial class Firewall : IDisposable
{
    private const string Ports = "ports", AddressedPorts = "addressed_ports", Publish = "publish";

    private static readonly NftType Target = NftType.Concat(NftType.Address, NftType.Port);

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket;
    private readonly string _table;
    private readonly string _comment;
    private readonly bool _ipv6;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Published> _published = [];
    private IReadOnlyList<FirewalledBridge> _bridges = [];
    private ForwardGuard? _guard;
    private Published _withdrawn = new([], [], []);
    private Task? _draining;

    /// <param name="table">The name of its tables.</param>
    /// <param name="comment">Whose they are, for <c>nft list</c>; empty for nothing.</param>
    /// <param name="ipv6">Whether the kernel has IPv6.</param>
    /// <param name="logger">For what is done in the background.</param>
    public Firewall(string table, string comment, bool ipv6, ILogger logger)
    {
        _table = table;
        _comment = comment;
        _ipv6 = ipv6;
        _logger = logger;
        _socket = NftBatch.OpenSocket();
    }

    /// <summary>Replaces the table by a new one, in one transaction, with exactly these bridges and endpoints.</summary>
    /// <param name="bridges">The bridges.</param>
    /// <param name="endpoints">Whose ports are published.</param>
    /// <param name="guard">What keeps the host from forwarding for others, where Quai turned forwarding on; null where it did not.</param>
    public void Rebuild(IReadOnlyList<FirewalledBridge> bridges, IEnumerable<Endpoint> endpoints, ForwardGuard? guard)
    {
        lock (_lock)
        {
            _bridges = bridges;
            _guard = guard;
            _published.Clear();
            foreach (Endpoint endpoint in endpoints)
            {
                _published[endpoint.Id] = Elements(endpoint);
            }

            Rebuild();
        }
    }

    /// <summary>Writes the table anew if somebody took it away or emptied it.</summary>
    /// <returns>Whether that was so.</returns>
    public bool Mend()
    {
        lock (_lock)
        {
            if (NftListing.BaseChains(_socket, NftFamily.IPv4).Any(c => c.Table == _table && c.Name == Forward)
                && NftListing.Rules(_socket, NftFamily.IPv4, _table, Publish).Count > 0
                && Holds(Ports, p => p.Ports) && Holds(AddressedPorts, p => p.AddressedPorts)
                && (!_ipv6 || NftListing.BaseChains(_socket, NftFamily.IPv6).Any(c => c.Table == _table)))
            {
                return false;
            }

            LogRebuilding(_logger, _table, "it was gone or empty");
            Rebuild();
            return true;
        }
    }

    /// <summary>Writes the table anew for other bridges.</summary>
    public void SetBridges(IReadOnlyList<FirewalledBridge> bridges)
    {
        lock (_lock)
        {
            IReadOnlyList<FirewalledBridge> before = _bridges;
            _bridges = bridges;
            try
            {
                Rebuild();
            }
            catch
            {
                _bridges = before;
                throw;
            }
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
                Commit(batch => AddTo(batch, elements), $"publish ports of {endpoint.IPv4?.Address}");
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

    /// <summary>Deletes the tables, but for the guard: as long as forwarding is on, the host forwards for nobody else.</summary>
    public void Destroy()
    {
        lock (_lock)
        {
            _published.Clear();
            _withdrawn = new([], [], []);
            _bridges = [];
            if (_guard is not null)
            {
                Rebuild();
                return;
            }

            DeleteTables(_table);
        }
    }

    /// <summary>Deletes tables that this daemon had under an earlier name.</summary>
    public void DeleteTables(string table)
    {
        lock (_lock)
        {
            Delete(NftFamily.IPv4);
            if (_ipv6)
            {
                Delete(NftFamily.IPv6);
            }
        }

        void Delete(NftFamily family)
        {
            using var batch = new NftBatch(family);

            // Deleting what is not there fails, so it is made first.
            batch.AddTable(table);
            batch.DeleteTable(table);
            try
            {
                batch.Commit(_socket, $"delete nftables table {table}");
            }
            catch (LinuxException e) when (family == NftFamily.IPv6)
            {
                LogNoIPv6Rules(_logger, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static Published Elements(Endpoint endpoint)
    {
        List<NftElement> ports = [], addressed = [];
        if (endpoint.IPv4?.Address is not { } address)
        {
            return new Published([], [], []);
        }

        foreach (PublishedPort port in endpoint.Ports)
        {
            byte[] data = new byte[8];
            _ = address.TryWriteBytes(data, out _);
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

        return new Published(ports, addressed, endpoint.Ports.Any(p => p.Protocol == "udp") ? [address] : []);
    }

    private void AddTo(NftBatch batch, Published elements)
    {
        batch.AddElements(_table, Ports, [.. elements.Ports]);
        batch.AddElements(_table, AddressedPorts, [.. elements.AddressedPorts]);
    }

    private bool Holds(string map, Func<Published, List<NftElement>> elements) =>
        NftBatch.List(_socket, _table, map).Count >= _published.Values.Sum(p => elements(p).Count);

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables table {Table} was changed by somebody else and is written anew: {Reason}")]
    private static partial void LogRebuilding(ILogger logger, string table, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables rules for IPv6 cannot be written: {Reason}")]
    private static partial void LogNoIPv6Rules(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "published ports could not be withdrawn and will be with the next change: {Reason}")]
    private static partial void LogWithdrawFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "UDP flows to a port that is no longer published were not ended: {Reason}")]
    private static partial void LogForgetFailed(ILogger logger, string reason);

    /// <param name="Ports">Elements for ports on all addresses.</param>
    /// <param name="AddressedPorts">Elements for ports on one address.</param>
    /// <param name="UdpTargets">Containers to which UDP is published.</param>
    private sealed record Published(List<NftElement> Ports, List<NftElement> AddressedPorts, List<IPAddress> UdpTargets);
}
