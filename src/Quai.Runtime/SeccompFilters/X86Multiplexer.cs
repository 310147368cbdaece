using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>
/// 32-bit x86 has two calls that stand for many: <c>socketcall</c> and <c>ipc</c>, with the call's number as first argument (linux/net.h,
/// linux/ipc.h). The other arguments of <c>socketcall</c> are in memory where no filter can see them; those of <c>ipc</c> are in an order
/// of its own.
/// </summary>
internal static class X86Multiplexer
{
    private const uint IpcCall = 0xffff;

    private static readonly int s_socketcall = SyscallTable.IndexOf("socketcall");
    private static readonly int s_ipc = SyscallTable.IndexOf("ipc");

    private static readonly (int Syscall, uint Number)[] s_sockets = Find(
        ("socket", 1), ("bind", 2), ("connect", 3), ("listen", 4), ("accept", 5), ("getsockname", 6), ("getpeername", 7), ("socketpair", 8),
        ("send", 9), ("recv", 10), ("sendto", 11), ("recvfrom", 12), ("shutdown", 13), ("setsockopt", 14), ("getsockopt", 15), ("sendmsg", 16),
        ("recvmsg", 17), ("accept4", 18), ("recvmmsg", 19), ("sendmmsg", 20));

    private static readonly (int Syscall, uint Number)[] s_ipcs = Find(
        ("semop", 1), ("semget", 2), ("semctl", 3), ("semtimedop", 4), ("msgsnd", 11), ("msgrcv", 12), ("msgget", 13), ("msgctl", 14),
        ("shmat", 21), ("shmdt", 22), ("shmget", 23), ("shmctl", 24));

    /// <summary>The calls that can be made through a call, and their numbers there; none if it only stands for itself.</summary>
    public static ReadOnlySpan<(int Syscall, uint Number)> CallsOf(int syscall) =>
        syscall == s_socketcall ? s_sockets : syscall == s_ipc ? s_ipcs : [];

    /// <summary>The condition that a multiplexer is asked for a call, in exactly the form that programs use.</summary>
    public static ArgCondition Asks(uint number) => new(0, ArgOperator.Equal, number, 0);

    /// <summary>The condition that a multiplexer is asked for a call in any form: <c>ipc</c> takes a version in the upper half, whatever it is.</summary>
    public static ArgCondition AsksInAnyForm(int multiplexer, uint number) =>
        multiplexer == s_ipc ? new(0, ArgOperator.MaskedEqual, number, IpcCall) : Asks(number);

    private static (int Syscall, uint Number)[] Find(params (string Name, uint Number)[] calls)
    {
        var found = new (int Syscall, uint Number)[calls.Length];
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = (SyscallTable.IndexOf(calls[i].Name), calls[i].Number);
        }

        return found;
    }
}
