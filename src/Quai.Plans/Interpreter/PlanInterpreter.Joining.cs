using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>
/// Waiting for a child that clones once more into a process namespace in which others live. A process there that may trace others can do anything to the new
/// process: take its end of the pipe, write to it, stop it. So nothing from the pipe is believed unchecked, and no wait is unbounded.
/// </content>
public static unsafe partial class PlanInterpreter
{
    // Milliseconds: the polling interval, and how long a process may take from its clone to its execution.
    private const int LookInterval = 20, JoinLimit = 10_000;

    /// <summary>Waits until the second child has executed its program, awaits its start, has ended or has taken too long. It replaces the first one.</summary>
    private static void ListenTwice(ref Parent parent, bool waitForExecution, ref Outcome outcome)
    {
        int report = parent.Report;
        int* message = stackalloc int[2];
        PollEntry* set = stackalloc PollEntry[2];
        TimeSpec interval;
        bool second = false, open = true;
        for (int waited = 0; waited < JoinLimit;)
        {
            // The kernel subtracts the time that has passed.
            interval.Seconds = 0;
            interval.Nanoseconds = LookInterval * 1_000_000L;
            set[0].Descriptor = open ? report : -1;
            set[1].Descriptor = parent.Pidfd;
            set[0].Events = set[1].Events = IoConstants.POLLIN;
            set[0].Returned = set[1].Returned = 0;
            long ready = Waiting(SystemCallNumber.PPoll, (long)set, 2, (long)&interval, 0, 0);
            if (open && set[0].Returned != 0)
            {
                long got = Quick(SystemCallNumber.Read, report, (long)message, 8);
                if (got == 8 && message[0] == ClonedAgain)
                {
                    if (!second && IsChild(message[1]))
                    {
                        // The first has ended, or is about to.
                        Reap(parent.Pidfd);
                        Quick(SystemCallNumber.Close, parent.Pidfd);
                        parent.Pid = message[1];
                        parent.Pidfd = (int)Quick(SystemCallNumber.PidfdOpen, parent.Pid, 0);
                        second = true;
                    }
                }
                else if (got == 8 && message[0] is Paused or Listening && parent.MayPause)
                {
                    // Once only: what else comes is not the plan's.
                    if (message[0] == Listening)
                    {
                        parent.MayPause = false;
                    }

                    Answer(ref parent, message, ref outcome);
                }
                else if (got == 8 && message[1] == 0)
                {
                    if (!waitForExecution)
                    {
                        return;
                    }
                }
                else if (got == 8)
                {
                    Note(message, ref outcome);
                }
                else
                {
                    open = false;
                    if (second || outcome.Errno != 0)
                    {
                        return;
                    }
                }

                continue;
            }

            if (set[1].Returned != 0 && (second || outcome.Errno != 0))
            {
                // It has ended: whether it executed or not, nothing more will come.
                return;
            }

            if (second && HasExecuted(parent.Pid))
            {
                return;
            }

            waited += ready == 0 ? LookInterval : set[1].Returned != 0 ? 1 : 0;
        }

        Quick(SystemCallNumber.PidfdSendSignal, parent.Pidfd, ProcessConstants.SIGKILL, 0, 0);
        outcome.FailedStep = -1;
        outcome.Errno = Errno.ETIMEDOUT;
    }

    /// <summary>Whether a number is the pid of a child of this process.</summary>
    private static bool IsChild(int pid)
    {
        byte* info = stackalloc byte[128];
        return pid > 0 && Quick(SystemCallNumber.Waitid, ProcessConstants.P_PID, pid, (long)info, ProcessConstants.WEXITED | ProcessConstants.WNOHANG | ProcessConstants.WNOWAIT, 0) >= 0;
    }

    /// <summary>Whether a child runs a different program from this process.</summary>
    private static bool HasExecuted(int pid)
    {
        byte* path = stackalloc byte[64];
        ulong* there = stackalloc ulong[32], here = stackalloc ulong[32];
        int at = Append(path, 0, "/proc/"u8);
        at = AppendNumber(path, at, pid);
        path[Append(path, at, "/exe"u8)] = 0;
        byte* self = stackalloc byte[16];
        self[Append(self, 0, "/proc/self/exe"u8)] = 0;
        return Quick(SystemCallNumber.Newfstatat, OpenFlags.AT_FDCWD, (long)path, (long)there, 0) >= 0
            && Quick(SystemCallNumber.Newfstatat, OpenFlags.AT_FDCWD, (long)self, (long)here, 0) >= 0
            && (there[0] != here[0] || there[1] != here[1]);
    }
}
