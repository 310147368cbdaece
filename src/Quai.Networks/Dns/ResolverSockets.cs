using System.Net.Sockets;
using Quai.Linux;

namespace Quai.Networks.Dns;

/// <summary>What a container's DNS server works with. Whoever gets it owns it.</summary>
/// <param name="Udp">A bound UDP socket in the container's network namespace.</param>
/// <param name="Tcp">A listening TCP socket there.</param>
/// <param name="Namespace">The namespace.</param>
public sealed record ResolverSockets(Socket Udp, Socket Tcp, FileDescriptor Namespace) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Udp.Dispose();
        Tcp.Dispose();
        Namespace.Dispose();
    }
}
