using System.Net.Sockets;
using Quai.Networks.Egress;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>An endpoint with an egress policy of its own, in one table.</summary>
/// <param name="Owner">What its chain is called after.</param>
/// <param name="Bridge">The bridge that its packets come from.</param>
/// <param name="Address">Its address.</param>
/// <param name="Policy">The policy.</param>
/// <param name="NetworkHasPolicy">Whether its network has one, too.</param>
internal sealed record EgressEndpoint(string Owner, string Bridge, byte[] Address, EgressPolicy Policy, bool NetworkHasPolicy)
{
    /// <summary>The sets of its policy's names.</summary>
    public IEnumerable<string> Sets => EgressChains.NamesOf(Owner, Policy).Select(n => n.Set);

    /// <summary>That of an endpoint; null for none in this family.</summary>
    public static EgressEndpoint? Of(Endpoint endpoint, AddressFamily family) =>
        endpoint is { Egress: { } policy, Network.Interface: { } bridge } && endpoint.AddressOf(family)?.Address is { } address
            ? new EgressEndpoint(EgressChains.OwnerOf(endpoint.Id), bridge, address.GetAddressBytes(), policy, endpoint.Network.Egress is not null)
            : null;
}
