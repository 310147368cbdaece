using System.Net.Sockets;
using Quai.Linux.Nftables;
using Quai.Networks.Drivers;
using Quai.Networks.Firewalls.Host;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>
/// The rules of one of the two tables, the same for IPv4 and IPv6 but for the host's loopback: for that of IPv6 the kernel itself takes care.
/// What concerns one network is in chains of its own (<see cref="BridgeChains"/>), which are found by its interface's name: a packet passes no rules of others,
/// and a network comes and goes without a word about the others.
/// </summary>
/// <param name="batch">Where they are written to.</param>
/// <param name="table">The table's name.</param>
/// <param name="family">The table's family.</param>
internal sealed class TableRules(NftBatch batch, string table, AddressFamily family)
{
    /// <summary>The maps of published ports, on all addresses and on one, and the set of those that are open at containers' own addresses.</summary>
    public const string Ports = "ports", AddressedPorts = "addressed_ports", OpenPorts = "open_ports";

    /// <summary>Chains by which a table is known to be whole: every one has the first.</summary>
    public const string Raw = "raw", Publish = "publish", Forward = "forward";

    /// <summary>The set of the networks' interfaces.</summary>
    public const string Bridges = "bridges";

    private const string Postrouting = "postrouting", Marks = "marks", Strangers = "strangers", Routers = "routers", Earlier = "earlier_interfaces", Closed = "closed";
    private const byte Icmp = 1, IcmpRedirect = 5, Icmp6 = 58, RouterAdvertisement = 134, Icmp6Redirect = 137;

    private static readonly byte[] s_loopback = [127, 0, 0, 0];

    private readonly BridgeChains _chains = new(batch, table, family);
    private readonly EgressChains _egress = new(batch, table, family);
    private readonly bool _ipv6 = family == AddressFamily.InterNetworkV6;
    private readonly NftType _address = family == AddressFamily.InterNetwork ? NftType.Address : NftType.Address6;

    /// <summary>Whether there is more to a table than what the host does not take from containers.</summary>
    public static bool IsWhole(AddressFamily family, IReadOnlyList<FirewalledBridge> bridges, ForwardGuard? guard) =>
        family == AddressFamily.InterNetwork || guard is not null || bridges.Any(b => b.IPv6 is not null);

    /// <summary>Writes all of them into a table that is empty.</summary>
    public void Write(IReadOnlyList<FirewalledBridge> bridges, ForwardGuard? guard)
    {
        batch.AddSet(table, Closed, NftType.InterfaceName);
        batch.AddSet(table, Bridges, NftType.InterfaceName);
        batch.AddChain(table, Raw, NftHook.Prerouting("filter", NftHook.Raw));
        WriteRaw();
        bool whole = IsWhole(family, bridges, guard);
        if (whole)
        {
            WriteFrame();
        }

        Add(bridges, whole);
        if (guard is not null)
        {
            Write(guard);
        }
    }

    /// <summary>Adds networks to a table.</summary>
    /// <param name="bridges">The networks.</param>
    /// <param name="whole">Whether the table is: see <see cref="IsWhole"/>.</param>
    public void Add(IReadOnlyList<FirewalledBridge> bridges, bool whole)
    {
        batch.AddElements(table, Closed, Names(bridges.Where(b => b.Closed)));
        batch.AddElements(table, Bridges, Names(bridges));
        foreach (FirewalledBridge bridge in bridges)
        {
            if (whole && bridge.Of(family) is { } subnet)
            {
                _chains.Add(bridge, subnet);
                if (bridge.Egress is { } policy)
                {
                    _egress.Add(bridge.Interface, policy);
                }
            }
        }
    }

    /// <summary>Takes networks out of a table.</summary>
    public void Delete(IReadOnlyList<FirewalledBridge> bridges, bool whole)
    {
        batch.DeleteElements(table, Closed, Names(bridges.Where(b => b.Closed)));
        batch.DeleteElements(table, Bridges, Names(bridges));
        foreach (FirewalledBridge bridge in bridges)
        {
            if (whole && bridge.Of(family) is { } subnet)
            {
                _chains.Delete(bridge, subnet);
                if (bridge.Egress is { } policy)
                {
                    _egress.Delete(bridge.Interface, policy);
                }
            }
        }
    }

    private static NftElement[] Names(IEnumerable<FirewalledBridge> bridges) => [.. bridges.Select(b => NftElement.OfInterface(b.Interface))];

    /// <summary>Chains, maps and sets, and where a packet goes from one to the other.</summary>
    private void WriteFrame()
    {
        NftType target = NftType.Concat(_address, NftType.Port);
        batch.AddMap(table, Ports, NftType.Concat(NftType.Protocol, NftType.Port), target);
        batch.AddMap(table, AddressedPorts, NftType.Concat(_address, NftType.Protocol, NftType.Port), target);
        batch.AddSet(table, OpenPorts, NftType.Concat(_address, NftType.Protocol, NftType.Port));
        foreach (string map in BridgeChains.Maps)
        {
            batch.AddVerdictMap(table, map, NftType.InterfaceName);
        }

        batch.AddChain(table, Publish);
        HostDenials.WriteFrame(batch, table);
        batch.AddChain(table, "prerouting", NftHook.Prerouting("nat", NftHook.DestinationNat));
        batch.AddChain(table, "output", NftHook.Output("nat", NftHook.DestinationNat));
        batch.AddChain(table, Postrouting, NftHook.Postrouting("nat", NftHook.SourceNat));
        batch.AddChain(table, Marks, NftHook.Forward("filter", NftHook.BeforeFilters));
        batch.AddChain(table, Forward, NftHook.Forward("filter", 0));

        const uint R = NftRule.Register;
        uint port = R + (uint)(_address.Length / 4);
        batch.Rule(table, Publish).LoadDestination(R).LoadProtocol(port).LoadDestinationPort(port + 1).Lookup(AddressedPorts, R, R).DestinationNatTo(R, port);
        batch.Rule(table, Publish).LoadProtocol(R).LoadDestinationPort(R + 1).Lookup(Ports, R, R).DestinationNatTo(R, port);
        batch.Rule(table, "prerouting").Marked(HostDenials.Mark).Goto(HostDenials.Untranslated);
        batch.Rule(table, "prerouting").DestinationIsLocal().Jump(Publish);
        batch.Rule(table, "output").DestinationIsLocal().Jump(Publish);
        batch.Rule(table, Postrouting).ByInInterface(BridgeChains.Leaving);
        batch.Rule(table, Postrouting).ByOutInterface(BridgeChains.Entering);
        batch.Rule(table, Marks).ByOutInterface(BridgeChains.MarkedTo);
        batch.Rule(table, Marks).ByInInterface(BridgeChains.MarkedFrom);
        _egress.WriteFrame(Forward);
        batch.Rule(table, Forward).ByInInterface(BridgeChains.ForwardedFrom);
        batch.Rule(table, Forward).ByOutInterface(BridgeChains.ForwardedTo);
    }

    /// <summary>What is dropped before anybody sees it, connection tracking and translation included.</summary>
    private void WriteRaw()
    {
        // What a container's frame gets past the bridge to its own port.
        batch.Rule(table, Raw).InGroup(InterfaceGroups.Ports).Drop();

        // The bridge's own setting counts only while forwarding is on.
        if (_ipv6)
        {
            batch.Rule(table, Raw).InInterfaceOf(Closed).Icmp(Icmp6, RouterAdvertisement).Drop();
            batch.Rule(table, Raw).InInterfaceOf(Closed).Icmp(Icmp6, Icmp6Redirect).Drop();
            return;
        }

        // The host's loopback is the host's: translation to a container comes before the kernel's own check of where such a packet came from,
        // and where route_localnet is on, as on the bridge, there is no such check, nor one of the source.
        batch.Rule(table, Raw).InLoopback(not: true).Destination(s_loopback, 8).Drop();
        batch.Rule(table, Raw).InLoopback(not: true).Source(s_loopback, 8).Drop();
        batch.Rule(table, Raw).InInterfaceOf(Closed).Icmp(Icmp, IcmpRedirect).Drop();
    }

    /// <summary>
    /// The chain of packets that are none of Quai's. What may pass is what asked for forwarding itself: bridges of this daemon and of others like it, interfaces
    /// that were forwarding before, networks of containers and virtual machines that were made since by an engine which found forwarding on.
    /// They may begin connections; what comes from elsewhere may only answer, or go where somebody's published port sends it.
    /// </summary>
    private void Write(ForwardGuard guard)
    {
        batch.AddChain(table, Strangers, NftHook.Forward("filter", 0));
        batch.Rule(table, Strangers).InGroup(InterfaceGroups.Bridges).Accept();
        batch.Rule(table, Strangers).OutGroup(InterfaceGroups.Bridges).Accept();
        batch.Rule(table, Strangers).InInterfaceOf(Bridges).Accept();
        batch.Rule(table, Strangers).OutInterfaceOf(Bridges).Accept();
        batch.Rule(table, Strangers).ConntrackState(NftRule.Established | NftRule.Related).Accept();
        batch.Rule(table, Strangers).ConntrackStatus(NftRule.DestinationNat).Accept();
        AddSet(Routers, guard.Routers);
        AddSet(Earlier, guard.Earlier);
        batch.Rule(table, Strangers).InInterfaceOf(Routers).Accept();
        // A bridge made later is another engine's. A lone veth may lead to anybody.
        batch.Rule(table, Strangers).InKind("bridge").InInterfaceOf(Earlier, not: true).Accept();

        // Where br_netfilter is loaded, this chain sees what stays within a bridge too. A routed packet came in a frame to the bridge's own address.
        foreach ((string name, byte[] mac) in guard.Bridges)
        {
            batch.Rule(table, Strangers).InInterface(name).OutInterface(name).NotSentTo(mac).Accept();
        }

        batch.Rule(table, Strangers).Drop();
    }

    private void AddSet(string set, IReadOnlyList<string> interfaces)
    {
        batch.AddSet(table, set, NftType.InterfaceName);
        batch.AddElements(table, set, [.. interfaces.Select(i => NftElement.OfInterface(i))]);
    }
}
