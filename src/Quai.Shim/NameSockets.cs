using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The two sockets of the container's name server, which whatever daemon there is serves: kept here, read by nobody here.</summary>
internal static unsafe class NameSockets
{
    // UDP, TCP; 0 for none.
    private static int _udp, _tcp;

    /// <summary>Takes them from the container's first process, which has sent them before it executed its program.</summary>
    /// <param name="socket">Where they come from, or 0 where the container has none.</param>
    public static void Take(int socket)
    {
        int* both = stackalloc int[2];
        if (socket > 0 && PassedDescriptors.Receive(socket, both, 2))
        {
            _udp = both[0];
            _tcp = both[1];
        }
    }

    /// <summary>Keeps those of a container that was started without. Returns 0, and has taken both, or the errno.</summary>
    public static int Keep(int* both)
    {
        if (both[0] < 0 || both[1] < 0)
        {
            return Errno.EBADF;
        }

        if (_udp != 0)
        {
            return Errno.EEXIST;
        }

        _udp = both[0];
        _tcp = both[1];
        both[0] = both[1] = -1;
        return 0;
    }

    /// <summary>Sends duplicates over a socket. Returns 0 or the errno.</summary>
    public static int HandOut(int socket)
    {
        if (_udp == 0)
        {
            return Errno.ENOENT;
        }

        int* both = stackalloc int[2];
        both[0] = _udp;
        both[1] = _tcp;
        long sent = PassedDescriptors.Send(socket, both, 2);
        return sent < 0 ? (int)-sent : 0;
    }

    /// <summary>Lets them go, if there are any.</summary>
    public static void Close()
    {
        if (_udp != 0)
        {
            Quick(SystemCallNumber.Close, _udp);
            Quick(SystemCallNumber.Close, _tcp);
            _udp = _tcp = 0;
        }
    }
}
