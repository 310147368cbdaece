using Microsoft.Extensions.Logging;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Records;

namespace Quai.Networks.Firewalls;

/// <summary>Decides about IPv4 forwarding, and records that it was Quai who turned it on, before it does: after a crash nobody could tell.</summary>
internal sealed partial class Forwarding(MetadataDatabase database, NetlinkSocket route, NetworkOptions options, ILogger logger)
{
    private const string Recorded = "forwarding";

    /// <summary>Decides and records.</summary>
    /// <param name="wanted">Whether there is a network that needs it.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <returns>What the firewall owes the host, and whether forwarding is to be turned on once it does.</returns>
    public async Task<(ForwardGuard? Guard, bool TurnOn)> DecideAsync(bool wanted, CancellationToken cancellation)
    {
        ForwardGuard? guard = ForwardGuard.Parse(database.Read(connection => NetworkTables.Fact(connection, Recorded)));
        bool turnOn = wanted && options.IpForward && !ForwardGuard.IsForwardingOn;
        if (turnOn && !options.Firewall && !options.IpForwardInsisted)
        {
            LogForwardingLeftOff(logger);
            turnOn = false;
        }

        if (turnOn)
        {
            guard = ForwardGuard.Look(Links.List(route), options.Bridge);
            LogForwarding(logger);
        }
        else if (guard?.Place != ForwardGuard.Here())
        {
            guard = null;
        }

        await database.WriteAsync(connection => NetworkTables.PutFact(connection, Recorded, guard?.ToString()), cancellation).ConfigureAwait(false);
        return (options.IpForwardNoDrop ? null : guard?.WithBridges(Links.List(route)), turnOn);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "IPv4 forwarding is turned on for containers; what is no container's is still not forwarded (--ip-forward-no-drop lets it)")]
    private static partial void LogForwarding(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "IPv4 forwarding stays off: with --iptables=false nothing would keep this host from forwarding for others. Turn it on where that is taken care of, or give --ip-forward")]
    private static partial void LogForwardingLeftOff(ILogger logger);
}
