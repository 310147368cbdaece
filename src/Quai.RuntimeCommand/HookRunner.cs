using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Oci.Runtime;

namespace Quai.RuntimeCommand;

/// <summary>Runs a config's hooks: each gets the container's state on its stdin; the first that fails ends the operation.</summary>
internal static unsafe class HookRunner
{
    private const int DefaultTimeout = 60;

    /// <summary>Runs hooks until one fails.</summary>
    /// <exception cref="QuaiException">A hook cannot be executed, fails, or does not end within its time.</exception>
    public static void Run(IReadOnlyList<Hook> hooks, RuntimeState state)
    {
        foreach (Hook hook in hooks)
        {
            Run(hook, state.ToJson());
        }
    }

    /// <summary>Runs hooks whose failure changes nothing any more (poststop): it is reported, and the others follow.</summary>
    public static void TryRun(IReadOnlyList<Hook> hooks, RuntimeState state)
    {
        foreach (Hook hook in hooks)
        {
            try
            {
                Run(hook, state.ToJson());
            }
            catch (Exception e) when (e is QuaiException or LinuxException)
            {
                ErrorReport.Warn(e.Message);
            }
        }
    }

    private static void Run(Hook hook, ReadOnlySpan<byte> state)
    {
        // Files in memory at both ends: neither side can block on the other's reading.
        using FileDescriptor input = UnixSockets.MemoryFile(state);
        using FileDescriptor errors = UnixSockets.MemoryFile([]);
        SystemCall.Quick(SystemCallNumber.Lseek, input.Number, 0, 0);
        int pid = Spawner.Spawn(
            hook.Path, hook.Args is { Count: > 0 } args ? args : [hook.Path], hook.Env ?? [], [(input.Number, 0), (errors.Number, 1), (errors.Number, 2)]);
        int seconds = hook.Timeout is > 0 and { } given ? given : DefaultTimeout;
        long pidfd = SystemCall.Quick(SystemCallNumber.PidfdOpen, pid, 0);
        using FileDescriptor process = new((int)pidfd);
        PollEntry entry = new() { Descriptor = (int)pidfd, Events = IoConstants.POLLIN };
        TimeSpec time = new() { Seconds = seconds };
        if (SystemCall.Waiting(SystemCallNumber.PPoll, (long)&entry, 1, (long)&time, 0, 0) == 0)
        {
            SystemCall.Quick(SystemCallNumber.PidfdSendSignal, pidfd, ProcessConstants.SIGKILL, 0, 0);
            Wait(pidfd);
            throw QuaiException.System($"hook {hook.Path} did not end within {seconds} seconds");
        }

        (bool exited, int status) = Wait(pidfd);
        if (!exited || status != 0)
        {
            string text = TextOf(errors.Number);
            throw QuaiException.System($"hook {hook.Path} {(exited ? "failed with exit code" : "was ended by signal")} {status}{(text.Length > 0 ? ": " + text : "")}");
        }
    }

    private static (bool Exited, int Status) Wait(long pidfd)
    {
        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        SystemCall.Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED, 0);
        return (*(int*)(info + 8) == 1, *(int*)(info + 24));
    }

    private static string TextOf(int file)
    {
        byte* buffer = stackalloc byte[4096];
        SystemCall.Quick(SystemCallNumber.Lseek, file, 0, 0);
        long got = SystemCall.Quick(SystemCallNumber.Read, file, (long)buffer, 4096);
        return got > 0 ? Encoding.UTF8.GetString(buffer, (int)got).Trim() : "";
    }
}
