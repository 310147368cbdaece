using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Runtime.Shims;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The daemon's side: requests taken, answers and events sent. Any number of daemons' connections; each is told every event.</summary>
internal static unsafe class Control
{
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public int NameLength;
        public IoVector* Vectors;
        public ulong VectorCount;
        public byte* Control;
        public ulong ControlLength;
        public int Flags;
    }

    /// <summary>Adds a connection.</summary>
    public static void Add(int socket)
    {
        if (Tables.ControlCount == Tables.MaximumControls)
        {
            Quick(SystemCallNumber.Close, socket);
            return;
        }

        Tables.Controls[Tables.ControlCount++] = socket;
    }

    /// <summary>Accepts a daemon that found the container again.</summary>
    public static void Accept()
    {
        long socket = Quick(SystemCallNumber.Accept4, ShimProtocol.ListenerFd, 0, 0, IoConstants.SOCK_CLOEXEC | IoConstants.SOCK_NONBLOCK);
        if (socket >= 0)
        {
            Add((int)socket);
        }
    }

    /// <summary>Sends a packet of ints to everyone, or to one.</summary>
    public static void Tell(int* packet, int bytes, int socket = -1)
    {
        for (int i = 0; i < Tables.ControlCount; i++)
        {
            if (socket < 0 || socket == Tables.Controls[i])
            {
                Quick(SystemCallNumber.Sendto, Tables.Controls[i], (long)packet, bytes, IoConstants.MSG_DONTWAIT | IoConstants.MSG_NOSIGNAL, 0, 0);
            }
        }
    }

    /// <summary>Takes one request; lets the connection go when it ended.</summary>
    public static void Take(int index)
    {
        int socket = Tables.Controls[index];
        byte* buffer = stackalloc byte[512];
        byte* control = stackalloc byte[64];
        IoVector vector;
        vector.Base = buffer;
        vector.Length = 512;
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = 64;
        long got = Quick(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_DONTWAIT | IoConstants.MSG_CMSG_CLOEXEC);
        if (got is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (got < 8)
        {
            Quick(SystemCallNumber.Close, socket);
            Tables.Controls[index] = Tables.Controls[--Tables.ControlCount];
            return;
        }

        int* descriptors = stackalloc int[2];
        descriptors[0] = descriptors[1] = -1;
        int count = 0;
        if (message.ControlLength >= 20 && *(int*)(control + 12) == IoConstants.SCM_RIGHTS)
        {
            count = Math.Min(2, (int)((*(ulong*)control - 16) / 4));
            for (int i = 0; i < count; i++)
            {
                descriptors[i] = *(int*)(control + 16 + (i * 4));
            }
        }

        int* request = (int*)buffer;
        switch (request[0])
        {
            case ShimProtocol.Attach when got >= 12:
                Answer(socket, request, Attach(0, request[2], descriptors[0]));
                break;
            case ShimProtocol.Signal when got >= 12:
                Answer(socket, request, Signal(request[2]));
                break;
            case ShimProtocol.Resize when got >= 16 + ShimProtocol.IdLength:
                Answer(socket, request, Resize(request[2], request[3], buffer + 16));
                break;
            case ShimProtocol.Exec when got >= 12 + ShimProtocol.IdLength:
                Shim.Exec(socket, request, buffer + 12, descriptors[0], descriptors[1]);
                break;
            case ShimProtocol.State:
                State(socket, request);
                break;
            default:
                Answer(socket, request, Errno.EINVAL);
                break;
        }
    }

    /// <summary>Connects a client to a process.</summary>
    public static int Attach(int process, int streams, int socket)
    {
        if (socket < 0)
        {
            return Errno.EBADF;
        }

        if (Tables.Processes[process].Exited != 0 || Tables.NewClient(socket, process, streams) == null)
        {
            Quick(SystemCallNumber.Close, socket);
            return Errno.ESRCH;
        }

        return 0;
    }

    private static void Answer(int socket, int* request, int errno)
    {
        int* answer = stackalloc int[3];
        answer[0] = request[0] | ShimProtocol.Answer;
        answer[1] = request[1];
        answer[2] = errno;
        Tell(answer, 12, socket);
    }

    private static int Signal(int signal)
    {
        ProcessEntry* first = Tables.Processes;
        return first->Exited != 0 ? Errno.ESRCH : (int)-Quick(SystemCallNumber.PidfdSendSignal, first->Pidfd, signal, 0, 0);
    }

    private static int Resize(int rows, int columns, byte* id)
    {
        for (int i = 0; i < Tables.ProcessCount; i++)
        {
            ProcessEntry* entry = Tables.Processes + i;
            bool match = i == 0 ? id[0] == 0 : entry->InUse != 0 && new ReadOnlySpan<byte>(entry->Id, 64).SequenceEqual(new ReadOnlySpan<byte>(id, 64));
            if (match)
            {
                if (entry->Terminal == 0 || entry->Output < 0)
                {
                    return Errno.ENOTTY;
                }

                ushort* size = stackalloc ushort[4];
                size[0] = (ushort)rows;
                size[1] = (ushort)columns;
                size[2] = size[3] = 0;
                return (int)-Quick(SystemCallNumber.Ioctl, entry->Output, IoConstants.TIOCSWINSZ, (long)size);
            }
        }

        return Errno.ESRCH;
    }

    private static void State(int socket, int* request)
    {
        const int Head = 28;
        byte* answer = stackalloc byte[ShimProtocol.MaximumPacket];
        int* numbers = (int*)answer;
        numbers[0] = request[0] | ShimProtocol.Answer;
        numbers[1] = request[1];
        numbers[2] = 0;
        numbers[3] = Tables.Processes[0].Pid;
        *(long*)(answer + 16) = Shim.StartedAt;
        int count = 0;
        for (int i = 1; i < Tables.ProcessCount && Head + ((count + 1) * 64) <= ShimProtocol.MaximumPacket; i++)
        {
            if (Tables.Processes[i].InUse != 0 && Tables.Processes[i].Exited == 0)
            {
                Buffer.MemoryCopy(Tables.Processes[i].Id, answer + Head + (count * 64), 64, 64);
                count++;
            }
        }

        numbers[6] = count;
        Tell(numbers, Head + (count * 64), socket);
    }
}
