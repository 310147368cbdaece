using System.Net.Sockets;
using System.Text;

namespace Quai.Daemon.Lifetime;

/// <summary>Notifies systemd (or whatever set <c>NOTIFY_SOCKET</c>) of the daemon's state.</summary>
internal static class ServiceManager
{
    /// <summary>Sends a state, such as <c>READY=1</c>; does nothing if nobody asked for it.</summary>
    public static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } address)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the abstract namespace.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        }
        catch (SocketException)
        {
            // The receiver has gone; that is no reason to fail.
        }
    }
}
