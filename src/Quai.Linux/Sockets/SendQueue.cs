using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Sockets;

/// <summary>What was written to a socket and has not left it.</summary>
public static partial class SendQueue
{
    /// <summary>Bytes of memory that what was sent takes up: of a unix socket 0 once the peer has read everything, of a TCP socket once it is acknowledged. 0, too, for a socket that cannot say.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static unsafe int Length(SafeHandle socket)
    {
        int length = 0;
        return Control(socket, IoConstants.SIOCOUTQ, &length) == 0 ? length : 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(SafeHandle socket, nuint request, int* value);
}
