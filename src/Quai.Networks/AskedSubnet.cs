using System.Net;
using System.Net.Sockets;

namespace Quai.Networks;

/// <summary>A subnet in the words of a request that has been checked.</summary>
/// <param name="Subnet">All addresses, as <c>10.1.0.0/24</c>.</param>
/// <param name="Range">The part that addresses are leased from, in the same form; null for all of it.</param>
/// <param name="Gateway">The network's own address; null for the first one.</param>
/// <param name="Auxiliary">Addresses of other things on the network, by names that mean nothing to Quai; null for none.</param>
public sealed record AskedSubnet(string Subnet, string? Range = null, string? Gateway = null, IReadOnlyDictionary<string, string>? Auxiliary = null)
{
    /// <summary>The auxiliary addresses.</summary>
    public IEnumerable<(string Name, IPAddress Address)> Others() => (Auxiliary ?? new Dictionary<string, string>()).Select(a => (a.Key, IPAddress.Parse(a.Value)));

    /// <summary>Whether it is one of IPv6.</summary>
    public bool IsIPv6() => IPNetwork.Parse(Subnet).BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
}
