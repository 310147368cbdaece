using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>32-bit x86 has two calls that stand for many: <c>socketcall</c> and <c>ipc</c>, with the call's number as first argument (linux/net.h, linux/ipc.h).</summary>
internal static class X86Multiplexer
{
    private static readonly int s_socketcall = SyscallTable.IndexOf("socketcall");
    private static readonly int s_ipc = SyscallTable.IndexOf("ipc");
    private static readonly byte[] s_calls = MakeCalls();

    /// <summary>The multiplexer that a call can also be made through, and the call's number there.</summary>
    public static bool Find(int syscall, out int multiplexer, out ulong call)
    {
        byte encoded = s_calls[syscall];
        multiplexer = encoded < IpcBase ? s_socketcall : s_ipc;
        call = encoded < IpcBase ? encoded : (ulong)(encoded - IpcBase);
        return encoded != 0;
    }

    private const byte IpcBase = 100;

    private static byte[] MakeCalls()
    {
        ReadOnlySpan<string> sockets =
        [
            "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom",
            "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
        ];
        ReadOnlySpan<(string Name, byte Call)> ipc =
        [
            ("semop", 1), ("semget", 2), ("semctl", 3), ("semtimedop", 4), ("msgsnd", 11), ("msgrcv", 12), ("msgget", 13), ("msgctl", 14),
            ("shmat", 21), ("shmdt", 22), ("shmget", 23), ("shmctl", 24),
        ];
        var calls = new byte[SyscallTable.Length];
        for (int i = 0; i < sockets.Length; i++)
        {
            calls[SyscallTable.IndexOf(sockets[i])] = (byte)(i + 1);
        }

        foreach ((string name, byte call) in ipc)
        {
            calls[SyscallTable.IndexOf(name)] = (byte)(IpcBase + call);
        }

        return calls;
    }
}
