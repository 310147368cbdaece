using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Records;

namespace Quai.Networks.Firewalls;

/// <summary>Decides about forwarding, and records that it was Quai who turned it on, before it does: after a crash nobody could tell.</summary>
internal sealed partial class Forwarding(MetadataDatabase database, NetlinkSocket route, NetworkOptions options, ILogger logger)
{
    private readonly HashSet<AddressFamily> _leftOff = [];

    /// <summary>Decides and records.</summary>
    /// <param name="bridges">The networks that there are, of which some need it.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <returns>What the firewall owes the host, and which families are to be forwarded once it does.</returns>
    public async Task<(ForwardGuards Guards, IReadOnlyList<AddressFamily> TurnOn)> DecideAsync(IReadOnlyList<FirewalledBridge> bridges, CancellationToken cancellation)
    {
        List<AddressFamily> turnOn = [];
        return (new ForwardGuards(await OfAsync(AddressFamily.InterNetwork).ConfigureAwait(false), await OfAsync(AddressFamily.InterNetworkV6).ConfigureAwait(false)), turnOn);

        async Task<ForwardGuard?> OfAsync(AddressFamily family)
        {
            (ForwardGuard? guard, bool wanted) = await DecideAsync(family, bridges.Any(b => b.Of(family) is not null), cancellation).ConfigureAwait(false);
            if (wanted)
            {
                turnOn.Add(family);
            }

            return guard;
        }
    }

    private async Task<(ForwardGuard? Guard, bool TurnOn)> DecideAsync(AddressFamily family, bool wanted, CancellationToken cancellation)
    {
        bool ipv4 = family == AddressFamily.InterNetwork;
        string fact = ipv4 ? "forwarding" : "forwarding6";
        string? recorded = database.Read(connection => NetworkTables.Fact(connection, fact));
        ForwardGuard? guard = ForwardGuard.Parse(recorded);
        bool turnOn = wanted && options.IpForward && !ForwardGuard.IsForwardingOn(family);
        if (turnOn && !(ipv4 ? options.Firewall : options.FirewallIPv6) && !options.IpForwardInsisted)
        {
            if (_leftOff.Add(family))
            {
                LogForwardingLeftOff(logger, ipv4 ? "IPv4" : "IPv6", ipv4 ? "iptables" : "ip6tables");
            }

            turnOn = false;
        }

        if (turnOn)
        {
            guard = ForwardGuard.Look(Links.List(route), options.Bridge, family);
            LogForwarding(logger, ipv4 ? "IPv4" : "IPv6");
        }
        else if (guard?.Place != ForwardGuard.Here())
        {
            guard = null;
        }

        if (guard?.ToString() != recorded)
        {
            await database.WriteAsync(connection => NetworkTables.PutFact(connection, fact, guard?.ToString()), cancellation).ConfigureAwait(false);
        }

        return (options.IpForwardNoDrop ? null : guard?.WithBridges(Links.List(route)), turnOn);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Family} forwarding is turned on for containers; what is no container's is still not forwarded (--ip-forward-no-drop lets it)")]
    private static partial void LogForwarding(ILogger logger, string family);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Family} forwarding stays off: with --{Flag}=false nothing would keep this host from forwarding for others. Turn it on where that is taken care of, or give --ip-forward")]
    private static partial void LogForwardingLeftOff(ILogger logger, string family, string flag);
}
