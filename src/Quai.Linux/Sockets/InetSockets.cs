using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Sockets;

/// <summary>Sockets of IPv4 and IPv6, of any protocol.</summary>
public static partial class InetSockets
{
    private const int AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800, Udp = 17, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26;
    private const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SHUT_RD = 0, Tcp = 6;
    private const int F_DUPFD_CLOEXEC = 1030, AddressLength = 16, AddressLength6 = 28;

    /// <summary>
    /// Binds a new socket, which does not listen, to an address and a port: nobody else can have them. Connections of the past that are not quite over (TIME_WAIT) are in
    /// nobody's way. One of IPv6 leaves the same port of IPv4 to others.
    /// </summary>
    /// <param name="protocol">6 TCP, 17 UDP, 132 SCTP.</param>
    /// <param name="address">Four bytes, or sixteen.</param>
    /// <param name="port">Not 0.</param>
    /// <param name="socket">The descriptor; -1 unless it is bound.</param>
    /// <returns>0, or the errno: EPROTONOSUPPORT or ESOCKTNOSUPPORT if the kernel does not have the protocol.</returns>
    public static int TryBind(int protocol, ReadOnlySpan<byte> address, ushort port, out int socket)
    {
        bool ipv6 = address.Length == 16;
        socket = Socket(ipv6 ? AF_INET6 : AF_INET, (protocol == Udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        Span<byte> name = stackalloc byte[ipv6 ? AddressLength6 : AddressLength];
        name.Clear();
        MemoryMarshal.Write(name, (ushort)(ipv6 ? AF_INET6 : AF_INET));
        name[2] = (byte)(port >> 8);
        name[3] = (byte)port;
        address.CopyTo(name[(ipv6 ? 8 : 4)..]);
        int only = 1;
        if ((!ipv6 || SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, only, sizeof(int)) == 0) && (protocol == Tcp ? BindAlone(socket, name) : Bind(socket, name, name.Length) == 0))
        {
            return 0;
        }

        int error = Marshal.GetLastPInvokeError();
        _ = FileCalls.TryClose(socket);
        socket = -1;
        return error;
    }

    /// <summary>
    /// Binds past connections that are in TIME_WAIT, which SO_REUSEADDR is for, without letting others do the same who set that: the kernel gives a port to several
    /// of them as long as none listens. Who has listened and does not set it any more shares with nobody.
    /// </summary>
    private static bool BindAlone(int socket, ReadOnlySpan<byte> name) =>
        SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 1, sizeof(int)) == 0 && Bind(socket, name, name.Length) == 0 && Listen(socket, 0) == 0
        && SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 0, sizeof(int)) == 0 && ShutDown(socket, SHUT_RD) == 0;

    /// <summary>
    /// Closes a socket of <see cref="TryBind"/>. Whoever binds the port next gets it although a process that is just being started may still have the descriptor, which it
    /// closes at execve.
    /// </summary>
    public static void Release(int socket)
    {
        _ = SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 1, sizeof(int));
        _ = FileCalls.TryClose(socket);
    }

    /// <summary>Another descriptor of a socket, closed at execve; minus the errno where there is none.</summary>
    public static int TryDuplicate(int socket) => (int)SystemCall.Quick(SystemCallNumber.Fcntl, socket, F_DUPFD_CLOEXEC);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, in int value, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutDown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ReadOnlySpan<byte> address, int length);
}
