using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <summary>
/// Runs a plan's steps. Between clone and execve nothing but this class runs: static code on unmanaged memory that allocates nothing,
/// throws nothing and calls only the kernel. A failing step returns its errno, and the caller knows its number.
/// </summary>
public static unsafe partial class PlanInterpreter
{
    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        public ulong Flags, Pidfd, ChildTid, ParentTid, ExitSignal, Stack, StackSize, Tls, SetTid, SetTidSize, Cgroup;
    }

    /// <summary>The outcome of a start. Step -1: clone itself; -2: the id maps.</summary>
    public struct Outcome
    {
        /// <summary>The child, or 0 if it failed.</summary>
        public int Pid;

        /// <summary>Its pidfd, or -1.</summary>
        public int Pidfd;

        /// <summary>Which step failed: parent steps count from 0, child steps from 10,000.</summary>
        public int FailedStep;

        /// <summary>The errno; 0 for success.</summary>
        public int Errno;

        /// <summary>What a hook that failed has printed: <see cref="TextLength"/> bytes.</summary>
        public fixed byte Text[TextLimit];

        /// <summary>The text's length.</summary>
        public int TextLength;
    }

    /// <summary>How much of a hook's output is kept, in bytes.</summary>
    public const int TextLimit = 1024;

    /// <summary>Number of the first hook that the cloning process runs in <see cref="Outcome.FailedStep"/>.</summary>
    public const int HookStepBase = 20_000;

    /// <summary>Number of the child's first step in <see cref="Outcome.FailedStep"/>.</summary>
    public const int ChildStepBase = 10_000;

    /// <summary>In place of a step's number: the child has cloned once more, and this is the new process's pid.</summary>
    private const int ClonedAgain = -3;

    /// <summary>In <see cref="Outcome.FailedStep"/>: a filter's listener could not be passed on.</summary>
    public const int ListenerStep = -8;

    // In place of a step's number: the child waits for the hooks; has a listener with a certain number; a hook's output follows, of a certain length.
    private const int Paused = -5, Listening = -6, HookText = -7;

    /// <summary>In place of a step's number: the child could not switch away from the program file that it is a copy of.</summary>
    public const int LeavingProgram = -4;

    /// <summary>In place of a step's number: the server of the container's log cannot be reached.</summary>
    public const int LogServer = -5;

    /// <summary>Turns offsets into addresses. Call once, on writable memory.</summary>
    /// <returns>False if the block is not a plan of this version.</returns>
    public static bool Relocate(byte* plan, long size)
    {
        PlanHeader* header = (PlanHeader*)plan;
        if (size < sizeof(PlanHeader) || header->Version is < PlanVersions.Oldest or > PlanVersions.Current || header->Size != size
            || !Fits(header->RelocationsOffset, header->RelocationCount, sizeof(int), size)
            || !Fits(header->ParentOffset, header->ParentCount, sizeof(PlanStep), size)
            || !Fits(header->ChildOffset, header->ChildCount, sizeof(PlanStep), size)
            || (header->Version >= PlanVersions.Hooks && !HooksFit(header, size)))
        {
            return false;
        }

        // All are checked before any is changed. None may point into what describes them: the header's numbers and the list itself.
        int* words = (int*)(plan + header->RelocationsOffset);
        long numbersEnd = (byte*)&header->UidMap - plan, listEnd = header->RelocationsOffset + ((long)header->RelocationCount * sizeof(int));
        long hooks = (byte*)&header->Pauses - plan, hooksEnd = header->Version >= PlanVersions.Hooks ? (byte*)&header->ListenerState - plan : hooks;
        for (int i = 0; i < header->RelocationCount; i++)
        {
            if (!Fits(words[i], 1, sizeof(long), size) || words[i] < numbersEnd || (words[i] + sizeof(long) > header->RelocationsOffset && words[i] < listEnd)
                || (words[i] + sizeof(long) > hooks && words[i] < hooksEnd) || *(long*)(plan + words[i]) is var target && (target < 0 || target >= size))
            {
                return false;
            }
        }

        for (int i = 0; i < header->RelocationCount; i++)
        {
            *(long*)(plan + words[i]) += (long)plan;
        }

        return true;
    }

    private static bool HooksFit(PlanHeader* header, long size) =>
        size >= sizeof(PlanHeader)
        && Fits(header->PauseOffset, header->PauseCount, sizeof(PlanStep), size)
        && Fits(header->StartedOffset, header->StartedCount, sizeof(PlanStep), size)
        && Fits(header->EndedOffset, header->EndedCount, sizeof(PlanStep), size);

    private static bool Fits(long offset, long count, long each, long size) => offset >= 0 && count >= 0 && offset + (count * each) <= size;

    /// <summary>
    /// Runs the parent's steps, clones, and waits until the child has executed its program or failed.
    /// Must be called on a thread that no garbage collection has to wait for: the shim's main thread.
    /// </summary>
    /// <param name="plan">A relocated plan.</param>
    /// <param name="slots"><see cref="PlanSlot.Count"/> values, those that the caller provides filled in.</param>
    /// <param name="waitForExecution">False if the program waits to be started (create without start): returns once the child reached that point.</param>
    /// <param name="image">What the child switches to first of all, so that nothing leads from it to a writable file; null if the program already runs from such a file.</param>
    public static Outcome Start(byte* plan, long* slots, bool waitForExecution = true, ProgramImage* image = null)
    {
        PlanHeader* header = (PlanHeader*)plan;
        Outcome outcome = default;
        outcome.Pidfd = -1;
        PlanStep* steps = (PlanStep*)(plan + header->ParentOffset);
        for (int i = 0; i < header->ParentCount; i++)
        {
            int errno = Run(steps + i, slots);
            if (errno != 0)
            {
                outcome.FailedStep = i;
                outcome.Errno = errno;
                return outcome;
            }
        }

        if (header->Version >= PlanVersions.Hooks && header->Pauses != 0)
        {
            PrepareHooks();
        }

        int* report = stackalloc int[2];
        int* release = stackalloc int[2];
        release[0] = release[1] = -1;
        bool maps = header->UidMap != null, pauses = header->Version >= PlanVersions.Hooks && header->Pauses != 0;
        long piped = Quick(SystemCallNumber.Pipe2, (long)report, OpenFlags.O_CLOEXEC);
        if (piped >= 0 && (maps || pauses) && (piped = Quick(SystemCallNumber.Pipe2, (long)release, OpenFlags.O_CLOEXEC)) < 0)
        {
            ClosePair(report);
        }

        if (piped < 0)
        {
            outcome.FailedStep = -1;
            outcome.Errno = (int)-piped;
            return outcome;
        }

        int pidfd = -1;
        CloneArguments arguments = default;
        arguments.Flags = header->CloneFlags | CloneFlags.CLONE_PIDFD;
        arguments.Pidfd = (ulong)&pidfd;
        arguments.ExitSignal = ProcessConstants.SIGCHLD;
        int size = 80;
        if (header->CgroupSlot >= 0)
        {
            arguments.Flags |= CloneFlags.CLONE_INTO_CGROUP;
            arguments.Cgroup = (ulong)slots[header->CgroupSlot];
            size = 88;
        }

        // The maps of a non-dumpable process cannot be written; until they are, the child does nothing.
        if (maps)
        {
            Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 1);
        }

        long pid = Quick(SystemCallNumber.Clone3, (long)&arguments, size);
        if (pid == 0)
        {
            RunChild(plan, header, slots, image, report[1], release, maps);
        }

        if (maps)
        {
            Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);
        }

        Quick(SystemCallNumber.Close, report[1]);
        if (pid < 0)
        {
            Quick(SystemCallNumber.Close, report[0]);
            if (maps || pauses)
            {
                ClosePair(release);
            }

            outcome.FailedStep = -1;
            outcome.Errno = (int)-pid;
            return outcome;
        }

        if (maps || pauses)
        {
            Quick(SystemCallNumber.Close, release[0]);
        }

        if (maps)
        {
            int errno = WriteMaps(header, (int)pid);
            byte go = (byte)(errno == 0 ? 1 : 0);
            Quick(SystemCallNumber.Write, release[1], (long)&go, 1);
            if (errno != 0)
            {
                outcome.FailedStep = -2;
                outcome.Errno = errno;
            }
        }

        Parent parent = new() { Plan = plan, Slots = slots, Report = report[0], Release = maps || pauses ? release[1] : -1, Pid = (int)pid, Pidfd = pidfd, MayPause = pauses };
        if (header->ClonesTwice != 0)
        {
            ListenTwice(ref parent, waitForExecution, ref outcome);
            pid = parent.Pid;
            pidfd = parent.Pidfd;
        }
        else
        {
            Listen(ref parent, waitForExecution, ref outcome);
        }

        Quick(SystemCallNumber.Close, report[0]);
        if (maps || pauses)
        {
            Quick(SystemCallNumber.Close, release[1]);
        }

        if (outcome.Errno != 0)
        {
            Reap(pidfd);
            Quick(SystemCallNumber.Close, pidfd);
            return outcome;
        }

        outcome.Pid = (int)pid;
        outcome.Pidfd = pidfd;
        return outcome;
    }

    /// <summary>What the cloning process knows of its child while it listens to it.</summary>
    private struct Parent
    {
        public byte* Plan;
        public long* Slots;
        public int Report, Release, Pid, Pidfd;
        public bool MayPause;
    }

    /// <summary>Reads what the child reports until the program has been executed (the pipe ends) or waits to be started.</summary>
    private static void Listen(ref Parent parent, bool waitForExecution, ref Outcome outcome)
    {
        int* message = stackalloc int[2];
        while (true)
        {
            long got = Waiting(SystemCallNumber.Read, parent.Report, (long)message, 8);
            if (got == -Errno.EINTR)
            {
                continue;
            }

            if (got == 8 && message[0] is Paused or Listening or HookText && parent.MayPause)
            {
                Answer(ref parent, message, ref outcome);
                continue;
            }

            if (got != 8 || (message[1] == 0 && !waitForExecution))
            {
                return;
            }

            Note(message, ref outcome);
        }
    }

    private static void Note(int* message, ref Outcome outcome)
    {
        if (message[1] != 0 && outcome.Errno == 0)
        {
            outcome.FailedStep = message[0];
            outcome.Errno = message[1];
        }
    }

    private static void ClosePair(int* pair)
    {
        Quick(SystemCallNumber.Close, pair[0]);
        Quick(SystemCallNumber.Close, pair[1]);
    }

    private static void Reap(int pidfd)
    {
        byte* info = stackalloc byte[128];
        while (Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED, 0) == -Errno.EINTR)
        {
        }
    }

    private static int WriteMaps(PlanHeader* header, int pid)
    {
        int errno = WriteProcess(pid, "uid_map"u8, header->UidMap, header->UidMapLength);
        return errno != 0 ? errno : WriteProcess(pid, "gid_map"u8, header->GidMap, header->GidMapLength);
    }

    private static int WriteProcess(int pid, ReadOnlySpan<byte> file, byte* text, int length)
    {
        byte* path = stackalloc byte[64];
        int at = Append(path, 0, "/proc/"u8);
        at = AppendNumber(path, at, pid);
        path[at++] = (byte)'/';
        at = Append(path, at, file);
        path[at] = 0;
        return WriteFile(path, text, length);
    }

    private static long AttachDeviceFilter(int* attributes, int cgroup, int program)
    {
        attributes[0] = cgroup;
        attributes[1] = program;
        return Quick(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280, 8, (long)attributes, 16);
    }

    private static long DropBounding(ulong keep, int last)
    {
        for (int capability = 0; capability <= last; capability++)
        {
            if ((keep & (1UL << capability)) == 0)
            {
                long result = Quick(SystemCallNumber.Prctl, ProcessConstants.PR_CAPBSET_DROP, capability);
                if (result < 0)
                {
                    return result;
                }
            }
        }

        return 0;
    }

    private static int Append(byte* buffer, int at, ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            buffer[at++] = text[i];
        }

        return at;
    }

    private static int AppendNumber(byte* buffer, int at, long number)
    {
        byte* digits = stackalloc byte[20];
        int count = 0;
        do
        {
            digits[count++] = (byte)('0' + (number % 10));
            number /= 10;
        }
        while (number != 0);
        while (count > 0)
        {
            buffer[at++] = digits[--count];
        }

        return at;
    }
}
