using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Plans.Protocol.Messages;
using Quai.Plans.Protocol.Messages.Events;
using Quai.Shim.Logging;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The container's life: start, the loop, the end.</summary>
internal static unsafe class Shim
{
    /// <summary>How long the output of a program that has ended is read on.</summary>
    public const int DrainMilliseconds = 500;

    private static byte* _plan;
    private static PlanHeader* _header;
    private static long* _slots;

    /// <summary>When the program was executed, in nanoseconds since 1970.</summary>
    public static long StartedAt { get; private set; }

    /// <summary>Whether the program ends when the last daemon has gone.</summary>
    public static bool EndsWithDaemon => _header->Version >= PlanVersions.EndsWithDaemon && _header->EndsWithDaemon != 0;

    /// <summary>Starts the container and stays until it has ended.</summary>
    /// <param name="plan">The relocated plan.</param>
    /// <param name="streams">What the first client wants, 0 if there is none.</param>
    public static int Run(byte* plan, int streams)
    {
        _plan = plan;
        _header = (PlanHeader*)plan;
        _slots = (long*)Memory.Map(PlanSlot.Count * sizeof(long));
        SetNonBlocking(ShimProtocol.ControlFd);
        Control.Add(ShimProtocol.ControlFd);
        int errno = ContainerLog.Open(_header);
        if (errno != 0)
        {
            Control.Notify(new StartFailedEvent(new PacketHead(PacketKind.StartFailed, 0), PlanInterpreter.LogServer, errno));
            return 1;
        }

        ProcessEntry* first = Tables.NewProcess();
        first->CloseInputWithClient = _header->StdinOnce;
        if (streams != 0)
        {
            Tables.NewClient(ShimProtocol.AttachFd, 0, streams);
        }

        PlanInterpreter.Outcome outcome = Launch(plan, first, _header->OpenStdin != 0, discard: false);
        if (outcome.Errno != 0)
        {
            Control.Notify(new StartFailedEvent(new PacketHead(PacketKind.StartFailed, 0), outcome.FailedStep, outcome.Errno));
            return 1;
        }

        StartedAt = Clock.Now();
        Control.Notify(new StartedEvent(new PacketHead(PacketKind.Started, 0), outcome.Pid, 0, StartedAt));
        _ = PlanInterpreter.RunHooks(plan, ended: false, outcome.Pid);
        NameSockets.Take((int)_slots[PlanSlot.NameSockets]);
        CloseSlots();
        MemoryWatch.Begin(_header->OomPath, _header->OomKey);
        Loop.Run();
        return 0;
    }

    /// <summary>Runs a further process for a daemon.</summary>
    public static ExecAnswer Exec(ExecRequest* request, int planFd, int client)
    {
        ExecAnswer answer = new(Control.AnswerTo(request->Head), 0, 0, 0);
        ProcessEntry* entry = null;
        if (Tables.Processes[0].Exited != 0)
        {
            answer.Errno = Errno.ESRCH;
            if (planFd >= 0)
            {
                Quick(SystemCallNumber.Close, planFd);
            }
        }
        else if (planFd < 0 || !Memory.MapPlan(planFd, out byte* plan, out long size))
        {
            answer.Errno = Errno.EINVAL;
        }
        else if ((entry = Tables.NewProcess()) == null)
        {
            Memory.Unmap(plan, size);
            answer.Errno = Errno.EAGAIN;
        }
        else
        {
            int streams = request->Streams;
            *(ProcessId*)entry->Id = request->Process;
            entry->CloseInputWithClient = 1;
            _slots[PlanSlot.ContainerPidfd] = Tables.Processes[0].Pidfd;
            if (client >= 0 && Tables.NewClient(client, (int)(entry - Tables.Processes), streams) != null)
            {
                client = -1;
            }

            PlanInterpreter.Outcome outcome = Launch(plan, entry, (streams & ShimProtocol.Stdin) != 0, discard: streams == 0);
            Memory.Unmap(plan, size);
            CloseSlots();
            answer.Errno = outcome.Errno;
            answer.Step = outcome.FailedStep;
            answer.Pid = outcome.Pid;
            if (outcome.Errno != 0)
            {
                CloseProcess(entry);
            }
        }

        if (client >= 0)
        {
            Quick(SystemCallNumber.Close, client);
        }

        return answer;
    }

    /// <summary>A process has ended: records its code, and starts draining its output.</summary>
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
        if (entry == Tables.Processes)
        {
            // They would keep the network namespace, and with it the container's interfaces.
            NameSockets.Close();
            ContainerLog.ProgramEnded();
            if (_header->KillPath != null)
            {
                KillRest();
            }
        }

        Quick(SystemCallNumber.Close, entry->Pidfd);
        entry->Pidfd = -1;
    }

    /// <summary>An exec has ended and its output is drained.</summary>
    public static void FinishExec(ProcessEntry* entry)
    {
        MemoryWatch.Look();
        CloseEnds(entry);
        entry->Reported = 1;
        Control.Notify(new ExecExitedEvent(new PacketHead(PacketKind.ExecExited, 0), entry->ExitCode, *(ProcessId*)entry->Id));
    }

    /// <summary>The container has ended and its output is drained: record it, durably, then report it.</summary>
    public static void FinishContainer()
    {
        ProcessEntry* first = Tables.Processes;
        MemoryWatch.Look();
        int oom = MemoryWatch.Happened || MemoryWatch.Kills() > 0 ? 1 : 0;
        long now = Clock.Now();
        _ = PlanInterpreter.RunHooks(_plan, ended: true, 0);
        ExitRecord.Write(_header->ExitTemporary, _header->ExitPath, first->ExitCode, oom, now);
        Control.Notify(new ExitedEvent(new PacketHead(PacketKind.Exited, 0), first->ExitCode, oom, now));
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
                int master;
                entry->Output = PassedDescriptors.Receive(console, &master, 1) ? master : -1;
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

    /// <summary>Disconnects a process's clients, and forgets it.</summary>
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
            long got = SmallFile.Read(_header->KillPath, text, 4096);
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
}
