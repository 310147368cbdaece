using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Quai.Linux.Netlink;

namespace Quai.Networks.Sandboxes;

/// <summary>
/// rtnetlink requests, in order, that connect a network namespace. The runtime sends them from the container's first process
/// before it gives up its privileges: one NETLINK_ROUTE socket opened inside the namespace, one opened in the host's.
/// Each message is a whole <c>nlmsghdr</c> request with NLM_F_ACK; the runtime fills <c>nlmsg_seq</c> and awaits each acknowledgement.
/// Some are answered before they are acknowledged: whatever is not NLMSG_ERROR is skipped.
/// The bytes are shared: whoever writes into them copies them first.
/// </summary>
/// <param name="Messages">In the order to be sent.</param>
public sealed record SandboxSetup(IReadOnlyList<SandboxMessage> Messages)
{
    private static readonly AddressFamily[] s_families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];
    private static readonly SandboxMessage s_loopbackUp = LoopbackUp();

    /// <summary>
    /// Kernel settings of the namespace by their sysctl names, to be made once the messages are through and before any program of the container's runs.
    /// An interface on a network without IPv6 has none: its neighbours could give it addresses and routes. What the user sets comes after.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Messages that take the interface out of a namespace that goes on; none where it goes with its host's end.</summary>
    public IReadOnlyList<SandboxMessage> Removal { get; init; } = [];

    /// <summary>Loopback up and nothing else: what network <c>none</c> has.</summary>
    public static SandboxSetup Empty { get; } = new([s_loopbackUp]);

    /// <summary>What a fresh namespace is to have: loopback, an interface for each endpoint, a default route.</summary>
    public static SandboxSetup Of(IReadOnlyList<Endpoint> endpoints)
    {
        if (endpoints.Count == 0)
        {
            return Empty;
        }

        return new([s_loopbackUp, .. endpoints.SelectMany(e => e.Setup.Messages), .. DefaultRoutes(endpoints)])
        {
            Settings = endpoints is [var only] ? only.Setup.Settings : endpoints.SelectMany(e => e.Setup.Settings).ToFrozenDictionary(),
        };
    }

    /// <summary>What a namespace in use needs to have one endpoint more.</summary>
    /// <param name="added">The endpoint.</param>
    /// <param name="all">All its endpoints, that one among them.</param>
    public static SandboxSetup Joined(Endpoint added, IReadOnlyList<Endpoint> all) =>
        added.Setup with { Messages = [.. added.Setup.Messages, .. DefaultRoutes(all, added)] };

    /// <summary>What a namespace in use needs once an endpoint has been taken out of it: its default routes may have gone with it.</summary>
    /// <param name="remaining">Its other endpoints.</param>
    public static SandboxSetup Left(IReadOnlyList<Endpoint> remaining) => new([.. DefaultRoutes(remaining)]);

    /// <summary>
    /// The endpoint by which a container reaches everywhere else in one family: as in Docker, that with the highest priority, and of several that on the network
    /// with the first name.
    /// </summary>
    public static Endpoint? Gateway(IReadOnlyList<Endpoint> endpoints, AddressFamily family = AddressFamily.InterNetwork) =>
        endpoints.Where(e => e.AddressOf(family) is { } address && (address.Gateway is not null || e.Network.RoutesByInterface) && e.Network.LeadsOutside).OrderByDescending(e => e.GatewayPriority).ThenBy(e => e.Network.Name, StringComparer.Ordinal).FirstOrDefault();

    private static IEnumerable<SandboxMessage> DefaultRoutes(IReadOnlyList<Endpoint> endpoints, Endpoint? only = null)
    {
        foreach (AddressFamily family in s_families)
        {
            if (Gateway(endpoints, family) is { } endpoint && (only is null || endpoint == only))
            {
                yield return DefaultRoute(endpoint.Interface, endpoint.AddressOf(family)!.Gateway, family);
            }
        }
    }

    private static SandboxMessage DefaultRoute(SandboxInterface by, IPAddress? gateway, AddressFamily family)
    {
        using var writer = new NetlinkWriter();
        if (gateway is null)
        {
            Routes.WriteDefault(writer, by.Index, family);
        }
        else
        {
            Routes.WriteDefault(writer, by.Index, gateway);
        }

        return new SandboxMessage(InHost: false, writer.Written.ToArray(), -1, $"set default route via {gateway?.ToString() ?? by.Name}");
    }

    private static SandboxMessage LoopbackUp()
    {
        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, new LinkChange { Index = Links.Loopback, Up = true });
        return new SandboxMessage(InHost: false, writer.Written.ToArray(), -1, "set interface lo up");
    }
}
