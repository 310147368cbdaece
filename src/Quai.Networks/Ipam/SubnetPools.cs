using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>From where the subnets of networks come that name none.</summary>
/// <param name="Pools">In the order in which they are used: a prefix, and the length of the subnets that it is cut into.</param>
internal sealed record SubnetPools(IReadOnlyList<(IPNetwork Prefix, int Length)> Pools)
{
    /// <summary>
    /// Docker's, 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on; after those 31, where Docker has no more, 10.128.0.0/24 and on: 32,768 small ones.
    /// </summary>
    public static SubnetPools Usual { get; } = new(
    [
        .. Enumerable.Range(17, 15).Select(i => (IPNetwork.Parse($"172.{i}.0.0/16"), 16)),
        (IPNetwork.Parse("192.168.0.0/16"), 20),
        (IPNetwork.Parse("10.128.0.0/9"), 24),
    ]);

    /// <summary>Those of one family that a daemon's settings name; if none, the usual ones, and of IPv6 a prefix of unique local addresses (RFC 4193).</summary>
    /// <param name="family">The family.</param>
    /// <param name="given">What the settings name.</param>
    /// <param name="place">What no other daemon has: such a prefix follows from it.</param>
    public static SubnetPools Of(AddressFamily family, IReadOnlyList<AddressPoolOption> given, string place) =>
        given.Where(p => p.Base.BaseAddress.AddressFamily == family).Select(p => (p.Base, p.Size)).ToArray() is { Length: > 0 } named ? new SubnetPools(named)
        : family == AddressFamily.InterNetwork ? Usual
        : new SubnetPools([(Local(place), 64)]);

    private static IPNetwork Local(string place)
    {
        byte[] address = new byte[16];
        address[0] = 0xfd;
        SHA256.HashData(Encoding.UTF8.GetBytes(place)).AsSpan(0, 5).CopyTo(address.AsSpan(1));
        return new IPNetwork(new IPAddress(address), 48);
    }

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
