using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Runtime.Plans;
using Quai.Runtime.Shims;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The container's life: start, the loop, the end.</summary>
internal static unsafe class Shim
{
    private const int DrainMilliseconds = 500;

    private static byte* _plan;
    private static PlanHeader* _header;
    private static long* _slots;

    /// <summary>When the program was executed, in nanoseconds since 1970.</summary>
    public static long StartedAt { get; private set; }

    /// <summary>Starts the container and stays until it has ended.</summary>
    /// <param name="plan">The relocated plan.</param>
    /// <param name="streams">What the first client wants, 0 when there is none.</param>
    public static int Run(byte* plan, int streams)
    {
        _plan = plan;
        _header = (PlanHeader*)plan;
        _slots = (long*)Memory.Map(PlanSlot.Count * sizeof(long));
        SetNonBlocking(ShimProtocol.ControlFd);
        Control.Add(ShimProtocol.ControlFd);
        if (_header->HasLog != 0)
        {
            JsonLog.Open(_header->LogPath, _header->LogMaxSize, _header->LogMaxFiles);
        }

        ProcessEntry* first = Tables.NewProcess();
        first->CloseInputWithClient = _header->StdinOnce;
        if (streams != 0)
        {
            Tables.NewClient(ShimProtocol.AttachFd, 0, streams);
        }

        PlanInterpreter.Outcome outcome = Launch(plan, first, _header->OpenStdin != 0, discard: false);
        int* packet = stackalloc int[6];
        packet[1] = 0;
        if (outcome.Errno != 0)
        {
            packet[0] = ShimProtocol.StartFailed;
            packet[2] = outcome.FailedStep;
            packet[3] = outcome.Errno;
            Control.Tell(packet, 16);
            return 1;
        }

        StartedAt = Clock.Now();
        packet[0] = ShimProtocol.Started;
        packet[2] = outcome.Pid;
        packet[3] = 0;
        *(long*)(packet + 4) = StartedAt;
        Control.Tell(packet, 24);
        CloseSlots();
        Loop.Run();
        return 0;
    }

    /// <summary>Runs a further process for a daemon.</summary>
    public static void Exec(int socket, int* request, byte* id, int planFd, int client)
    {
        int* answer = stackalloc int[5];
        answer[0] = request[0] | ShimProtocol.Answer;
        answer[1] = request[1];
        answer[2] = answer[3] = answer[4] = 0;
        ProcessEntry* entry = null;
        if (Tables.Processes[0].Exited != 0)
        {
            answer[2] = Errno.ESRCH;
        }
        else if (planFd < 0 || !Memory.MapPlan(planFd, out byte* plan, out long size))
        {
            answer[2] = Errno.EINVAL;
        }
        else if ((entry = Tables.NewProcess()) == null)
        {
            Memory.Unmap(plan, size);
            answer[2] = Errno.EAGAIN;
        }
        else
        {
            int streams = request[2];
            Buffer.MemoryCopy(id, entry->Id, 64, 64);
            entry->CloseInputWithClient = 1;
            _slots[PlanSlot.ContainerPidfd] = Tables.Processes[0].Pidfd;
            if (client >= 0)
            {
                Tables.NewClient(client, (int)(entry - Tables.Processes), streams);
                client = -1;
            }

            PlanInterpreter.Outcome outcome = Launch(plan, entry, (streams & ShimProtocol.Stdin) != 0, discard: streams == 0);
            Memory.Unmap(plan, size);
            CloseSlots();
            answer[2] = outcome.Errno;
            answer[3] = outcome.FailedStep;
            answer[4] = outcome.Pid;
            if (outcome.Errno != 0)
            {
                CloseProcess(entry);
            }
        }

        if (client >= 0)
        {
            Quick(SystemCallNumber.Close, client);
        }

        Control.Tell(answer, 20, socket);
    }

    /// <summary>A process has ended: its code is taken, its output is drained from now on.</summary>
    public static void Reap(ProcessEntry* entry)
    {
        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        long result = Quick(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, entry->Pidfd, (long)info, ProcessConstants.WEXITED | ProcessConstants.WNOHANG, 0);
        if (result < 0 || *(int*)info == 0)
        {
            return;
        }

        // siginfo: code at 8 (1: exited, else a signal), status at 24.
        int status = *(int*)(info + 24);
        entry->ExitCode = *(int*)(info + 8) == 1 ? status : 128 + status;
        entry->Exited = 1;
        entry->DrainUntil = Clock.Steady() + DrainMilliseconds;
        if (entry == Tables.Processes && _header->KillPath != null)
        {
            KillRest();
        }

        Quick(SystemCallNumber.Close, entry->Pidfd);
        entry->Pidfd = -1;
    }

    /// <summary>An exec has ended and its output is drained.</summary>
    public static void FinishExec(ProcessEntry* entry)
    {
        CloseEnds(entry);
        entry->Told = 1;
        byte* packet = stackalloc byte[12 + 64];
        int* numbers = (int*)packet;
        numbers[0] = ShimProtocol.ExecExited;
        numbers[1] = 0;
        numbers[2] = entry->ExitCode;
        Buffer.MemoryCopy(entry->Id, packet + 12, 64, 64);
        Control.Tell(numbers, 12 + 64);
    }

    /// <summary>The container has ended and its output is drained: record it, durably, then tell.</summary>
    public static void FinishContainer()
    {
        JsonLog.Finish();
        ProcessEntry* first = Tables.Processes;
        int oom = WasOutOfMemory() ? 1 : 0;
        long now = Clock.Now();
        ExitRecord.Write(_header->ExitTemporary, _header->ExitPath, first->ExitCode, oom, now);
        int* packet = stackalloc int[6];
        packet[0] = ShimProtocol.Exited;
        packet[1] = 0;
        packet[2] = first->ExitCode;
        packet[3] = oom;
        *(long*)(packet + 4) = now;
        Control.Tell(packet, 24);
    }

    private static PlanInterpreter.Outcome Launch(byte* plan, ProcessEntry* entry, bool input, bool discard)
    {
        bool terminal = ((PlanHeader*)plan)->Terminal != 0;
        entry->Terminal = terminal ? 1 : 0;
        int* pair = stackalloc int[2];
        int console = -1;
        if (terminal)
        {
            Quick(SystemCallNumber.Socketpair, IoConstants.AF_UNIX, IoConstants.SOCK_STREAM | IoConstants.SOCK_CLOEXEC, 0, (long)pair);
            console = pair[0];
            _slots[PlanSlot.ConsoleSocket] = pair[1];
        }
        else if (discard)
        {
            byte* path = stackalloc byte[16];
            "/dev/null\0"u8.CopyTo(new Span<byte>(path, 16));
            long sink = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0);
            _slots[PlanSlot.Stdin] = sink;
            _slots[PlanSlot.Stdout] = Quick(SystemCallNumber.Fcntl, sink, IoConstants.F_DUPFD_CLOEXEC, 3);
            _slots[PlanSlot.Stderr] = Quick(SystemCallNumber.Fcntl, sink, IoConstants.F_DUPFD_CLOEXEC, 3);
        }
        else
        {
            Pipe(pair);
            _slots[PlanSlot.Stdin] = pair[0];
            if (input)
            {
                entry->Input = pair[1];
                SetNonBlocking(entry->Input);
            }
            else
            {
                Quick(SystemCallNumber.Close, pair[1]);
            }

            Pipe(pair);
            entry->Output = pair[0];
            _slots[PlanSlot.Stdout] = pair[1];
            SetNonBlocking(entry->Output);
            Pipe(pair);
            entry->Error = pair[0];
            _slots[PlanSlot.Stderr] = pair[1];
            SetNonBlocking(entry->Error);
        }

        PlanInterpreter.Outcome outcome = PlanInterpreter.Start(plan, _slots);
        entry->Pid = outcome.Pid;
        entry->Pidfd = outcome.Pidfd;
        if (terminal)
        {
            if (outcome.Errno == 0)
            {
                entry->Output = ConsoleReceiver.Receive(console);
                entry->Input = entry->Output;
                SetNonBlocking(entry->Output);
            }

            Quick(SystemCallNumber.Close, console);
        }

        return outcome;
    }

    private static void Pipe(int* pair) => Quick(SystemCallNumber.Pipe2, (long)pair, OpenFlags.O_CLOEXEC);

    private static void SetNonBlocking(int descriptor)
    {
        long flags = Quick(SystemCallNumber.Fcntl, descriptor, IoConstants.F_GETFL, 0);
        Quick(SystemCallNumber.Fcntl, descriptor, IoConstants.F_SETFL, flags | OpenFlags.O_NONBLOCK);
    }

    /// <summary>Closes what the plan's steps opened in this process; the program has its own copies.</summary>
    private static void CloseSlots()
    {
        for (int i = 0; i < PlanSlot.Count; i++)
        {
            if (_slots[i] > 0 && i != PlanSlot.ContainerPidfd)
            {
                Quick(SystemCallNumber.Close, _slots[i]);
            }

            _slots[i] = 0;
        }
    }

    /// <summary>Lets a process's clients go, and forgets it.</summary>
    public static void CloseProcess(ProcessEntry* entry)
    {
        int index = (int)(entry - Tables.Processes);
        for (int i = 0; i < Tables.ClientCount; i++)
        {
            if (Tables.Clients[i].InUse != 0 && Tables.Clients[i].Process == index)
            {
                Streams.Drop(Tables.Clients + i);
            }
        }

        CloseEnds(entry);
        entry->InUse = 0;
        Tables.Shrink();
    }

    /// <summary>Closes our ends of a process's streams.</summary>
    private static void CloseEnds(ProcessEntry* entry)
    {
        if (entry->Input >= 0 && entry->Input != entry->Output)
        {
            Quick(SystemCallNumber.Close, entry->Input);
        }

        if (entry->Output >= 0)
        {
            Quick(SystemCallNumber.Close, entry->Output);
        }

        if (entry->Error >= 0)
        {
            Quick(SystemCallNumber.Close, entry->Error);
        }

        entry->Input = entry->Output = entry->Error = -1;
        Streams.FreeInput(entry);
    }

    /// <summary>Without a pid namespace of its own, a container's other processes do not die with the first.</summary>
    private static void KillRest()
    {
        byte* text = stackalloc byte[4096];
        for (int round = 0; round < 100; round++)
        {
            long got = ReadFile(_header->KillPath, text, 4096);
            if (got <= 0)
            {
                return;
            }

            int pid = 0;
            for (int i = 0; i < got; i++)
            {
                if (text[i] == '\n')
                {
                    if (pid > 1)
                    {
                        Quick(SystemCallNumber.Kill, pid, ProcessConstants.SIGKILL);
                    }

                    pid = 0;
                }
                else
                {
                    pid = (pid * 10) + (text[i] - '0');
                }
            }
        }
    }

    private static bool WasOutOfMemory()
    {
        if (_header->OomPath == null)
        {
            return false;
        }

        byte* text = stackalloc byte[1024];
        long got = ReadFile(_header->OomPath, text, 1024);
        if (got <= 0)
        {
            return false;
        }

        int keyLength = 0;
        while (_header->OomKey[keyLength] != 0)
        {
            keyLength++;
        }

        ReadOnlySpan<byte> all = new(text, (int)got);
        ReadOnlySpan<byte> key = new(_header->OomKey, keyLength);
        int at = all.StartsWith(key) ? 0 : -1;
        for (int i = 1; at < 0 && i < all.Length; i++)
        {
            if (all[i - 1] == (byte)'\n' && all[i..].StartsWith(key))
            {
                at = i;
            }
        }

        return at >= 0 && at + keyLength < all.Length && all[at + keyLength] != (byte)'0';
    }

    private static long ReadFile(byte* path, byte* buffer, int size)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return fd;
        }

        long got = Quick(SystemCallNumber.Read, fd, (long)buffer, size);
        Quick(SystemCallNumber.Close, fd);
        return got;
    }
}
