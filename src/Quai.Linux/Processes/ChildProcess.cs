using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>A program that this process started (<see cref="Spawner"/>).</summary>
public static unsafe class ChildProcess
{
    /// <summary>Waits for its end, on a thread of its own, and reaps it.</summary>
    /// <returns>Its exit code, or 128 and the signal's number.</returns>
    public static Task<int> ExitAsync(int pid) =>
        Task.Factory.StartNew(() => Wait(pid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static int Wait(int pid)
    {
        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        long result;
        do
        {
            result = SystemCall.Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PID, pid, (long)info, ProcessConstants.WEXITED, 0);
        }
        while (result == -Errno.EINTR);

        // siginfo: code at 8 (1: exited, else a signal), status at 24.
        int status = *(int*)(info + 24);
        return result < 0 ? 1 : *(int*)(info + 8) == 1 ? status : 128 + status;
    }
}
