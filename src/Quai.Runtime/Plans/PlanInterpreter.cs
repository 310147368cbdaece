using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Runtime.Plans;

/// <summary>
/// Runs a plan's steps. Between clone and execve nothing but this class runs: static code on unmanaged memory that allocates nothing,
/// throws nothing and calls only the kernel. A step that fails gives its errno back, and who called knows its number.
/// </summary>
public static unsafe partial class PlanInterpreter
{
    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        public ulong Flags, Pidfd, ChildTid, ParentTid, ExitSignal, Stack, StackSize, Tls, SetTid, SetTidSize, Cgroup;
    }

    /// <summary>What became of a start. Step -1: clone itself; -2: the id maps.</summary>
    public struct Outcome
    {
        /// <summary>The child, or 0 when it failed.</summary>
        public int Pid;

        /// <summary>A descriptor of it, or -1.</summary>
        public int Pidfd;

        /// <summary>Which step failed: parent steps count from 0, child steps from 10,000.</summary>
        public int FailedStep;

        /// <summary>With which errno; 0 for success.</summary>
        public int Errno;
    }

    /// <summary>Number of the child's first step in <see cref="Outcome.FailedStep"/>.</summary>
    public const int ChildStepBase = 10_000;

    /// <summary>Turns offsets into addresses. To be called once, on writable memory.</summary>
    /// <returns>False when the block is not a plan of this version.</returns>
    public static bool Relocate(byte* plan, long size)
    {
        PlanHeader* header = (PlanHeader*)plan;
        if (size < sizeof(PlanHeader) || header->Magic != PlanHeader.CurrentMagic || header->Size > size)
        {
            return false;
        }

        int* words = (int*)(plan + header->RelocationsOffset);
        for (int i = 0; i < header->RelocationCount; i++)
        {
            *(long*)(plan + words[i]) += (long)plan;
        }

        return true;
    }

    /// <summary>
    /// Runs the parent's steps, clones, and waits until the child has executed its program or failed.
    /// Must be called on a thread that no garbage collection has to wait for: the shim's main thread.
    /// </summary>
    /// <param name="plan">A relocated plan.</param>
    /// <param name="slots"><see cref="PlanSlot.Count"/> values, those that the caller provides filled in.</param>
    /// <param name="waitForExecution">False when the program waits to be released (create without start): returns once the child reached that point.</param>
    public static Outcome Start(byte* plan, long* slots, bool waitForExecution = true)
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

        int* report = stackalloc int[2];
        int* release = stackalloc int[2];
        release[0] = release[1] = -1;
        Quick(SystemCallNumber.Pipe2, (long)report, OpenFlags.O_CLOEXEC);
        bool maps = header->UidMap != null;
        if (maps)
        {
            Quick(SystemCallNumber.Pipe2, (long)release, OpenFlags.O_CLOEXEC);
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

        if (header->PidNamespaceSlot >= 0)
        {
            long joined = Quick(SystemCallNumber.Setns, slots[header->PidNamespaceSlot], (long)CloneFlags.CLONE_NEWPID);
            if (joined < 0)
            {
                outcome.FailedStep = -1;
                outcome.Errno = (int)-joined;
                return outcome;
            }
        }

        long pid = Quick(SystemCallNumber.Clone3, (long)&arguments, size);
        if (pid == 0)
        {
            RunChild(plan, header, slots, report[1], maps ? release[0] : -1, maps ? release[1] : -1);
        }

        Quick(SystemCallNumber.Close, report[1]);
        if (pid < 0)
        {
            Quick(SystemCallNumber.Close, report[0]);
            outcome.FailedStep = -1;
            outcome.Errno = (int)-pid;
            return outcome;
        }

        if (maps)
        {
            int errno = WriteMaps(header, (int)pid);
            byte go = (byte)(errno == 0 ? 1 : 0);
            Quick(SystemCallNumber.Close, release[0]);
            Quick(SystemCallNumber.Write, release[1], (long)&go, 1);
            Quick(SystemCallNumber.Close, release[1]);
            if (errno != 0)
            {
                outcome.FailedStep = -2;
                outcome.Errno = errno;
            }
        }

        int* answer = stackalloc int[2];
        long got;
        do
        {
            got = Waiting(SystemCallNumber.Read, report[0], (long)answer, 8);
        }
        while (got == -Errno.EINTR);
        Quick(SystemCallNumber.Close, report[0]);
        if (got == 8 && answer[1] == 0 && !waitForExecution)
        {
            got = 0;
        }

        if (got == 8 && outcome.Errno == 0)
        {
            outcome.FailedStep = answer[0];
            outcome.Errno = answer[1];
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

    private static void RunChild(byte* plan, PlanHeader* header, long* slots, int report, int releaseRead, int releaseWrite)
    {
        // Until execve this process is a copy of one that lives outside: nobody in the container may look into it.
        Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);
        ResetSignals();
        int* answer = stackalloc int[2];
        if (releaseRead >= 0)
        {
            byte go = 0;
            Quick(SystemCallNumber.Close, releaseWrite);
            if (Waiting(SystemCallNumber.Read, releaseRead, (long)&go, 1) != 1 || go != 1)
            {
                Quick(SystemCallNumber.ExitGroup, 1);
            }
        }

        PlanStep* steps = (PlanStep*)(plan + header->ChildOffset);
        for (int i = 0; i < header->ChildCount; i++)
        {
            int errno;
            if (steps[i].Operation == PlanOperation.AwaitStart)
            {
                // Whoever created this container learns that all is ready.
                answer[0] = ChildStepBase + i;
                answer[1] = 0;
                Quick(SystemCallNumber.Write, report, (long)answer, 8);
                errno = AwaitStart((int)slots[PlanSlot.StartFifo]);
            }
            else
            {
                errno = Run(steps + i, slots);
            }

            if (errno != 0)
            {
                answer[0] = ChildStepBase + i;
                answer[1] = errno;
                Quick(SystemCallNumber.Write, report, (long)answer, 8);
                Quick(SystemCallNumber.ExitGroup, 1);
            }
        }

        Quick(SystemCallNumber.ExitGroup, 1);
    }

    /// <summary>Waits for a byte in a fifo that was opened before the change of root, for reading and writing: so it never ends by itself.</summary>
    private static int AwaitStart(int fifo)
    {
        byte go;
        long got;
        do
        {
            got = Waiting(SystemCallNumber.Read, fifo, (long)&go, 1);
        }
        while (got == -Errno.EINTR);
        return got < 0 ? (int)-got : 0;
    }

    /// <summary>Runs one step and returns 0 or the errno.</summary>
    private static int Run(PlanStep* step, long* slots)
    {
        long* a = stackalloc long[6];
        for (int i = 0; i < 6; i++)
        {
            long value = step->Arguments[i];
            a[i] = (step->SlotMask & (1 << i)) != 0 ? slots[value] : value;
        }

        long result = step->Operation switch
        {
            PlanOperation.SystemCall => Quick(step->Number, a[0], a[1], a[2], a[3], a[4], a[5]),
            PlanOperation.WriteFile => -WriteFile((byte*)a[0], (byte*)a[1], (int)a[2]),
            PlanOperation.WriteLines => -WriteLines((byte*)a[0], (byte*)a[1], (int)a[2]),
            PlanOperation.Netlink => Netlink((int)a[0], (byte*)a[1], (int)a[2], (int)a[3], (int)slots[PlanSlot.HostNetworkNamespace]),
            PlanOperation.MountPoint => MountPoint((int)a[0], (byte*)a[1], a[2] != 0),
            PlanOperation.Mask => Mask((byte*)a[0]),
            PlanOperation.ReadOnlyPath => ReadOnlyPath((byte*)a[0]),
            PlanOperation.Console => Console(a),
            PlanOperation.Stdio => Stdio((int)a[0], (int)a[1], (int)a[2]),
            PlanOperation.Execute => Execute((byte**)a[0], (byte**)a[1], (byte**)a[2], a[3] != 0),
            PlanOperation.MakeDirectories => MakeDirectories((byte*)a[0], (int)a[1]),
            PlanOperation.InheritFile => InheritFile((byte*)a[0], (byte*)a[1]),
            PlanOperation.BindDevice => BindDevice((byte*)a[0], (int)a[1]),
            PlanOperation.MakeNode => MakeNode((int)a[0], (byte*)a[1], (int)a[2], a[3], (int)a[4], (int)a[5]),
            PlanOperation.DropBounding => DropBounding((ulong)a[0], (int)a[1]),
            PlanOperation.LoopbackUp => LoopbackUp(),
            PlanOperation.AttachDeviceFilter => AttachDeviceFilter((int*)a[0], (int)a[1], (int)a[2]),
            _ => -Errno.ENOSYS,
        };
        if (result < 0)
        {
            int errno = (int)-result;
            return errno == step->Tolerated || errno == step->TolerateAlso ? 0 : errno;
        }

        if (step->ResultSlot >= 0)
        {
            slots[step->ResultSlot] = result;
        }

        return 0;
    }

    private static int WriteFile(byte* path, byte* text, int length)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return (int)-fd;
        }

        long written = Quick(SystemCallNumber.Write, fd, (long)text, length);
        Quick(SystemCallNumber.Close, fd);
        return written < 0 ? (int)-written : written == length ? 0 : Errno.EIO;
    }

    private static int WriteLines(byte* path, byte* text, int length)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return (int)-fd;
        }

        long written = 0;
        for (int at = 0; at < length && written >= 0;)
        {
            int end = at;
            while (end < length && text[end] != '\n')
            {
                end++;
            }

            written = Quick(SystemCallNumber.Write, fd, (long)(text + at), end - at);
            at = end + 1;
        }

        Quick(SystemCallNumber.Close, fd);
        return written < 0 ? (int)-written : 0;
    }

    private static long MakeDirectories(byte* path, int mode)
    {
        long made = Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
        if (made != -Errno.ENOENT)
        {
            return made;
        }

        for (int i = 1; path[i] != 0; i++)
        {
            if (path[i] == '/')
            {
                path[i] = 0;
                made = Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
                path[i] = (byte)'/';
                if (made < 0 && made != -Errno.EEXIST)
                {
                    return made;
                }
            }
        }

        return Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
    }

    private static long InheritFile(byte* from, byte* to)
    {
        byte* text = stackalloc byte[512];
        long length = ReadFile(to, text, 512);
        if (length > 1)
        {
            return 0;
        }

        length = ReadFile(from, text, 512);
        return length < 0 ? length : -WriteFile(to, text, (int)length);
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

    private static long AttachDeviceFilter(int* attributes, int cgroup, int program)
    {
        attributes[0] = cgroup;
        attributes[1] = program;
        return Quick(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280, 8, (long)attributes, 16);
    }

    /// <summary>Handlers and masks of the process that was copied mean nothing to the program.</summary>
    private static void ResetSignals()
    {
        byte* action = stackalloc byte[32];
        for (int i = 0; i < 32; i++)
        {
            action[i] = 0;
        }

        for (int signal = 1; signal <= 64; signal++)
        {
            Quick(SystemCallNumber.RtSigaction, signal, (long)action, 0, 8);
        }

        Quick(SystemCallNumber.RtSigprocmask, 2, (long)action, 0, 8);
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
