using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Plugins;
using Quai.Plugins.Addresses;

namespace Quai.Networks.Ipam.Plugins;

/// <summary>Checks what plugins answer: nothing of it is believed.</summary>
internal static class PluginAnswers
{
    /// <summary>The subnet that a plugin gave.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="pool">Its answer.</param>
    /// <param name="ipv6">Of which family it was asked for.</param>
    /// <exception cref="QuaiException">It is none that a network can have.</exception>
    public static IPNetwork SubnetOf(string driver, PluginPool pool, bool ipv6)
    {
        if (Read(pool.Subnet) is not { } read || read.Address.AddressFamily != (ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork))
        {
            throw Nonsense(driver, "RequestPool", $"\"{PluginText.Shown(pool.Subnet)}\", which is no subnet of {(ipv6 ? "IPv6" : "IPv4")}");
        }

        if (read.PrefixLength == 0)
        {
            throw QuaiException.Invalid($"{(ipv6 ? "ipv6" : "ipv4")} pool is empty: plugin \"{driver}\" gave {read.Network}");
        }

        return IsUsable(read.Network.BaseAddress) && read.PrefixLength < Prefixes.Bits(read.Address.AddressFamily)
            ? read.Network
            : throw Nonsense(driver, "RequestPool", $"{read.Network}, which is no subnet for hosts");
    }

    /// <summary>An address that a plugin gave.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="subnet">The subnet that it must be of.</param>
    /// <param name="asked">The address that was asked for; null for any.</param>
    /// <exception cref="QuaiException">It is none that a host can have there.</exception>
    public static IPAddress AddressOf(string driver, string answer, IPNetwork subnet, IPAddress? asked)
    {
        if (answer.Length == 0)
        {
            throw new PluginException($"plugin \"{driver}\" answered IpamDriver.RequestAddress: no address returned", answered: false);
        }

        IPAddress address = Read(answer)?.Address ?? throw Nonsense(driver, "RequestAddress", $"\"{PluginText.Shown(answer)}\": invalid CIDR address");
        return address.AddressFamily != subnet.BaseAddress.AddressFamily || !subnet.Contains(address) ? throw Nonsense(driver, "RequestAddress", $"{address}, which is not in {subnet}")
            : asked is not null && !asked.Equals(address) ? throw Nonsense(driver, "RequestAddress", $"{address} when it was asked for {asked}")
            : IsEdge(address, subnet) ? throw Nonsense(driver, "RequestAddress", $"{address}, which is no host's in {subnet}")
            : address;
    }

    // A subnet's first address is nobody's where it has more than two, nor is its last in IPv4.
    private static bool IsEdge(IPAddress address, IPNetwork subnet) =>
        subnet.PrefixLength < Prefixes.Bits(address.AddressFamily) - 1
        && (address.Equals(subnet.BaseAddress) || (address.AddressFamily == AddressFamily.InterNetwork && Prefixes.Number(address) == Prefixes.Last(subnet)));

    private static bool IsUsable(IPAddress first) => first.AddressFamily == AddressFamily.InterNetworkV6
        ? !first.IsIPv6Multicast && !first.IsIPv6LinkLocal && !first.Equals(IPAddress.IPv6Loopback) && !first.IsIPv4MappedToIPv6
        : Prefixes.IsHosts(first);

    private static InterfaceAddress? Read(string text)
    {
        try
        {
            return text.Length <= 64 && !text.AsSpan().ContainsAny('%', '[') ? InterfaceAddress.Parse(text) : null;
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    private static PluginException Nonsense(string driver, string method, string what) => new($"plugin \"{driver}\" answered IpamDriver.{method} with {what}", answered: false);
}
