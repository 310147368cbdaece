using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Ports;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>Flows of UDP that connection tracking remembers: a sender that never pauses would keep what was published before.</summary>
internal static partial class UdpFlows
{
    /// <summary>Ends those to the host's side of published ports, so that the next datagram is translated.</summary>
    public static void ForgetTo(NetlinkSocket socket, PublishedElements elements, ILogger logger)
    {
        foreach (IPEndPoint port in elements.UdpPorts)
        {
            Forget(udp => Conntrack.ForgetTo(socket, port.Address, (ushort)port.Port, udp), logger);
        }
    }

    /// <summary>Ends those that were translated to containers.</summary>
    public static void ForgetOf(NetlinkSocket socket, PublishedElements elements, ILogger logger)
    {
        foreach (IPAddress address in elements.UdpTargets)
        {
            Forget(udp => Conntrack.Forget(socket, address, udp), logger);
        }
    }

    private static void Forget(Action<byte> forget, ILogger logger)
    {
        try
        {
            forget(PortReservations.ProtocolNumber("udp"));
        }
        catch (LinuxException e)
        {
            // A kernel without ctnetlink, or too old: such flows end when their sender pauses for half a minute.
            LogForgetFailed(logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "UDP flows to a port that is no longer published were not ended: {Reason}")]
    private static partial void LogForgetFailed(ILogger logger, string reason);
}
