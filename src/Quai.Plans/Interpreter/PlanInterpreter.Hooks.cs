using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Hooks: programs of the config's that are run on the way, in the container's namespaces or in the runtime's; and the moments at which the child waits for its parent.</content>
public static unsafe partial class PlanInterpreter
{
    private const int DefaultHookSeconds = 60;

    // What the last hook has printed: TextLimit bytes, prepared before the clone. A child has its copy.
    private static byte* s_printed;
    private static int s_printedLength;

    private static void PrepareHooks()
    {
        if (s_printed == null)
        {
            s_printed = (byte*)NativeMemory.Alloc(TextLimit);
        }
    }

    /// <summary>Runs hooks of a plan's header that follow its container's start or end. All are run; the first failure is returned.</summary>
    /// <param name="plan">The relocated plan.</param>
    /// <param name="ended">Those for the end; otherwise those for the start.</param>
    /// <param name="pid">The container's first process; 0 if there is none any more.</param>
    /// <returns>0 or a <see cref="PlanError"/> or errno.</returns>
    public static int RunHooks(byte* plan, bool ended, int pid)
    {
        PlanHeader* header = (PlanHeader*)plan;
        if (header->Version < PlanVersions.Hooks)
        {
            return 0;
        }

        PrepareHooks();
        PlanStep* steps = (PlanStep*)(plan + (ended ? header->EndedOffset : header->StartedOffset));
        int failure = 0;
        for (int i = 0; i < (ended ? header->EndedCount : header->StartedCount); i++)
        {
            long result = RunHook((PlanHook*)steps[i].Arguments[0], pid);
            failure = failure == 0 && result < 0 ? (int)-result : failure;
        }

        return failure;
    }

    /// <summary>Does what a child that waits has asked for, and lets it go on; or not, and notes why.</summary>
    private static void Answer(ref Parent parent, int* message, ref Outcome outcome)
    {
        byte go = 1;
        int* failure = stackalloc int[2];
        failure[1] = 0;
        PlanHeader* header = (PlanHeader*)parent.Plan;
        if (message[0] == HookText)
        {
            int length = message[1] is > 0 and <= TextLimit ? message[1] : 0;
            fixed (byte* text = outcome.Text)
            {
                long got = Waiting(SystemCallNumber.Read, parent.Report, (long)text, length);
                outcome.TextLength = got > 0 ? (int)got : 0;
            }

            return;
        }

        if (message[0] == Paused)
        {
            PlanStep* hooks = (PlanStep*)(parent.Plan + header->PauseOffset);
            for (int i = 0; i < header->PauseCount && go != 0; i++)
            {
                long result = RunHook((PlanHook*)hooks[i].Arguments[0], parent.Pid);
                if (result < 0)
                {
                    failure[0] = HookStepBase + i;
                    failure[1] = (int)-result;
                    outcome.TextLength = s_printedLength;
                    fixed (byte* text = outcome.Text)
                    {
                        Buffer.MemoryCopy(s_printed, text, TextLimit, s_printedLength);
                    }

                    go = 0;
                }
            }
        }
        else
        {
            long result = PassListener(ref parent, header, message[1]);
            if (result < 0)
            {
                failure[0] = ListenerStep;
                failure[1] = (int)-result;
                go = 0;
            }
        }

        Note(failure, ref outcome);
        Quick(SystemCallNumber.Write, parent.Release, (long)&go, 1);
    }

    private static long PassListener(ref Parent parent, PlanHeader* header, int number)
    {
        long listener = Quick(SystemCallNumber.PidfdGetfd, parent.Pidfd, number, 0);
        if (listener < 0)
        {
            return listener;
        }

        PutNumber(header->ListenerState + header->ListenerPidAt, parent.Pid);
        PutNumber(header->ListenerState + header->ListenerOtherPidAt, parent.Pid);
        int descriptor = (int)listener;
        long sent = PassedDescriptors.Send((int)parent.Slots[PlanSlot.Supervisor], &descriptor, 1, header->ListenerState, header->ListenerStateLength);
        Quick(SystemCallNumber.Close, listener);
        return sent;
    }

    /// <summary>Says something to the cloning process, and waits until it says to go on.</summary>
    private static long Pause(int report, int release, int what, int value)
    {
        int* message = stackalloc int[2];
        message[0] = what;
        message[1] = value;
        long written = Quick(SystemCallNumber.Write, report, (long)message, 8);
        return written < 0 ? written : Released(release) ? 0 : -Errno.ECANCELED;
    }

    private static long FilterWithListener(long flags, long filter, int report, int release)
    {
        long listener = Quick(SystemCallNumber.Seccomp, ProcessConstants.SECCOMP_SET_MODE_FILTER, flags, filter);
        return listener < 0 ? listener : Pause(report, release, Listening, (int)listener);
    }

    private static long ConnectSocket(byte* path)
    {
        long socket = Quick(SystemCallNumber.Socket, IoConstants.AF_UNIX, IoConstants.SOCK_STREAM | IoConstants.SOCK_CLOEXEC, 0);
        if (socket < 0)
        {
            return socket;
        }

        // sockaddr_un: family, path.
        byte* address = stackalloc byte[110];
        *(ushort*)address = IoConstants.AF_UNIX;
        int length = 0;
        for (; path[length] != 0; length++)
        {
            if (length == 107)
            {
                Quick(SystemCallNumber.Close, socket);
                return -Errno.ENAMETOOLONG;
            }

            address[2 + length] = path[length];
        }

        address[2 + length] = 0;
        long result = Quick(SystemCallNumber.Connect, socket, (long)address, 3 + length);
        if (result < 0)
        {
            Quick(SystemCallNumber.Close, socket);
            return result;
        }

        return socket;
    }

    /// <summary>This process's number as the holder of a procfs sees it.</summary>
    private static long OwnNumber(int procfs)
    {
        byte* name = stackalloc byte[8];
        name[Append(name, 0, "self"u8)] = 0;
        byte* text = stackalloc byte[16];
        long length = Quick(SystemCallNumber.Readlinkat, procfs, (long)name, (long)text, 16);
        long number = 0;
        for (int i = 0; i < length; i++)
        {
            number = (number * 10) + (text[i] - '0');
        }

        return number;
    }

    private static void PutNumber(byte* room, long number)
    {
        byte* digits = stackalloc byte[24];
        int length = AppendNumber(digits, 0, number);
        for (int i = 0; i < PlanHook.PidDigits; i++)
        {
            room[i] = i < PlanHook.PidDigits - length ? (byte)' ' : digits[i - (PlanHook.PidDigits - length)];
        }
    }

    /// <summary>Runs a hook to its end: the state as its input, what it prints kept for the error.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="pid">The process that its state names; -1 if the state has its number already.</param>
    /// <param name="nameOnly">Whether it is not run yet.</param>
    private static long RunHook(PlanHook* hook, long pid, bool nameOnly = false)
    {
        if (pid >= 0)
        {
            PutNumber(hook->State + hook->PidAt, pid);
        }

        if (nameOnly)
        {
            return 0;
        }

        s_printedLength = 0;
        byte* name = stackalloc byte[8];
        name[Append(name, 0, "hook"u8)] = 0;
        long input = Quick(SystemCallNumber.MemfdCreate, (long)name, 1), output = Quick(SystemCallNumber.MemfdCreate, (long)name, 1);
        int* failed = stackalloc int[2];
        long result = input < 0 ? input : output < 0 ? output : Quick(SystemCallNumber.Pipe2, (long)failed, OpenFlags.O_CLOEXEC);
        if (result >= 0)
        {
            // Files in memory at both ends: neither side waits for the other's reading.
            Quick(SystemCallNumber.Write, input, (long)hook->State, hook->StateLength);
            Quick(SystemCallNumber.Lseek, input, 0, 0);
            result = RunHook(hook, (int)input, (int)output, failed);
            Quick(SystemCallNumber.Lseek, output, 0, 0);
            long printed = Quick(SystemCallNumber.Read, output, (long)s_printed, TextLimit);
            s_printedLength = printed > 0 ? (int)printed : 0;
        }

        Quick(SystemCallNumber.Close, input);
        Quick(SystemCallNumber.Close, output);
        return result;
    }

    private static long RunHook(PlanHook* hook, int input, int output, int* failed)
    {
        long child = Quick(SystemCallNumber.Clone, ProcessConstants.SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
        {
            ExecuteHook(hook, input, output, failed[1]);
        }

        Quick(SystemCallNumber.Close, failed[1]);
        if (child < 0)
        {
            Quick(SystemCallNumber.Close, failed[0]);
            return child;
        }

        int errno = 0;
        long got;
        do
        {
            got = Waiting(SystemCallNumber.Read, failed[0], (long)&errno, 4);
        }
        while (got == -Errno.EINTR);
        Quick(SystemCallNumber.Close, failed[0]);
        long pidfd = Quick(SystemCallNumber.PidfdOpen, child, 0);
        PollEntry entry = default;
        entry.Descriptor = (int)pidfd;
        entry.Events = IoConstants.POLLIN;
        TimeSpec time = default;
        time.Seconds = hook->Seconds > 0 ? hook->Seconds : DefaultHookSeconds;

        // The kernel subtracts the time that has passed.
        long ready;
        do
        {
            ready = Waiting(SystemCallNumber.PPoll, (long)&entry, 1, (long)&time, 0, 0);
        }
        while (ready == -Errno.EINTR);
        if (ready == 0)
        {
            Quick(SystemCallNumber.PidfdSendSignal, pidfd, ProcessConstants.SIGKILL, 0, 0);
        }

        byte* info = stackalloc byte[128];
        while (Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED, 0) == -Errno.EINTR)
        {
        }

        Quick(SystemCallNumber.Close, pidfd);
        int status = *(int*)(info + 24);
        return got == 4 ? -errno
            : ready == 0 ? -PlanError.HookTime
            : *(int*)(info + 8) != 1 ? -(PlanError.HookKilled + status)
            : status != 0 ? -(PlanError.HookExited + status)
            : 0;
    }

    private static void ExecuteHook(PlanHook* hook, int input, int output, int failed)
    {
        ResetSignals();
        Quick(SystemCallNumber.Setsid);
        Quick(SystemCallNumber.Dup3, input, 0, 0);
        Quick(SystemCallNumber.Dup3, output, 1, 0);
        Quick(SystemCallNumber.Dup3, output, 2, 0);

        // Whatever is open here is not the hook's: CLOSE_RANGE_CLOEXEC.
        Quick(SystemCallNumber.CloseRange, 3, uint.MaxValue, 4);
        int errno = (int)-Quick(SystemCallNumber.Execve, (long)hook->Path, (long)hook->Arguments, (long)hook->Environment);
        Quick(SystemCallNumber.Write, failed, (long)&errno, 4);
        Quick(SystemCallNumber.ExitGroup, 127);
    }

    /// <summary>Passes on what a hook that failed has printed.</summary>
    private static void SendHookText(int report)
    {
        if (s_printedLength == 0)
        {
            return;
        }

        // At once: what fits into a pipe's buffer is not torn.
        byte* message = stackalloc byte[8 + TextLimit];
        ((int*)message)[0] = HookText;
        ((int*)message)[1] = s_printedLength;
        Buffer.MemoryCopy(s_printed, message + 8, TextLimit, s_printedLength);
        Quick(SystemCallNumber.Write, report, (long)message, 8 + s_printedLength);
    }
}
