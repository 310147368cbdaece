namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>The calls behind 32-bit x86's socketcall and ipc, as linux/net.h and linux/ipc.h number them.</summary>
internal static class Multiplexed
{
    private static readonly string[] s_sockets =
    [
        "", "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom",
        "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    private static readonly Dictionary<uint, string> s_ipc = new()
    {
        [1] = "semop", [2] = "semget", [3] = "semctl", [4] = "semtimedop", [11] = "msgsnd", [12] = "msgrcv", [13] = "msgget", [14] = "msgctl",
        [21] = "shmat", [22] = "shmdt", [23] = "shmget", [24] = "shmctl",
    };

    /// <summary>The call that a multiplexer would make for a first argument, or nothing.</summary>
    public static string Name(string multiplexer, uint first) => multiplexer == "socketcall"
        ? first < s_sockets.Length ? s_sockets[first] : ""
        : s_ipc.GetValueOrDefault(first & 0xffff, "");
}
