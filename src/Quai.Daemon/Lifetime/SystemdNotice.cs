using System.Net.Sockets;
using System.Text;

namespace Quai.Daemon.Lifetime;

/// <summary>Tells systemd how the daemon fares (sd_notify(3)), where systemd started it.</summary>
internal static class SystemdNotice
{
    /// <summary>Sends a state such as <c>READY=1</c>; does nothing where nobody listens.</summary>
    public static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
        }
        catch (SocketException)
        {
            // Its loss.
        }
    }
}
