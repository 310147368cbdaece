using Quai.Linux;
using Quai.Linux.Nftables;
using Quai.Networks.Drivers;

namespace Quai.Networks.Firewalls;

/// <content>The tables' rules.</content>
internal sealed partial class Firewall
{
    private const string Raw = "raw", Postrouting = "postrouting", Marks = "marks", Forward = "forward", Strangers = "strangers", Routers = "routers", Earlier = "earlier_interfaces";
    private const byte Icmp = 1, IcmpRedirect = 5, Icmp6 = 58, RouterAdvertisement = 134, Icmp6Redirect = 137;

    private static readonly byte[] Loopback = [127, 0, 0, 0];

    private void Rebuild()
    {
        using var batch = new NftBatch();
        BeginAnew(batch);
        batch.AddMap(_table, Ports, NftType.Concat(NftType.Protocol, NftType.Port), Target);
        batch.AddMap(_table, AddressedPorts, NftType.Concat(NftType.Address, NftType.Protocol, NftType.Port), Target);
        batch.AddChain(_table, Publish);
        batch.AddChain(_table, Raw, NftHook.Prerouting("filter", NftHook.Raw));
        batch.AddChain(_table, "prerouting", NftHook.Prerouting("nat", NftHook.DestinationNat));
        batch.AddChain(_table, "output", NftHook.Output("nat", NftHook.DestinationNat));
        batch.AddChain(_table, Postrouting, NftHook.Postrouting("nat", NftHook.SourceNat));
        batch.AddChain(_table, Marks, NftHook.Forward("filter", NftHook.BeforeFilters));
        batch.AddChain(_table, Forward, NftHook.Forward("filter", 0));

        const uint R = NftRule.Register;
        batch.Rule(_table, Publish).LoadDestination(R).LoadProtocol(R + 1).LoadDestinationPort(R + 2).Lookup(AddressedPorts, R, R).DestinationNatTo(R, R + 1);
        batch.Rule(_table, Publish).LoadProtocol(R).LoadDestinationPort(R + 1).Lookup(Ports, R, R).DestinationNatTo(R, R + 1);
        batch.Rule(_table, "prerouting").DestinationIsLocal().Jump(Publish);
        batch.Rule(_table, "output").DestinationIsLocal().Jump(Publish);
        AddRawRules(batch);
        foreach (FirewalledBridge bridge in _bridges)
        {
            AddRules(batch, bridge);
        }

        if (_guard is { } guard)
        {
            AddGuard(batch, guard);
        }

        foreach (Published elements in _published.Values)
        {
            AddTo(batch, elements);
        }

        batch.Commit(_socket, $"write nftables table {_table}");
        ForgetWithdrawn();
        if (_ipv6)
        {
            RebuildIPv6();
        }
    }

    private void BeginAnew(NftBatch batch)
    {
        // Deleting what is not there fails, so it is made first.
        batch.AddTable(_table);
        batch.DeleteTable(_table);
        batch.AddTable(_table, _comment);
    }

    /// <summary>What is dropped before anybody sees it, connection tracking and translation included.</summary>
    private void AddRawRules(NftBatch batch)
    {
        // What a container's frame gets past the bridge to its own port.
        batch.Rule(_table, Raw).InGroup(InterfaceGroups.Ports).Drop();

        // The host's loopback is the host's: translation to a container comes before the kernel's own check of where such a packet came from,
        // and where route_localnet is on, as on the bridge, there is no such check, nor one of the source.
        batch.Rule(_table, Raw).InLoopback(not: true).Destination(Loopback, 8).Drop();
        batch.Rule(_table, Raw).InLoopback(not: true).Source(Loopback, 8).Drop();
        foreach (FirewalledBridge bridge in _bridges)
        {
            if (bridge.Closed)
            {
                // The bridge's own setting counts only while forwarding is on.
                batch.Rule(_table, Raw).InInterface(bridge.Interface).Icmp(Icmp, IcmpRedirect).Drop();
            }
        }
    }

    private void AddRules(NftBatch batch, FirewalledBridge bridge)
    {
        string name = bridge.Interface;
        byte[] network = bridge.Subnet.BaseAddress.GetAddressBytes();
        int prefix = bridge.Subnet.PrefixLength;
        if (bridge.Masquerade)
        {
            batch.Rule(_table, Postrouting).Source(network, prefix).OutInterface(name, not: true).Masquerade();
        }

        // From the host's loopback, or from a container by way of a published port (its neighbour's or its own): answers must come back this way.
        batch.Rule(_table, Postrouting).OutInterface(name).Source(Loopback, 8).Masquerade();
        batch.Rule(_table, Postrouting).OutInterface(name).Source(network, prefix).ConntrackStatus(NftRule.DestinationNat).Masquerade();

        if (bridge.Internal)
        {
            if (bridge.InterContainer)
            {
                batch.Rule(_table, Marks).InInterface(name).OutInterface(name).Mark(ForwardPass.Mark);
            }
            else
            {
                batch.Rule(_table, Forward).InInterface(name).OutInterface(name).Drop();
            }

            batch.Rule(_table, Forward).OutInterface(name).InInterface(name, not: true).Drop();
            batch.Rule(_table, Forward).InInterface(name).OutInterface(name, not: true).Drop();
            return;
        }

        // What the chain "forward" lets pass, for the firewalls of others.
        batch.Rule(_table, Marks).OutInterface(name).ConntrackState(NftRule.Established | NftRule.Related).Mark(ForwardPass.Mark);
        batch.Rule(_table, Marks).OutInterface(name).ConntrackStatus(NftRule.DestinationNat).Mark(ForwardPass.Mark);
        batch.Rule(_table, Marks).InInterface(name).OutInterface(name, not: true).Mark(ForwardPass.Mark);
        if (bridge.InterContainer)
        {
            batch.Rule(_table, Marks).InInterface(name).OutInterface(name).Mark(ForwardPass.Mark);
        }

        batch.Rule(_table, Forward).OutInterface(name).ConntrackState(NftRule.Established | NftRule.Related).Accept();
        batch.Rule(_table, Forward).OutInterface(name).ConntrackStatus(NftRule.DestinationNat).Accept();
        if (bridge.InterContainer)
        {
            batch.Rule(_table, Forward).OutInterface(name).InInterface(name, not: true).Drop();
        }
        else
        {
            batch.Rule(_table, Forward).OutInterface(name).Drop();
        }
    }

    /// <summary>
    /// The chain of packets that are none of Quai's. What may pass is what asked for forwarding itself: bridges of this daemon and of others like it, interfaces
    /// that were forwarding before, networks of containers and virtual machines that were made since by an engine which found forwarding on.
    /// They may begin connections; what comes from elsewhere may only answer, or go where somebody's published port sends it.
    /// </summary>
    private void AddGuard(NftBatch batch, ForwardGuard guard)
    {
        batch.AddChain(_table, Strangers, NftHook.Forward("filter", 0));
        batch.Rule(_table, Strangers).InGroup(InterfaceGroups.Bridges).Accept();
        batch.Rule(_table, Strangers).OutGroup(InterfaceGroups.Bridges).Accept();
        foreach (FirewalledBridge bridge in _bridges)
        {
            batch.Rule(_table, Strangers).InInterface(bridge.Interface).Accept();
            batch.Rule(_table, Strangers).OutInterface(bridge.Interface).Accept();
        }

        batch.Rule(_table, Strangers).ConntrackState(NftRule.Established | NftRule.Related).Accept();
        batch.Rule(_table, Strangers).ConntrackStatus(NftRule.DestinationNat).Accept();
        AddSet(batch, Routers, guard.Routers);
        AddSet(batch, Earlier, guard.Earlier);
        batch.Rule(_table, Strangers).InInterfaceOf(Routers).Accept();
        // A bridge made later is another engine's. A lone veth may lead to anybody.
        batch.Rule(_table, Strangers).InKind("bridge").InInterfaceOf(Earlier, not: true).Accept();

        // Where br_netfilter is loaded, this chain sees what stays within a bridge too. A routed packet came in a frame to the bridge's own address.
        foreach ((string name, byte[] mac) in guard.Bridges)
        {
            batch.Rule(_table, Strangers).InInterface(name).OutInterface(name).NotSentTo(mac).Accept();
        }

        batch.Rule(_table, Strangers).Drop();
    }

    private void AddSet(NftBatch batch, string set, IReadOnlyList<string> interfaces)
    {
        batch.AddSet(_table, set, NftType.InterfaceName);
        batch.AddElements(_table, set, [.. interfaces.Select(NftElement.OfInterface)]);
    }

    /// <summary>Containers have no IPv6 of Quai's; all there is to say about it is what the host does not take from them.</summary>
    private void RebuildIPv6()
    {
        using var batch = new NftBatch(NftFamily.IPv6);
        BeginAnew(batch);
        batch.AddChain(_table, Raw, NftHook.Prerouting("filter", NftHook.Raw));
        batch.Rule(_table, Raw).InGroup(InterfaceGroups.Ports).Drop();
        foreach (FirewalledBridge bridge in _bridges)
        {
            if (bridge.Closed)
            {
                batch.Rule(_table, Raw).InInterface(bridge.Interface).Icmp(Icmp6, RouterAdvertisement).Drop();
                batch.Rule(_table, Raw).InInterface(bridge.Interface).Icmp(Icmp6, Icmp6Redirect).Drop();
            }
        }

        try
        {
            batch.Commit(_socket, $"write nftables table {_table} of family ip6");
        }
        catch (LinuxException e)
        {
            LogNoIPv6Rules(_logger, e.Message);
        }
    }
}
