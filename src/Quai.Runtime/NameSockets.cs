using System.Net.Sockets;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;

namespace Quai.Runtime;

/// <summary>
/// The sockets of a container's name server, in the container's network namespace, where whatever is sent to port 53 of 127.0.0.11 arrives in them. They are duplicates of
/// those that the shim keeps. Who has them keeps the namespace too, and the container's interfaces with it: they are to be disposed of when the container ends, like connections
/// that were accepted. Nothing may be under way on them when a container that runs is let go: .NET ends calls by shutting the socket down, for all that have it.
/// </summary>
/// <param name="udp">A bound socket.</param>
/// <param name="tcp">A listening socket.</param>
public sealed class NameSockets(Socket udp, Socket tcp) : IDisposable
{
    /// <summary>The bound UDP socket.</summary>
    public Socket Udp => udp;

    /// <summary>The listening TCP socket.</summary>
    public Socket Tcp => tcp;

    /// <summary>Takes the two that a shim has sent.</summary>
    /// <returns>Null when it has sent nothing of that kind.</returns>
    internal static unsafe NameSockets? Receive(int socket)
    {
        int* both = stackalloc int[2];
        if (!PassedDescriptors.Receive(socket, both, 2))
        {
            return null;
        }

        SafeSocketHandle udp = new(both[0], ownsHandle: true), tcp = new(both[1], ownsHandle: true);
        try
        {
            return new NameSockets(new Socket(udp), new Socket(tcp));
        }
        catch
        {
            udp.Dispose();
            tcp.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        udp.Dispose();
        tcp.Dispose();
    }
}
