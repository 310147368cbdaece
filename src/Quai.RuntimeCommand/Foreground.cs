using Quai.Linux;
using Quai.Linux.Kernel;

namespace Quai.RuntimeCommand;

/// <summary>Waits for a process in the foreground: passes on signals, relays the terminal, returns the program's exit code.</summary>
internal static unsafe class Foreground
{
    /// <summary>The program's exit code, or 128 + signal.</summary>
    public static int Wait(int pid, int pidfd, Console.Relay? relay)
    {
        // Default handling only for what cannot be passed on; the others go to the container.
        ulong forwarded = Bit(1) | Bit(2) | Bit(3) | Bit(10) | Bit(12) | Bit(15) | Bit(18) | Bit(20) | Bit(28);
        SystemCall.Quick(SystemCallNumber.RtSigprocmask, 0, (long)&forwarded, 0, 8);
        long signals = SystemCall.Quick(SystemCallNumber.Signalfd4, -1, (long)&forwarded, 8, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
        relay?.Begin();
        try
        {
            PollEntry* set = stackalloc PollEntry[4];
            byte* info = stackalloc byte[128];
            while (true)
            {
                int count = 0;
                set[count++] = new PollEntry { Descriptor = pidfd, Events = IoConstants.POLLIN };
                set[count++] = new PollEntry { Descriptor = (int)signals, Events = IoConstants.POLLIN };
                if (relay is not null)
                {
                    set[count++] = new PollEntry { Descriptor = relay.Master, Events = IoConstants.POLLIN };
                    set[count++] = new PollEntry { Descriptor = relay.InputOpen ? 0 : -1, Events = IoConstants.POLLIN };
                }

                if (SystemCall.Waiting(SystemCallNumber.PPoll, (long)set, count, 0, 0, 0) < 0)
                {
                    continue;
                }

                if (set[1].Returned != 0 && SystemCall.Quick(SystemCallNumber.Read, signals, (long)info, 128) == 128)
                {
                    int signal = *(int*)info;
                    if (signal == 28)
                    {
                        relay?.CopySize();
                    }
                    else
                    {
                        SystemCall.Quick(SystemCallNumber.PidfdSendSignal, pidfd, signal, 0, 0);
                    }
                }

                if (relay is not null && set[2].Returned != 0)
                {
                    relay.PumpOutput();
                }

                if (relay is not null && set[3].Returned != 0)
                {
                    relay.PumpInput();
                }

                if (set[0].Returned != 0)
                {
                    relay?.Drain();
                    new Span<byte>(info, 128).Clear();
                    SystemCall.Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED, 0);
                    int status = *(int*)(info + 24);
                    return *(int*)(info + 8) == 1 ? status : 128 + status;
                }
            }
        }
        finally
        {
            relay?.End();
        }
    }

    private static ulong Bit(int signal) => 1UL << (signal - 1);
}
