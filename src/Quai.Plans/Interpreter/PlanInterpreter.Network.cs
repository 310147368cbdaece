using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps on the network namespace, and sockets that others are given.</content>
public static unsafe partial class PlanInterpreter
{
    // How often a request is sent again, and the pause before that: five seconds in all.
    private const int Attempts = 250, AttemptInterval = 20_000_000;

    private static long NetlinkAgain(int socket, byte* request, int length, int namespaceOffset, int networkNamespace, int awaited)
    {
        TimeSpec pause;
        long result = Netlink(socket, request, length, namespaceOffset, networkNamespace);
        for (int i = 0; i < Attempts && awaited > 0 && result == -awaited; i++)
        {
            // The kernel subtracts the time that has passed.
            pause.Seconds = 0;
            pause.Nanoseconds = AttemptInterval;
            Quick(SystemCallNumber.PPoll, 0, 0, (long)&pause, 0, 0);
            result = Netlink(socket, request, length, namespaceOffset, networkNamespace);
        }

        return result;
    }

    private static long Netlink(int socket, byte* request, int length, int namespaceOffset, int networkNamespace)
    {
        if (namespaceOffset >= 0)
        {
            *(int*)(request + namespaceOffset) = networkNamespace;
        }

        long sent = Quick(SystemCallNumber.Sendto, socket, (long)request, length, 0, 0, 0);
        if (sent < 0)
        {
            return sent;
        }

        byte* answer = stackalloc byte[4096];
        while (true)
        {
            long got = Quick(SystemCallNumber.Recvfrom, socket, (long)answer, 4096, 0, 0, 0);
            if (got == -Errno.EINTR)
            {
                continue;
            }

            if (got < 0)
            {
                return got;
            }

            // nlmsghdr: length, type, flags, sequence, pid; NLMSG_ERROR (2) carries an int that is 0 for success.
            if (got >= 20 && *(ushort*)(answer + 4) == 2)
            {
                return *(int*)(answer + 16);
            }
        }
    }

    private static long LoopbackUp()
    {
        long socket = Quick(SystemCallNumber.Socket, IoConstants.AF_NETLINK, IoConstants.SOCK_RAW | IoConstants.SOCK_CLOEXEC, IoConstants.NETLINK_ROUTE);
        if (socket < 0)
        {
            return socket;
        }

        // RTM_NEWLINK (16), NLM_F_REQUEST|NLM_F_ACK, ifinfomsg{ index 1, flags and change IFF_UP }.
        int* request = stackalloc int[8];
        request[0] = 32;
        request[1] = 16 | (5 << 16);
        request[2] = request[3] = request[4] = 0;
        request[5] = 1;
        request[6] = request[7] = 1;
        long result = Netlink((int)socket, (byte*)request, 32, -1, -1);
        Quick(SystemCallNumber.Close, socket);
        return result;
    }

    /// <summary>
    /// A transaction whose last message asks for an acknowledgement. The kernel answers while it is sent, with what it refused first if there is anything,
    /// so the first answer is the outcome.
    /// </summary>
    private static long Nftables(byte* messages, int length, byte* address, int* places, int count)
    {
        // sockaddr_in: family, port; ports are in network order in both.
        for (int i = 0; i < count; i++)
        {
            *(ushort*)(messages + places[i]) = *(ushort*)(address + 2);
        }

        long socket = Quick(SystemCallNumber.Socket, IoConstants.AF_NETLINK, IoConstants.SOCK_RAW | IoConstants.SOCK_CLOEXEC, IoConstants.NETLINK_NETFILTER);
        if (socket < 0)
        {
            return socket == -Errno.EPROTONOSUPPORT ? -PlanError.NoNftables : socket;
        }

        long result = Quick(SystemCallNumber.Sendto, socket, (long)messages, length, 0, 0, 0);
        byte* answer = stackalloc byte[4096];
        while (result >= 0)
        {
            long got = Quick(SystemCallNumber.Recvfrom, socket, (long)answer, 4096, IoConstants.MSG_DONTWAIT, 0, 0);
            if (got >= 20 && *(ushort*)(answer + 4) == 2)
            {
                result = *(int*)(answer + 16);
                break;
            }

            if (got != -Errno.EINTR)
            {
                result = got < 0 && got != -Errno.EAGAIN ? got : -Errno.EIO;
            }
        }

        Quick(SystemCallNumber.Close, socket);

        // All that the transaction names it makes itself: what the kernel does not find, or support, is a part of its own.
        return result is -Errno.ENOENT or -Errno.EOPNOTSUPP ? -PlanError.NoNftables : result;
    }

    private static long SocketPair(long* first)
    {
        int* pair = stackalloc int[2];
        long made = Quick(SystemCallNumber.Socketpair, IoConstants.AF_UNIX, IoConstants.SOCK_SEQPACKET | IoConstants.SOCK_CLOEXEC, 0, (long)pair);
        if (made < 0)
        {
            return made;
        }

        *first = pair[0];
        return pair[1];
    }

    private static long SendDescriptors(int socket, int first, int second)
    {
        int* descriptors = stackalloc int[2];
        descriptors[0] = first;
        descriptors[1] = second;
        return PassedDescriptors.Send(socket, descriptors, 2);
    }
}
