using Quai.Linux.Netlink;
using Quai.Networks.Drivers;

namespace Quai.Networks.Firewalls;

/// <summary>
/// What Quai owes a host on which it turned IPv4 forwarding on: that the host forwards for containers and for nobody else.
/// It is known by the interfaces as they were before, recorded before forwarding is turned on, and true as long as that namespace lives.
/// </summary>
/// <param name="Place">Start of the machine and network namespace; what is recorded of another is of no account.</param>
/// <param name="Routers">Interfaces that forwarded already.</param>
/// <param name="Earlier">Networks of containers and virtual machines that were there and did without forwarding.</param>
internal sealed record ForwardGuard(string Place, IReadOnlyList<string> Routers, IReadOnlyList<string> Earlier)
{
    private const string Switch = "/proc/sys/net/ipv4/ip_forward";

    /// <summary>Kinds of interfaces behind which containers and virtual machines of this host are, and nothing else.</summary>
    public static IReadOnlyList<string> KindsOfNetworks { get; } = ["bridge", "veth"];

    /// <summary>Those of <see cref="Earlier"/> that are bridges, with their present hardware addresses.</summary>
    public IReadOnlyList<(string Name, byte[] Mac)> Bridges { get; private init; } = [];

    /// <summary>Whether IPv4 forwarding is on in the calling thread's namespace.</summary>
    public static bool IsForwardingOn => File.ReadAllText(Switch).Trim() == "1";

    /// <summary>The place of the calling thread.</summary>
    public static string Here()
    {
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{boot} {NetworkNamespace.Cookie()}");
    }

    /// <summary>Turns IPv4 forwarding on, for all interfaces there are and will be.</summary>
    public static void TurnForwardingOn() => File.WriteAllText(Switch, "1");

    /// <summary>Looks at the interfaces before forwarding is turned on.</summary>
    /// <param name="links">Those of the host's namespace.</param>
    /// <param name="bridge">The daemon's own bridge.</param>
    public static ForwardGuard Look(IReadOnlyList<Link> links, string bridge)
    {
        Link[] others = [.. links.Where(l => l.Index != Links.Loopback && l.Name != bridge && l.Group is not (InterfaceGroups.Bridges or InterfaceGroups.Ports))];
        return new ForwardGuard(
            Here(),
            [.. others.Where(l => Forwards(l.Name)).Select(l => l.Name)],
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

    private static bool Forwards(string link)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/net/ipv4/conf/{link}/forwarding").Trim() == "1";
        }
        catch (IOException)
        {
            // Gone meanwhile, or without IPv4.
            return false;
        }
    }
}
