using System.Runtime.InteropServices;

namespace Quai.Linux.Sockets;

/// <summary>IPv4 sockets, of any protocol.</summary>
public static partial class InetSockets
{
    private const int AF_INET = 2, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800, Udp = 17, AddressLength = 16;

    /// <summary>Binds a new socket, which is never listened on, to an address and a port.</summary>
    /// <param name="protocol">6 TCP, 17 UDP, 132 SCTP.</param>
    /// <param name="address">Four bytes.</param>
    /// <param name="port">Not 0.</param>
    /// <param name="socket">The descriptor; -1 unless it is bound.</param>
    /// <returns>0, or the errno: EPROTONOSUPPORT or ESOCKTNOSUPPORT if the kernel does not have the protocol.</returns>
    public static int TryBind(int protocol, ReadOnlySpan<byte> address, ushort port, out int socket)
    {
        socket = Socket(AF_INET, (protocol == Udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        Span<byte> name = stackalloc byte[AddressLength];
        name.Clear();
        MemoryMarshal.Write(name, (ushort)AF_INET);
        name[2] = (byte)(port >> 8);
        name[3] = (byte)port;
        address[..4].CopyTo(name[4..]);
        if (Bind(socket, name, name.Length) == 0)
        {
            return 0;
        }

        int error = Marshal.GetLastPInvokeError();
        _ = FileCalls.TryClose(socket);
        socket = -1;
        return error;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ReadOnlySpan<byte> address, int length);
}
