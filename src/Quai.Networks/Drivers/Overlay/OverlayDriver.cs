using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Netlink.Tunnels;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Firewalls;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// Networks of several hosts: on each a bridge as other networks have, with no address of the host's, and as one of its ports a VXLAN interface that leads to the others. It is all that such a network has to
/// the outside, so it is internal. Where nobody's options name the other hosts, <see cref="IOverlayNetworks"/> tells them.
/// </summary>
internal sealed partial class OverlayDriver : INetworkDriver, IDisposable
{
    // Half of what may be sent by one state takes longer than that on any network of today.
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(30);

    private readonly NetlinkSocket _route;
    private readonly NetworkOptions _options;
    private readonly NameClaims _claims;
    private readonly Func<IEnumerable<NetworkRecord>> _networks;
    private readonly ILogger _logger;
    private readonly BridgeDevice _bridges;
    private readonly VxlanDevice _tunnels;
    private readonly TunnelGuard _guard;
    private readonly ITimer _renewal;
    private readonly ConcurrentDictionary<string, OverlayTunnel> _live = [];
    private TunnelSecurity? _security;

    /// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">The daemon's settings.</param>
    /// <param name="claims">Names that this daemon alone uses.</param>
    /// <param name="subnets">Where subnets come from that nobody named; an overlay's are always named.</param>
    /// <param name="networks">The records of the networks that there are.</param>
    /// <param name="logger">For what is done in the background.</param>
    /// <param name="time">The clock.</param>
    public OverlayDriver(NetlinkSocket route, NetworkOptions options, NameClaims claims, FreeSubnets subnets, Func<IEnumerable<NetworkRecord>> networks, ILogger logger, TimeProvider time)
    {
        _route = route;
        _options = options;
        _claims = claims;
        _networks = networks;
        _logger = logger;
        _bridges = new BridgeDevice(route, options.Owner, options.Firewall, subnets);
        _tunnels = new VxlanDevice(route);
        _guard = new TunnelGuard(options, logger, time);
        _renewal = time.CreateTimer(_ => Renew(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Name => "overlay";

    // Opened for the first network: a host without one need not load what the kernel has for it.
    private TunnelSecurity Security => _security ??= new TunnelSecurity();

    /// <summary>The tunnel of a network that is there on this host; null for none.</summary>
    /// <param name="networkId">Its whole id.</param>
    public OverlayTunnel? Find(string networkId) => _live.GetValueOrDefault(networkId);

    /// <inheritdoc/>
    public async Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation)
    {
        OverlaySettings settings = OverlayOptions.Of(record, _options);
        if (_networks().FirstOrDefault(n => n.Id != record.Id && n.Driver == Name && OverlayOptions.NumberOf(n) == settings.Id) is { } other)
        {
            throw QuaiException.Conflict($"number {settings.Id} is that of network {other.Name} already: choose another for {record.Name}, on all of its hosts");
        }

        _tunnels.CheckKind();
        if (_tunnels.HolderOf(settings.Id, settings.Port, OverlaySettings.TunnelOf(record.Id)) is { } holder)
        {
            throw QuaiException.Conflict($"number {settings.Id} on UDP port {settings.Port} is that of interface {holder} of this host already: choose another, on all hosts");
        }

        _ = Underlay.MtuOf(settings, _route);
        if (!await _claims.ClaimAsync($"overlay-{settings.Id}", cancellation).ConfigureAwait(false))
        {
            throw QuaiException.Conflict($"number {settings.Id} is used by another quaid in this network namespace: choose another, on all hosts");
        }

        return record with { Interface = OverlaySettings.BridgeOf(record.Id), OwnsInterface = true, Attributes = record.Attributes with { Internal = true } };
    }

    /// <inheritdoc/>
    public ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken)
    {
        OverlaySettings settings = OverlayOptions.Of(record, _options);
        int mtu = Underlay.MtuOf(settings, _route);
        OverlayKeys? keys = settings.KeyFile is { } file ? new OverlayKeys(OverlayKey.Read(file), []) : null;
        if (settings.Encrypted)
        {
            // Before there is a tunnel by which anything could pass.
            _guard.Put(settings);
            if (keys is not null)
            {
                Security.Apply(settings, settings.Peers ?? [], keys);
            }
        }

        BridgeSettings like = BridgeOf(record, mtu);
        BridgeState bridge = _bridges.Ensure(like, [.. record.Subnets.Select(s => s.Gateway)], record.OwnsInterface, taken);
        bool told = settings.Peers is null;
        var link = new VxlanLink { Name = OverlaySettings.TunnelOf(record.Id), Id = settings.Id, Local = settings.Local, Port = settings.Port, Mtu = mtu, Learns = !told, Answers = told };
        var tunnel = new OverlayTunnel(settings, _tunnels.Ensure(link, bridge), _tunnels, Security, keys);
        if (settings.Peers is { } peers)
        {
            tunnel.SetPeers(peers);
        }

        _live[record.Id] = tunnel;
        _renewal.Change(s_renewal, s_renewal);
        return new LiveBridge(_bridges, like, bridge, record);
    }

    /// <inheritdoc/>
    public void Delete(NetworkRecord record)
    {
        _live.TryRemove(record.Id, out _);
        _tunnels.Delete(OverlaySettings.TunnelOf(record.Id));
        _bridges.Delete(OverlaySettings.BridgeOf(record.Id));
        if (OverlayOptions.NumberOf(record) is { } id)
        {
            Security.Remove(new OverlaySettings(id, IPAddress.None).Mark);
            _guard.Remove(id);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _renewal.Dispose();
        _guard.Dispose();
        _security?.Dispose();
    }

    private static BridgeSettings BridgeOf(NetworkRecord record, int mtu) => new()
    {
        Interface = OverlaySettings.BridgeOf(record.Id),
        IPv4 = FamilyOf(record, AddressFamily.InterNetwork),
        IPv6 = FamilyOf(record, AddressFamily.InterNetworkV6),
        LongestPrefix = 32,
        Mtu = mtu,
        Masquerade = false,
        Shown = record.Options,
    };

    private static BridgeFamily? FamilyOf(NetworkRecord record, AddressFamily family) =>
        record.Subnets.FirstOrDefault(s => s.Gateway.Address.AddressFamily == family) is { } subnet ? new BridgeFamily { Address = subnet.Gateway, Range = subnet.Range, Mode = GatewayMode.Isolated } : null;

    private void Renew()
    {
        foreach (OverlayTunnel tunnel in _live.Values)
        {
            try
            {
                tunnel.Renew();
            }
            catch (Exception e) when (e is LinuxException or QuaiException or ObjectDisposedException)
            {
                LogNotRenewed(_logger, tunnel.Settings.Id, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the encryption of overlay network number {Number} could not be renewed and will stop after 2^32 packets: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, uint number, string reason);
}
