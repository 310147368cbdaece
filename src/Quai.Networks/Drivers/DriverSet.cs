using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Drivers.Ipvlan;
using Quai.Networks.Drivers.Macvlan;
using Quai.Networks.Drivers.Overlay;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Firewalls;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers;

/// <summary>The drivers that there are, put together.</summary>
internal sealed class DriverSet : IDisposable
{
    private readonly ParentDevice _parents;
    private readonly FreeSubnets _subnets;
    private readonly RemoteLedger _ledger;
    private readonly Dictionary<string, INetworkDriver> _byName;

    /// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">The daemon's settings.</param>
    /// <param name="claims">Names that this daemon alone uses.</param>
    /// <param name="networks">The records of the networks that there are.</param>
    /// <param name="ledger">What plugins were asked to make.</param>
    /// <param name="logger">For what is done in the background.</param>
    /// <param name="time">The clock.</param>
    public DriverSet(NetlinkSocket route, NetworkOptions options, NameClaims claims, Func<IEnumerable<NetworkRecord>> networks, RemoteLedger ledger, ILogger logger, TimeProvider time)
    {
        string place = options.Owner + MachineId();
        FreeSubnets subnets = _subnets = new FreeSubnets(
            route, SubnetPools.Of(AddressFamily.InterNetwork, options.Pools, place), SubnetPools.Of(AddressFamily.InterNetworkV6, options.Pools, place));
        _ledger = ledger;
        _parents = new ParentDevice(options.Owner);
        Overlay = new OverlayDriver(route, options, claims, subnets, networks, logger, time);
        INetworkDriver[] drivers =
        [
            new BridgeDriver(route, options, claims, subnets),
            new ParentDriver(new MacvlanKind(), _parents, subnets, networks),
            new ParentDriver(new IpvlanKind(), _parents, subnets, networks),
            Overlay,
            new NamespaceDriver("host"),
            new NamespaceDriver("null"),
        ];
        _byName = drivers.ToDictionary(d => d.Name);
    }

    /// <summary>The driver of a name; one that is none of Quai's is a plugin's.</summary>
    public INetworkDriver Of(string name) => _byName.GetValueOrDefault(name) ?? new RemoteDriver(name, _subnets, _ledger);

    /// <summary>The one of them that a cluster talks to.</summary>
    public OverlayDriver Overlay { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Overlay.Dispose();
        _parents.Dispose();
    }

    // Where there is none, what is chosen is another each time; what has been chosen is recorded.
    private static string MachineId() => File.Exists("/etc/machine-id") ? File.ReadAllText("/etc/machine-id") : Guid.NewGuid().ToString();
}
