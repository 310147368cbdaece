using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Plans.Protocol.Messages;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The daemon's side: receives requests, sends answers and events. Any number of daemons may be connected; each receives every event.</summary>
internal static unsafe class Control
{
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

    /// <summary>Accepts a daemon that reconnects to the container.</summary>
    public static void Accept()
    {
        long socket = Quick(SystemCallNumber.Accept4, ShimProtocol.ListenerFd, 0, 0, IoConstants.SOCK_CLOEXEC | IoConstants.SOCK_NONBLOCK);
        if (socket >= 0)
        {
            Add((int)socket);
        }
    }

    /// <summary>Sends an event to everyone.</summary>
    public static void Notify<T>(T packet)
        where T : unmanaged => Send((byte*)&packet, sizeof(T), -1);

    /// <summary>Answers a request.</summary>
    public static void Answer<T>(int socket, T packet)
        where T : unmanaged => Send((byte*)&packet, sizeof(T), socket);

    /// <summary>The head of the answer to a request.</summary>
    public static PacketHead AnswerTo(PacketHead request) => new(request.Kind | PacketKind.Answer, request.Request);

    private static void Send(byte* packet, int bytes, int socket)
    {
        for (int i = 0; i < Tables.ControlCount; i++)
        {
            if (socket < 0 || socket == Tables.Controls[i])
            {
                Quick(SystemCallNumber.Sendto, Tables.Controls[i], (long)packet, bytes, IoConstants.MSG_DONTWAIT | IoConstants.MSG_NOSIGNAL, 0, 0);
            }
        }
    }

    /// <summary>Receives one request; closes the connection if it ended.</summary>
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

        int* descriptors = stackalloc int[2];
        descriptors[0] = descriptors[1] = -1;
        int count = 0;
        if (got >= 0 && message.ControlLength >= 20 && *(int*)(control + 12) == IoConstants.SCM_RIGHTS)
        {
            count = (int)((*(ulong*)control - 16) / 4);
            for (int i = 0; i < count; i++)
            {
                int descriptor = *(int*)(control + 16 + (i * 4));
                if (i < 2)
                {
                    descriptors[i] = descriptor;
                }
                else
                {
                    Quick(SystemCallNumber.Close, descriptor);
                }
            }
        }

        if (got < sizeof(PacketHead))
        {
            CloseBoth(descriptors);
            Quick(SystemCallNumber.Close, socket);
            Tables.Controls[index] = Tables.Controls[--Tables.ControlCount];
            if (Tables.ControlCount == 0 && Shim.EndsWithDaemon)
            {
                Signal(ProcessConstants.SIGKILL);
            }

            return;
        }

        Do(socket, new ReadOnlySpan<byte>(buffer, (int)got), descriptors);
        CloseBoth(descriptors);
    }

    /// <summary>Does what a packet asks for. One that is shorter than its kind has ever been is refused, like an unknown kind.</summary>
    private static void Do(int socket, ReadOnlySpan<byte> packet, int* descriptors)
    {
        PacketHead head = Packet.Read<PacketHead>(packet);
        switch (head.Kind)
        {
            case PacketKind.Attach when packet.Length >= sizeof(AttachRequest):
                Answer(socket, new PlainAnswer(AnswerTo(head), Attach(0, Packet.Read<AttachRequest>(packet).Streams, descriptors[0])));
                descriptors[0] = -1;
                break;
            case PacketKind.Signal when packet.Length >= sizeof(SignalRequest):
                Answer(socket, new PlainAnswer(AnswerTo(head), Signal(Packet.Read<SignalRequest>(packet).Signal)));
                break;
            case PacketKind.Resize when packet.Length >= sizeof(ResizeRequest):
                ResizeRequest size = Packet.Read<ResizeRequest>(packet);
                Answer(socket, new PlainAnswer(AnswerTo(head), Resize(size.Rows, size.Columns, size.Process)));
                break;
            case PacketKind.Exec when packet.Length >= sizeof(ExecRequest):
                ExecRequest exec = Packet.Read<ExecRequest>(packet);
                Answer(socket, Shim.Exec(&exec, descriptors[0], descriptors[1]));
                descriptors[0] = descriptors[1] = -1;
                break;
            case PacketKind.State:
                State(socket, head);
                break;
            case PacketKind.NameSockets:
                Answer(socket, new PlainAnswer(AnswerTo(head), NameSockets.HandOut(descriptors[0])));
                break;
            case PacketKind.KeepNameSockets:
                Answer(socket, new PlainAnswer(AnswerTo(head), NameSockets.Keep(descriptors)));
                break;
            case PacketKind.Hello:
                Answer(socket, new HelloAnswer(AnswerTo(head), 0, ShimProtocol.Version, ShimProtocol.OldestVersion, PlanVersions.Current));
                break;
            default:
                Answer(socket, new PlainAnswer(AnswerTo(head), Errno.EINVAL));
                break;
        }
    }

    /// <summary>Closes descriptors that came with a request and were not needed.</summary>
    private static void CloseBoth(int* descriptors)
    {
        for (int i = 0; i < 2; i++)
        {
            if (descriptors[i] >= 0)
            {
                Quick(SystemCallNumber.Close, descriptors[i]);
            }
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

    private static int Signal(int signal)
    {
        ProcessEntry* first = Tables.Processes;
        return first->Exited != 0 ? Errno.ESRCH : (int)-Quick(SystemCallNumber.PidfdSendSignal, first->Pidfd, signal, 0, 0);
    }

    private static int Resize(int rows, int columns, ProcessId id)
    {
        for (int i = 0; i < Tables.ProcessCount; i++)
        {
            ProcessEntry* entry = Tables.Processes + i;
            bool match = i == 0 ? id[0] == 0 : entry->InUse != 0 && new ReadOnlySpan<byte>(entry->Id, 64).SequenceEqual(id);
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

    private static void State(int socket, PacketHead request)
    {
        byte* answer = stackalloc byte[ShimProtocol.MaximumPacket];
        byte* ids = answer + sizeof(StateAnswer);
        int count = 0;
        for (int i = 1; i < Tables.ProcessCount && sizeof(StateAnswer) + ((count + 1) * ShimProtocol.IdLength) <= ShimProtocol.MaximumPacket; i++)
        {
            if (Tables.Processes[i].InUse != 0 && Tables.Processes[i].Exited == 0)
            {
                Buffer.MemoryCopy(Tables.Processes[i].Id, ids + (count * ShimProtocol.IdLength), ShimProtocol.IdLength, ShimProtocol.IdLength);
                count++;
            }
        }

        *(StateAnswer*)answer = new StateAnswer(AnswerTo(request), 0, Tables.Processes[0].Pid, Shim.StartedAt, count);
        Send(answer, sizeof(StateAnswer) + (count * ShimProtocol.IdLength), socket);
    }
}
