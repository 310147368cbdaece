using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim.Logging;

/// <summary>
/// What a log's connection needs beyond a socket: the program that encrypts what it is given (a library for that would be most of the shim), and files for messages
/// that no datagram can hold.
/// </summary>
internal static unsafe class LogRelay
{
    /// <summary>What the program sends first, once it is connected.</summary>
    public const byte Ready = 1;

    private const int ExecutionFailed = 127;

    // The last one, until it has been waited for.
    private static long _process;

    /// <summary>Starts the program, whose stdin is the other end of the result; or minus the errno.</summary>
    public static int Start(byte** arguments, byte** environment)
    {
        Reap();
        int* pair = stackalloc int[2];
        long result = Quick(SystemCallNumber.Socketpair, IoConstants.AF_UNIX, IoConstants.SOCK_STREAM | IoConstants.SOCK_CLOEXEC, 0, (long)pair);
        if (result < 0)
        {
            return (int)result;
        }

        // A copy of this process, as by fork(2), which makes only these calls.
        long process = Quick(SystemCallNumber.Clone, ProcessConstants.SIGCHLD);
        if (process == 0)
        {
            Quick(SystemCallNumber.Dup3, pair[1], 0, 0);
            Quick(SystemCallNumber.CloseRange, 3, uint.MaxValue, 0);
            Quick(SystemCallNumber.Execve, (long)arguments[0], (long)arguments, (long)environment);
            Quick(SystemCallNumber.ExitGroup, ExecutionFailed);
        }

        Quick(SystemCallNumber.Close, pair[1]);
        if (process < 0)
        {
            Quick(SystemCallNumber.Close, pair[0]);
            return (int)process;
        }

        _process = process;
        long flags = Quick(SystemCallNumber.Fcntl, pair[0], IoConstants.F_GETFL, 0);
        Quick(SystemCallNumber.Fcntl, pair[0], IoConstants.F_SETFL, flags | OpenFlags.O_NONBLOCK);
        return pair[0];
    }

    /// <summary>Sends a message as a sealed file in memory, of which only the descriptor is sent.</summary>
    /// <returns>Its length, or minus the errno.</returns>
    public static long SendAsFile(int socket, byte* message, int length)
    {
        byte* name = stackalloc byte[8];
        "log\0"u8.CopyTo(new Span<byte>(name, 8));
        const int AllowSealing = 2, CloseOnExec = 1;
        long file = Quick(SystemCallNumber.MemfdCreate, (long)name, AllowSealing | CloseOnExec);
        if (file < 0)
        {
            return file;
        }

        long result = Quick(SystemCallNumber.Write, file, (long)message, length);
        if (result == length)
        {
            Quick(SystemCallNumber.Fcntl, file, IoConstants.F_ADD_SEALS, IoConstants.F_SEAL_ALL);
            byte* control = stackalloc byte[24];
            *(long*)control = 20;
            *(int*)(control + 8) = IoConstants.SOL_SOCKET;
            *(int*)(control + 12) = IoConstants.SCM_RIGHTS;
            *(long*)(control + 16) = file;
            MessageHeader header = default;
            header.Control = control;
            header.ControlLength = 24;
            result = Quick(SystemCallNumber.Sendmsg, socket, (long)&header, IoConstants.MSG_DONTWAIT | IoConstants.MSG_NOSIGNAL);
            result = result < 0 ? result : length;
        }

        Quick(SystemCallNumber.Close, file);
        return result;
    }

    private static void Reap()
    {
        if (_process > 0)
        {
            byte* info = stackalloc byte[128];
            Quick(SystemCallNumber.Waitid, ProcessConstants.P_PID, _process, (long)info, ProcessConstants.WEXITED | ProcessConstants.WNOHANG, 0);
            _process = 0;
        }
    }
}
