using Quai.Linux.Kernel;

namespace Quai.Linux.Sockets;

/// <summary>Descriptors sent over unix sockets, each time with one byte. It allocates nothing, throws nothing and never waits, so that it can be used between clone and execve.</summary>
public static unsafe class PassedDescriptors
{
    /// <summary>The most that are sent at a time.</summary>
    public const int Most = 8;

    // struct cmsghdr: length, level, type.
    private const int Header = 16;

    /// <summary>Sends descriptors.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="descriptors">What is sent.</param>
    /// <param name="count">How many, <see cref="Most"/> at the most.</param>
    /// <returns>Minus the errno, or something positive.</returns>
    public static long Send(int socket, int* descriptors, int count)
    {
        byte zero = 0;
        return Send(socket, descriptors, count, &zero, 1);
    }

    /// <summary>Sends descriptors along with bytes of one's own.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="descriptors">What is sent.</param>
    /// <param name="count">How many, <see cref="Most"/> at the most.</param>
    /// <param name="bytes">What accompanies them: at least one byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <returns>Minus the errno, or something positive.</returns>
    public static long Send(int socket, int* descriptors, int count, byte* bytes, int length)
    {
        IoVector vector;
        vector.Base = bytes;
        vector.Length = (ulong)length;
        byte* control = stackalloc byte[Header + (Most * sizeof(int))];
        *(ulong*)control = (ulong)(Header + (count * sizeof(int)));
        *(int*)(control + 8) = IoConstants.SOL_SOCKET;
        *(int*)(control + 12) = IoConstants.SCM_RIGHTS;
        for (int i = 0; i < count; i++)
        {
            *(int*)(control + Header + (i * sizeof(int))) = descriptors[i];
        }

        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = (ulong)((Header + (count * sizeof(int)) + 7) & ~7);
        return SystemCall.Quick(SystemCallNumber.Sendmsg, socket, (long)&message, IoConstants.MSG_NOSIGNAL | IoConstants.MSG_DONTWAIT);
    }

    /// <summary>Receives descriptors that were sent already; all or none. They are close-on-exec.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="descriptors">Takes them.</param>
    /// <param name="count">How many there must be, <see cref="Most"/> at the most.</param>
    public static bool Receive(int socket, int* descriptors, int count)
    {
        byte one = 0;
        IoVector vector;
        vector.Base = &one;
        vector.Length = 1;
        byte* control = stackalloc byte[Header + (Most * sizeof(int))];
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = Header + (Most * sizeof(int));
        long got = SystemCall.Quick(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_DONTWAIT | IoConstants.MSG_CMSG_CLOEXEC);
        int came = got > 0 && message.ControlLength >= Header && *(int*)(control + 8) == IoConstants.SOL_SOCKET && *(int*)(control + 12) == IoConstants.SCM_RIGHTS
            ? (int)((*(ulong*)control - Header) / sizeof(int))
            : 0;
        for (int i = 0; i < came; i++)
        {
            int descriptor = *(int*)(control + Header + (i * sizeof(int)));
            if (came == count)
            {
                descriptors[i] = descriptor;
            }
            else
            {
                SystemCall.Quick(SystemCallNumber.Close, descriptor);
            }
        }

        return came == count;
    }
}
