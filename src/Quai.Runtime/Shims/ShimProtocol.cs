namespace Quai.Runtime.Shims;

/// <summary>
/// What a daemon and a shim say to each other: packets on a SOCK_SEQPACKET unix socket, numbers in the machine's order.
/// Every packet begins with its type and the request's number (0 for events).
/// </summary>
public static class ShimProtocol
{
#pragma warning disable CS1591 // each with its layout
    // Descriptors that a shim is born with.
    public const int ControlFd = 3, ListenerFd = 4, PlanFd = 5, AttachFd = 6;

    // Which streams an attached client wants.
    public const int Stdin = 1, Stdout = 2, Stderr = 4;

    // Requests. Attach: int streams; one descriptor. Signal: int signal. Resize: int rows, int columns, id[64] (zeros: the container).
    // Exec: int streams, id[64]; descriptors: plan, and the client's if streams is not 0. State: nothing.
    public const int Attach = 1, Signal = 2, Resize = 3, Exec = 4, State = 5;

    // Answers: the request's type with this bit, int errno; Exec: int errno, int step, int pid; State: int 0, int pid, long startedAt, int count, count × id[64].
    public const int Answer = 0x80;

    // Events. Started: int pid, int 0, long nanoseconds. StartFailed: int step, int errno. Exited: int code, int oomKilled, long nanoseconds. ExecExited: int code, id[64].
    public const int Started = 0x90, StartFailed = 0x91, Exited = 0x92, ExecExited = 0x93;

    public const int IdLength = 64;
    
    // A state names the 63 oldest execs at most.
    public const int MaximumPacket = 4 * 1024;

    // In the run directory.
    public const string SocketName = "shim.sock", ExitName = "exit", LaunchName = "cgroup";
#pragma warning restore CS1591
}
