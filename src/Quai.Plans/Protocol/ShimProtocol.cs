namespace Quai.Plans.Protocol;

/// <summary>
/// The protocol between a daemon and a shim: packets on a SOCK_SEQPACKET unix socket, each one of the structures in
/// <see cref="Messages"/>, numbers in the machine's order.
/// <para>
/// A structure grows at its end and never changes otherwise. The reader takes what both sides know: extra bytes are skipped, missing ones are
/// read as zeros (<see cref="Packet.Read{T}"/>). A change that does not fit this is a new version, and <see cref="Messages.HelloRequest"/> determines
/// whether the two sides understand each other. <see cref="Messages.HelloRequest"/> and <see cref="Messages.StateRequest"/> are the same in every version.
/// </para>
/// </summary>
public static class ShimProtocol
{
    /// <summary>The version spoken here. 1: without a handshake. 2: with one.</summary>
    public const int Version = 2;

    /// <summary>The oldest version that is understood here.</summary>
    public const int OldestVersion = 1;

    /// <summary>In a new shim, the descriptor of the connection to the daemon that spawned it.</summary>
    public const int ControlFd = 3;

    /// <summary>The descriptor of the socket that later daemons connect to.</summary>
    public const int ListenerFd = 4;

    /// <summary>The descriptor of the plan.</summary>
    public const int PlanFd = 5;

    /// <summary>The descriptor of the first client's streams, if there is one.</summary>
    public const int AttachFd = 6;

    /// <summary>The descriptor of the process whose container the plan's process joins, if the shim is not that container's own (a pidfd).</summary>
    public const int ContainerFd = 7;

    /// <summary>A client's streams: it writes to stdin.</summary>
    public const int Stdin = 1;

    /// <summary>A client's streams: it reads stdout.</summary>
    public const int Stdout = 2;

    /// <summary>A client's streams: it reads stderr.</summary>
    public const int Stderr = 4;

    /// <summary>The size of a container's or exec's id, in bytes.</summary>
    public const int IdLength = 64;

    /// <summary>The size of the longest packet, in bytes: a state, which names at most the 63 oldest execs.</summary>
    public const int MaximumPacket = 4 * 1024;

    /// <summary>Name of the socket in the run directory.</summary>
    public const string SocketName = "shim.sock";

    /// <summary>Name of the exit record in the run directory.</summary>
    public const string ExitName = "exit";
}
