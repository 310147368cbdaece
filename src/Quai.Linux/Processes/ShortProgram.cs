using System.Text;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;

namespace Quai.Linux.Processes;

/// <summary>Runs a program of the host to completion: for tools that do one small thing and print little.</summary>
public static unsafe class ShortProgram
{
    private const int MostOutput = 16 << 10;

    /// <summary>Runs it and waits.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">argv, its own name first.</param>
    /// <param name="environment">NAME=value.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="seconds">The timeout, after which it is killed.</param>
    /// <exception cref="LinuxException">It cannot be executed.</exception>
    public static ShortProgramResult Run(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<byte> input, int seconds)
    {
        // Files in memory at both ends: neither side can block on the other's reading.
        using FileDescriptor stdin = UnixSockets.MemoryFile(input);
        using FileDescriptor output = UnixSockets.MemoryFile([]);
        SystemCall.Quick(SystemCallNumber.Lseek, stdin.Number, 0, 0);
        int pid = Spawner.Spawn(path, arguments, environment, [(stdin.Number, 0), (output.Number, 1), (output.Number, 2)]);
        long pidfd = SystemCall.Quick(SystemCallNumber.PidfdOpen, pid, 0);
        using FileDescriptor process = new((int)pidfd);
        PollEntry entry = new() { Descriptor = (int)pidfd, Events = IoConstants.POLLIN };
        TimeSpec time = new() { Seconds = seconds };
        bool late = SystemCall.Waiting(SystemCallNumber.PPoll, (long)&entry, 1, (long)&time, 0, 0) == 0;
        if (late)
        {
            SystemCall.Quick(SystemCallNumber.PidfdSendSignal, pidfd, ProcessConstants.SIGKILL, 0, 0);
        }

        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        SystemCall.Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED, 0);
        bool exited = *(int*)(info + 8) == 1;
        int status = *(int*)(info + 24);
        string ending = late ? $"killed after {seconds} seconds" : exited ? $"exit status {status}" : $"signal {status}";
        return new ShortProgramResult(!late && exited && status == 0, ending, TextOf(output.Number));
    }

    private static string TextOf(int file)
    {
        byte[] buffer = new byte[MostOutput];
        SystemCall.Quick(SystemCallNumber.Lseek, file, 0, 0);
        int got = FileCalls.TryRead(file, buffer);
        return got > 0 ? Encoding.UTF8.GetString(buffer, 0, got).Trim() : "";
    }
}

/// <summary>How a program ended.</summary>
/// <param name="Succeeded">Whether it exited with 0.</param>
/// <param name="Ending">In words: <c>exit status 1</c>, <c>signal 9</c>.</param>
/// <param name="Output">The beginning of what it wrote to either output.</param>
public sealed record ShortProgramResult(bool Succeeded, string Ending, string Output);
