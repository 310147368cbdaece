using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Sockets;

/// <summary>Data written to a socket that has not left it.</summary>
public static partial class SendQueue
{
    /// <summary>Bytes of memory used by sent data: for a unix socket 0 once the peer has read everything, for a TCP socket once it is acknowledged. Also 0 for a socket that cannot say.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static unsafe int Length(SafeHandle socket)
    {
        int length = 0;
        return Control(socket, IoConstants.SIOCOUTQ, &length) == 0 ? length : 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(SafeHandle socket, nuint request, int* value);
}
