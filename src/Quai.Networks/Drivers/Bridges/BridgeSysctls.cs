using System.Globalization;
using Quai.Errors;
using Quai.Linux.Netlink;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>
/// Settings of the host's side of a bridge that netlink does not have. A bridge without an IPv6 address still takes router advertisements from its ports,
/// and with them addresses and a default route.
/// </summary>
internal static class BridgeSysctls
{
    private const int LinkLocalScope = 0x20;

    /// <summary>Whether the kernel has IPv6: without it, settings of that family are refused.</summary>
    public static bool KernelHasIPv6 => Directory.Exists("/proc/sys/net/ipv6/conf");

    /// <summary>Lets no container configure the host: no router advertisements and no redirects are taken from the bridge.</summary>
    /// <param name="bridge">Its name.</param>
    /// <param name="disable">Whether it has no IPv6 at all; null where that is not Quai's to say.</param>
    public static void CloseIPv6(string bridge, bool? disable)
    {
        if (!KernelHasIPv6)
        {
            return;
        }

        Write(bridge, "accept_ra", "0");
        Write(bridge, "accept_redirects", "0");
        if (disable is { } off)
        {
            // Takes away, too, what was accepted before.
            Write(bridge, "disable_ipv6", off ? "1" : "0");
        }
    }

    /// <summary>
    /// Whether a bridge that was there before is more than a network of containers: it has ports that are not containers', or IPv6 addresses that somebody gave it.
    /// The host may live by what comes over it.
    /// </summary>
    public static bool LeadsElsewhere(Link bridge, IReadOnlyList<Link> links) =>
        links.Any(l => l.Master == bridge.Index && l.Group != InterfaceGroups.Ports) || HasIPv6Address(bridge.Index);

    private static bool HasIPv6Address(int index)
    {
        // Address, index, prefix length and scope in hex digits, flags, name; of the calling thread's network namespace.
        const string Path = "/proc/thread-self/net/if_inet6";
        return File.Exists(Path) && File.ReadLines(Path).Any(line =>
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 3 && Hex(words[1]) == index && Hex(words[3]) != LinkLocalScope;
        });
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void Write(string bridge, string setting, string value)
    {
        string path = $"/proc/sys/net/ipv6/conf/{bridge}/{setting}";
        try
        {
            if (File.ReadAllText(path).Trim() != value)
            {
                File.WriteAllText(path, value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"containers could configure the host by bridge {bridge}: writing {value} to {path} failed: {e.Message}", e);
        }
    }
}
