using System.Net.Sockets;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers;

namespace Quai.Networks.Firewalls;

/// <summary>
/// What Quai owes a host on which it turned the forwarding of one family on: that the host forwards for containers and for nobody else.
/// It is known by the interfaces as they were before, recorded before forwarding is turned on, and true as long as that namespace lives.
/// </summary>
/// <param name="Place">Start of the machine and network namespace; what is recorded of another is of no account.</param>
/// <param name="Routers">Interfaces that forwarded already.</param>
/// <param name="Earlier">Networks of containers and virtual machines that were there and did without forwarding.</param>
internal sealed record ForwardGuard(string Place, IReadOnlyList<string> Routers, IReadOnlyList<string> Earlier)
{
    /// <summary>Kinds of interfaces behind which containers and virtual machines of this host are, and nothing else.</summary>
    public static IReadOnlyList<string> KindsOfNetworks { get; } = ["bridge", "veth"];

    /// <summary>Those of <see cref="Earlier"/> that are bridges, with their present hardware addresses.</summary>
    public IReadOnlyList<(string Name, byte[] Mac)> Bridges { get; private init; } = [];

    /// <summary>Whether a family is forwarded in the calling thread's namespace; where it cannot be, it need not be turned on.</summary>
    public static bool IsForwardingOn(AddressFamily family) => Read(Switch(family)) is not "0";

    /// <summary>The place of the calling thread.</summary>
    public static string Here()
    {
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{boot} {NetworkNamespace.Cookie()}");
    }

    /// <summary>Turns forwarding on, for all interfaces there are and will be.</summary>
    public static void TurnForwardingOn(AddressFamily family)
    {
        if (family == AddressFamily.InterNetworkV6)
        {
            // An interface that forwards takes no router advertisements, and the default route that came by one would go: unless it is told to take them all the same.
            foreach (string link in Directory.GetDirectories("/proc/sys/net/ipv6/conf"))
            {
                string accept = Path.Combine(link, "accept_ra");
                if (Path.GetFileName(link) is not ("all" or "default") && Read(accept) == "1")
                {
                    File.WriteAllText(accept, "2");
                }
            }
        }

        File.WriteAllText(Switch(family), "1");
    }

    /// <summary>Looks at the interfaces before forwarding is turned on.</summary>
    /// <param name="links">Those of the host's namespace.</param>
    /// <param name="bridge">The daemon's own bridge.</param>
    /// <param name="family">What is to be forwarded.</param>
    public static ForwardGuard Look(IReadOnlyList<Link> links, string bridge, AddressFamily family)
    {
        Link[] others = [.. links.Where(l => l.Index != Links.Loopback && l.Name != bridge && l.Group is not (InterfaceGroups.Bridges or InterfaceGroups.Ports))];
        return new ForwardGuard(
            Here(),
            [.. others.Where(l => Read($"/proc/sys/net/{(family == AddressFamily.InterNetwork ? "ipv4" : "ipv6")}/conf/{l.Name}/forwarding") == "1").Select(l => l.Name)],
            [.. others.Where(l => KindsOfNetworks.Contains(l.Kind)).Select(l => l.Name)]);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is none.</summary>
    public static ForwardGuard? Parse(string? text)
    {
        if (text?.Split('\n') is not [{ Length: > 0 } place, .. string[] rest])
        {
            return null;
        }

        return new ForwardGuard(place, Of("router "), Of("earlier "));

        IReadOnlyList<string> Of(string prefix) => [.. rest.Where(l => l.StartsWith(prefix, StringComparison.Ordinal)).Select(l => l[prefix.Length..])];
    }

    /// <summary>Looks up the bridges' present hardware addresses.</summary>
    public ForwardGuard WithBridges(IReadOnlyList<Link> links) =>
        this with { Bridges = [.. links.Where(l => l.Kind == "bridge" && l.Mac.Length > 0 && Earlier.Contains(l.Name)).Select(l => (l.Name, Convert.FromHexString(l.Mac)))] };

    /// <summary>One line for the place, one for each interface.</summary>
    public override string ToString() => string.Join('\n', [Place, .. Routers.Select(r => "router " + r), .. Earlier.Select(e => "earlier " + e)]);

    private static string Switch(AddressFamily family) => family == AddressFamily.InterNetwork ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding";

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            // Gone meanwhile, or without this family.
            return null;
        }
    }
}
