using System.Net;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>From where the subnets of networks come that name none.</summary>
/// <param name="Pools">In the order in which they are used: a prefix, and the length of the subnets that it is cut into.</param>
internal sealed record SubnetPools(IReadOnlyList<(IPNetwork Prefix, int Length)> Pools)
{
    /// <summary>Docker's: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on.</summary>
    public static SubnetPools Default { get; } = new(
    [
        .. Enumerable.Range(17, 15).Select(i => (IPNetwork.Parse($"172.{i}.0.0/16"), 16)),
        (IPNetwork.Parse("192.168.0.0/16"), 20),
    ]);

    /// <summary>The first subnet that overlaps none of those in use.</summary>
    /// <exception cref="QuaiException">There is none left.</exception>
    public IPNetwork Choose(IReadOnlyList<IPNetwork> taken)
    {
        foreach ((IPNetwork prefix, int length) in Pools)
        {
            UInt128 size = UInt128.One << (Prefixes.Bits(prefix.BaseAddress.AddressFamily) - length);
            for (UInt128 first = Prefixes.First(prefix), last = Prefixes.Last(prefix); ; first += size)
            {
                IPNetwork candidate = new(Prefixes.Address(first, prefix.BaseAddress.AddressFamily), length);
                if (!taken.Any(t => Prefixes.Overlap(t, candidate)))
                {
                    return candidate;
                }

                if (last - first < size)
                {
                    break;
                }
            }
        }

        throw QuaiException.System("all predefined address pools have been fully subnetted");
    }
}
