using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Quai.Linux.Nftables;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>
/// Egress policies in one table: a chain for each, found by the bridge that a packet comes from and its source address. They are asked before anything else is
/// decided about what is forwarded, and let through only to there: what they allow is still subject to the rest.
/// </summary>
/// <param name="batch">Where they are written to.</param>
/// <param name="table">The table's name.</param>
/// <param name="family">The table's family.</param>
internal sealed class EgressChains(NftBatch batch, string table, AddressFamily family)
{
    /// <summary>The chains of endpoints, and those of networks.</summary>
    public const string Endpoints = "egress_endpoints", Networks = "egress_networks";

    private const string Egress = "egress";

    private readonly NftType _address = family == AddressFamily.InterNetwork ? NftType.Address : NftType.Address6;

    /// <summary>The set of addresses that a rule's name stands for.</summary>
    /// <param name="owner">The network's bridge, or the endpoint by <see cref="OwnerOf"/>.</param>
    /// <param name="rule">Which of the policy's rules.</param>
    public static string SetOf(string owner, int rule) => string.Create(CultureInfo.InvariantCulture, $"{Egress}_{owner}_{rule}");

    /// <summary>What an endpoint's chain and sets are called after. No bridge's name is as long.</summary>
    public static string OwnerOf(string endpointId) => $"endpoint_{endpointId[..12]}";

    /// <summary>A policy's rules that go by names, and their sets.</summary>
    public static IEnumerable<(NamePattern Name, string Set)> NamesOf(string owner, EgressPolicy? policy) =>
        policy is null ? [] : policy.Rules.Index().Where(r => r.Item.Target.Name is not null).Select(r => (r.Item.Target.Name!, SetOf(owner, r.Index)));

    /// <summary>The chain that every forwarded packet passes, to which <paramref name="from"/> jumps.</summary>
    public void WriteFrame(string from)
    {
        batch.AddVerdictMap(table, Endpoints, NftType.Concat(NftType.InterfaceName, _address));
        batch.AddVerdictMap(table, Networks, NftType.InterfaceName);
        batch.AddChain(table, Egress);
        batch.Rule(table, Egress).ConntrackState(NftRule.Established | NftRule.Related).Return();
        batch.Rule(table, Egress).ByInInterfaceAndSource(Endpoints);
        batch.Rule(table, Egress).ByInInterface(Networks);
        batch.Rule(table, from).Jump(Egress);
    }

    /// <summary>Adds a network's policy.</summary>
    public void Add(string bridge, EgressPolicy policy)
    {
        Write(bridge, bridge, policy);
        batch.AddElements(table, Networks, [NftElement.OfInterface(bridge, ChainOf(bridge)) with { Returns = false }]);
    }

    /// <summary>Takes a network's policy away.</summary>
    public void Delete(string bridge, EgressPolicy policy)
    {
        batch.DeleteElements(table, Networks, [NftElement.OfInterface(bridge)]);
        Delete(policy, bridge);
    }

    /// <summary>Adds an endpoint's policy; that of its network is there.</summary>
    public void Add(EgressEndpoint endpoint)
    {
        Write(endpoint.Owner, endpoint.Bridge, endpoint.Policy);
        if (endpoint.NetworkHasPolicy)
        {
            batch.Rule(table, ChainOf(endpoint.Owner)).Goto(ChainOf(endpoint.Bridge));
        }

        batch.AddElements(table, Endpoints, [new NftElement(KeyOf(endpoint), default, ChainOf(endpoint.Owner)) { Returns = false }]);
    }

    /// <summary>Takes an endpoint's policy away.</summary>
    public void Delete(EgressEndpoint endpoint)
    {
        batch.DeleteElements(table, Endpoints, [new NftElement(KeyOf(endpoint))]);
        Delete(endpoint.Policy, endpoint.Owner);
    }

    /// <summary>Adds addresses to a name's set, or has those stay longer that are there.</summary>
    public void Admit(string set, IReadOnlyList<NftElement> addresses)
    {
        // Adding alone does not change the timeout of one that is there, and deleting alone fails where there is none.
        NftElement[] elements = [.. addresses];
        batch.AddElements(table, set, elements);
        batch.DeleteElements(table, set, elements);
        batch.AddElements(table, set, elements);
    }

    private static string ChainOf(string owner) => $"{Egress}_{owner}";

    private static byte[] KeyOf(EgressEndpoint endpoint)
    {
        byte[] key = new byte[NftType.InterfaceName.Length + endpoint.Address.Length];
        Encoding.UTF8.GetBytes(endpoint.Bridge, key.AsSpan(0, NftType.InterfaceName.Length - 1));
        endpoint.Address.CopyTo(key, NftType.InterfaceName.Length);
        return key;
    }

    private void Write(string owner, string bridge, EgressPolicy policy)
    {
        string chain = ChainOf(owner);
        batch.AddChain(table, chain);
        foreach ((_, string set) in NamesOf(owner, policy))
        {
            batch.AddTimedSet(table, set, _address);
        }

        // What comes back to the bridge does not leave it.
        batch.Rule(table, chain).OutInterface(bridge).Return();
        foreach ((int index, EgressRule rule) in policy.Rules.Index())
        {
            if (rule.Target.IsIn(family))
            {
                Write(chain, rule, SetOf(owner, index));
            }
        }
    }

    private void Write(string chain, EgressRule rule, string set)
    {
        NftRule written = batch.Rule(table, chain);
        if (rule.Target.Network is { } network)
        {
            written = written.Destination(network.BaseAddress.GetAddressBytes(), network.PrefixLength);
        }
        else if (rule.Target.Name is not null)
        {
            written = written.LoadDestination(NftRule.Register).IsIn(set, NftRule.Register);
        }

        if (rule.Service is { } service)
        {
            written = written.Protocol(service.NumberIn(family));
            written = service.HasPorts ? written.DestinationPorts(service.FirstPort, service.LastPort) : written;
        }

        if (rule.Allows)
        {
            written.Return();
        }
        else
        {
            written.Drop();
        }
    }

    private void Delete(EgressPolicy policy, string owner)
    {
        batch.DeleteChain(table, ChainOf(owner));
        foreach ((_, string set) in NamesOf(owner, policy))
        {
            batch.DeleteSet(table, set);
        }
    }
}
