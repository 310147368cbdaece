using System.Net.Sockets;
using Quai.Linux.Nftables;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Bridges;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>The chains of one network in one table, and the elements of verdict maps by which packets come there: one chain for each map that has something to say of it.</summary>
/// <param name="batch">Where they are written to.</param>
/// <param name="table">The table's name.</param>
/// <param name="family">The table's family.</param>
internal sealed class BridgeChains(NftBatch batch, string table, AddressFamily family)
{
    /// <summary>What is forwarded to a network, and from it.</summary>
    public const string ForwardedTo = "forwarded_to", ForwardedFrom = "forwarded_from";

    /// <summary>What of that others' firewalls are to let pass.</summary>
    public const string MarkedTo = "marked_to", MarkedFrom = "marked_from";

    /// <summary>What leaves a network, and what enters it, when its source is translated.</summary>
    public const string Leaving = "leaving", Entering = "entering";

    private const byte Icmp = 1, Icmp6 = 58;

    private static readonly byte[] s_loopback = [127, 0, 0, 0];
    private static readonly string?[] s_everywhere = [null];

    private readonly bool _ipv6 = family == AddressFamily.InterNetworkV6;

    /// <summary>The maps.</summary>
    public static IReadOnlyList<string> Maps { get; } = [ForwardedTo, ForwardedFrom, MarkedTo, MarkedFrom, Leaving, Entering];

    /// <summary>Adds a network.</summary>
    public void Add(FirewalledBridge bridge, FirewalledSubnet subnet)
    {
        string name = bridge.Interface;
        foreach (string map in MapsOf(bridge, subnet))
        {
            batch.AddChain(table, ChainOf(map, name));
        }

        WriteSources(name, subnet);
        if (bridge.Internal)
        {
            WriteInternal(bridge);
        }
        else
        {
            WriteForwarded(bridge, subnet);
            WriteMarks(bridge, subnet);
        }

        foreach (string map in MapsOf(bridge, subnet))
        {
            batch.AddElements(table, map, [NftElement.OfInterface(name, ChainOf(map, name))]);
        }
    }

    /// <summary>Takes one away.</summary>
    public void Delete(FirewalledBridge bridge, FirewalledSubnet subnet)
    {
        foreach (string map in MapsOf(bridge, subnet))
        {
            batch.DeleteElements(table, map, [NftElement.OfInterface(bridge.Interface)]);
            batch.DeleteChain(table, ChainOf(map, bridge.Interface));
        }
    }

    private static IEnumerable<string> MapsOf(FirewalledBridge bridge, FirewalledSubnet subnet)
    {
        yield return Entering;
        yield return ForwardedTo;
        if (subnet.Masquerade)
        {
            yield return Leaving;
        }

        if (bridge.Internal)
        {
            yield return ForwardedFrom;
        }
        else
        {
            yield return MarkedTo;
        }

        if (!bridge.Internal || bridge.InterContainer)
        {
            yield return MarkedFrom;
        }
    }

    private static string ChainOf(string map, string bridge) => $"{map}_{bridge}";

    private NftRule Rule(string map, string bridge) => batch.Rule(table, ChainOf(map, bridge));

    private void WriteSources(string name, FirewalledSubnet subnet)
    {
        byte[] network = subnet.Prefix.BaseAddress.GetAddressBytes();
        int prefix = subnet.Prefix.PrefixLength;
        if (subnet.Masquerade)
        {
            // A container of another network is asked by way of the host, which finds the way back: who asks is told.
            Rule(Leaving, name).OutInterface(name, not: true).OutInterfaceOf(TableRules.Bridges).ConntrackStatus(NftRule.DestinationNat).Accept();
            NftRule leaving = Rule(Leaving, name).Source(network, prefix).OutInterface(name, not: true);
            if (subnet.Source is { } source)
            {
                leaving.LoadAddress(NftRule.Register, source.GetAddressBytes()).SourceNatTo(NftRule.Register);
            }
            else
            {
                leaving.Masquerade();
            }
        }

        // From the host's loopback, or from a container by way of a published port (its neighbour's or its own): answers must come back this way.
        if (!_ipv6)
        {
            Rule(Entering, name).Source(s_loopback, 8).Masquerade();
        }

        Rule(Entering, name).Source(network, prefix).ConntrackStatus(NftRule.DestinationNat).Masquerade();
    }

    private void WriteInternal(FirewalledBridge bridge)
    {
        string name = bridge.Interface;
        if (bridge.InterContainer)
        {
            Rule(MarkedFrom, name).OutInterface(name).Mark(ForwardPass.Mark);
        }
        else
        {
            Rule(ForwardedTo, name).InInterface(name).Drop();
        }

        Rule(ForwardedTo, name).InInterface(name, not: true).Drop();
        Rule(ForwardedFrom, name).OutInterface(name, not: true).Drop();
    }

    private void WriteForwarded(FirewalledBridge bridge, FirewalledSubnet subnet)
    {
        string name = bridge.Interface;
        Rule(ForwardedTo, name).ConntrackState(NftRule.Established | NftRule.Related).Accept();
        Rule(ForwardedTo, name).ConntrackStatus(NftRule.DestinationNat).Accept();
        if (!bridge.InterContainer)
        {
            Rule(ForwardedTo, name).InInterface(name).Drop();
        }

        if (bridge.Accepted is { } accepted)
        {
            Rule(ForwardedTo, name).Marked(accepted.Value, accepted.Mask).Accept();
        }

        foreach (string? from in OpenTo(bridge, subnet))
        {
            IsOpen(Rule(ForwardedTo, name), from).Accept();
        }

        if (subnet.Mode == GatewayMode.Routed)
        {
            Rule(ForwardedTo, name).Protocol(_ipv6 ? Icmp6 : Icmp).Accept();
        }

        NftRule others = Rule(ForwardedTo, name).InInterface(name, not: true);
        if (subnet.Mode == GatewayMode.NatUnprotected)
        {
            // Everybody but other networks of containers comes in.
            others = others.InGroup(InterfaceGroups.Bridges);
        }

        others.Drop();
    }

    /// <summary>What <see cref="WriteForwarded"/> lets pass, and what goes out, for the firewalls of others.</summary>
    private void WriteMarks(FirewalledBridge bridge, FirewalledSubnet subnet)
    {
        string name = bridge.Interface;
        Rule(MarkedTo, name).ConntrackState(NftRule.Established | NftRule.Related).Mark(ForwardPass.Mark);
        Rule(MarkedTo, name).ConntrackStatus(NftRule.DestinationNat).Mark(ForwardPass.Mark);
        Rule(MarkedFrom, name).OutInterface(name, not: true).Mark(ForwardPass.Mark);
        if (bridge.InterContainer)
        {
            Rule(MarkedFrom, name).OutInterface(name).Mark(ForwardPass.Mark);
        }

        if (bridge.Accepted is { } accepted)
        {
            Rule(MarkedTo, name).Marked(accepted.Value, accepted.Mask).Mark(ForwardPass.Mark);
        }

        foreach (string? from in OpenTo(bridge, subnet))
        {
            IsOpen(Rule(MarkedTo, name), from).Mark(ForwardPass.Mark);
        }

        if (subnet.Mode == GatewayMode.Routed)
        {
            Rule(MarkedTo, name).Protocol(_ipv6 ? Icmp6 : Icmp).Mark(ForwardPass.Mark);
        }

        if (subnet.Mode == GatewayMode.NatUnprotected)
        {
            Rule(MarkedTo, name).InGroup(InterfaceGroups.Bridges, not: true).Mark(ForwardPass.Mark);
        }
    }

    /// <summary>From where published ports are reached at containers' own addresses; null for everywhere.</summary>
    private static IReadOnlyList<string?> OpenTo(FirewalledBridge bridge, FirewalledSubnet subnet) =>
        bridge.DirectRouting || subnet.Mode == GatewayMode.Routed ? s_everywhere : [.. bridge.Trusted];

    private NftRule IsOpen(NftRule rule, string? from)
    {
        if (from is not null)
        {
            rule = rule.InInterface(from);
        }

        const uint R = NftRule.Register;
        uint port = R + (_ipv6 ? 4U : 1U);
        return rule.LoadDestination(R).LoadProtocol(port).LoadDestinationPort(port + 1).IsIn(TableRules.OpenPorts, R);
    }
}
