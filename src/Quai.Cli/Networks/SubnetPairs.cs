using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Api.Networks;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Networks;

/// <summary>Puts ranges, gateways and reserved addresses to the subnets that they are in, since the command line names each by itself.</summary>
internal static class SubnetPairs
{
    /// <summary>The subnets in the order given, each with what belongs to it.</summary>
    /// <param name="subnets">Subnets, as <c>10.0.0.0/24</c>.</param>
    /// <param name="ranges">Parts of subnets, written alike.</param>
    /// <param name="gateways">Addresses.</param>
    /// <param name="auxiliary">Addresses that are not given out, by name.</param>
    /// <exception cref="ExitException">They do not fit together; in Docker's words.</exception>
    public static List<IpamConfig> Match(IReadOnlyList<string> subnets, IReadOnlyList<string> ranges, IReadOnlyList<string> gateways, IReadOnlyDictionary<string, string> auxiliary)
    {
        if (subnets.Count < ranges.Count || subnets.Count < gateways.Count)
        {
            throw new ExitException(1, "every ip-range or gateway must have a corresponding subnet");
        }

        var configs = new List<IpamConfig>();
        foreach (string subnet in subnets)
        {
            if (configs.Exists(c => Holds(subnet, c.Subnet!) | Holds(c.Subnet!, subnet)))
            {
                throw new ExitException(1, "multiple overlapping subnet configuration is not supported");
            }

            configs.Add(new IpamConfig { Subnet = subnet });
        }

        foreach (string range in ranges)
        {
            Put(configs, range, "range", config => config.IPRange = config.IPRange is { } other
                ? throw new ExitException(1, $"cannot configure multiple ranges ({range}, {other}) on the same subnet ({config.Subnet})")
                : range);
        }

        foreach (string gateway in gateways)
        {
            Put(configs, gateway, "gateway", config => config.Gateway = config.Gateway is { } other
                ? throw new ExitException(1, $"cannot configure multiple gateways ({gateway}, {other}) for the same subnet ({config.Subnet})")
                : gateway);
        }

        foreach ((string name, string address) in auxiliary)
        {
            Put(configs, address, "aux-address", config => (config.AuxiliaryAddresses ??= [])[name] = address);
        }

        return configs;
    }

    private static void Put(List<IpamConfig> configs, string address, string what, Action<IpamConfig> put)
    {
        bool any = false;
        foreach (IpamConfig config in configs)
        {
            // A range without its length is no range.
            if (what == "range" ? HoldsBlock(config.Subnet!, address) : Holds(config.Subnet!, address))
            {
                put(config);
                any = true;
            }
        }

        if (!any)
        {
            throw new ExitException(1, $"no matching subnet for {what} {address}");
        }
    }

    private static bool Holds(string subnet, string address) =>
        address.Contains('/', StringComparison.Ordinal) ? HoldsBlock(subnet, address) : Subnet(subnet) is var parent && Address(address) is { } parsed && parent.Contains(parsed);

    private static bool HoldsBlock(string subnet, string block) => Subnet(subnet) is var parent && parent.Contains(
        Block(block)?.Address ?? throw new ExitException(1, $"invalid CIDR address: {block}"));

    private static IPNetwork Subnet(string text)
    {
        (IPAddress address, int length) = Block(text) ?? throw new ExitException(1, $"invalid subnet: invalid CIDR address: {text}");
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static (IPAddress Address, int Length)? Block(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Address(text[..slash]) is { } address
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= address.GetAddressBytes().Length * 8
            ? (address, length)
            : null;
    }

    /// <summary>An address in full: .NET would also take <c>1.2</c>, <c>010.0.0.1</c> and <c>[::1]</c> for one.</summary>
    private static IPAddress? Address(string text) =>
        text.AsSpan().ContainsAny('[', '%', '/') || !IPAddress.TryParse(text, out IPAddress? address) ? null
            : address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address
            : null;
}
