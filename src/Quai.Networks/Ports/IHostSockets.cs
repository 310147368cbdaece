namespace Quai.Networks.Ports;

/// <summary>
/// Where the host's ports are, if the daemon does not live in the host's network namespace: somebody who does binds sockets there and hands them over. The kernel
/// translates nothing then; all that comes is relayed.
/// </summary>
public interface IHostSockets
{
    /// <summary>Binds a socket of the host: <see cref="Quai.Linux.Sockets.InetSockets.TryBind"/>.</summary>
    /// <param name="protocol">6 TCP, 17 UDP.</param>
    /// <param name="address">Four bytes, or sixteen.</param>
    /// <param name="port">Not 0.</param>
    /// <param name="socket">The descriptor; -1 unless it is bound.</param>
    /// <returns>0, or the errno.</returns>
    int TryBind(int protocol, ReadOnlySpan<byte> address, ushort port, out int socket);
}
