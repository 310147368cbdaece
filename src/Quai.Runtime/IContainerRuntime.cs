using System.Threading.Channels;
using Quai.Oci.Runtime;
using Quai.Runtime.Logging;

namespace Quai.Runtime;

/// <summary>Starts containers and finds them again: the engine's interface to the runtime and its shims.</summary>
public interface IContainerRuntime
{
    /// <summary>
    /// Starts a container: compiles the plan, spawns its shim, and returns once the program has been executed.
    /// The run directory, its lock and the cgroup's path are on disk before anything else is created, so that a crash can be cleaned up.
    /// </summary>
    /// <exception cref="RuntimeStartException">A step failed; nothing is left behind.</exception>
    Task<IShim> StartAsync(ContainerLaunch launch, CancellationToken cancellation);

    /// <summary>
    /// Connects to the shim of a container that an earlier daemon started; null if none is alive.
    /// Then <see cref="ReadExit"/> says whether it left a record, and <see cref="CleanUpAsync"/> clears the rest.
    /// </summary>
    Task<IShim?> ReconnectAsync(string id, string runDirectory, CancellationToken cancellation);

    /// <summary>The exit record that a shim left in its run directory, or null.</summary>
    ContainerExit? ReadExit(string runDirectory);

    /// <summary>Kills anything still running in the container's cgroups, removes them and the run directory. Idempotent; never touches another's.</summary>
    Task CleanUpAsync(string runDirectory, string cgroupsPath, CancellationToken cancellation);
}

/// <summary>Everything needed to start a container.</summary>
public sealed record ContainerLaunch
{
    /// <summary>The container's id, 64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>The container's own folder under the daemon's exec root; created by the runtime, removed by <see cref="IContainerRuntime.CleanUpAsync"/>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>What to run. <c>Root.Path</c> is where the root is mounted (inside the container's own mount namespace only).</summary>
    public required RuntimeSpec Spec { get; init; }

    /// <summary>The overlay to mount as root; null if <c>Root.Path</c> is a ready directory.</summary>
    public OverlayRoot? Overlay { get; init; }

    /// <summary>rtnetlink requests that connect the new network namespace; empty if it is not new.</summary>
    public IReadOnlyList<NetlinkRequest> Network { get; init; } = [];

    /// <summary>
    /// Whether the new network namespace is to have two sockets for a name server, to which port 53 of 127.0.0.11 leads: <see cref="IShim.NameSocketsAsync"/>.
    /// Without a namespace that is new there are none.
    /// </summary>
    public bool NameSockets { get; init; }

    /// <summary>Where output goes.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Whether the program has a stdin that clients can write to (otherwise it reads end-of-file at once).</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Whether stdin closes for good when the first client that wrote to it closes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the program is killed when the daemon that started it dies, rather than go on without it.</summary>
    public bool EndsWithDaemon { get; init; }

    /// <summary>The client streams to connect before the first byte of output: <see cref="IShim.InitialAttach"/>. Null for none.</summary>
    public AttachStreams? AttachAtStart { get; init; }
}

/// <summary>An overlay file system to mount. Paths are relative to <paramref name="Root"/>; lower directories topmost first.</summary>
public sealed record OverlayRoot(string Root, IReadOnlyList<string> Lower, string Upper, string Work)
{
    /// <summary>Whether nothing was ever started in it: then it gets the files that Docker's containers have (<c>/.dockerenv</c>, <c>/etc/mtab</c>).</summary>
    public bool IsNew { get; init; }
}

/// <summary>One rtnetlink request, sent by the container's first process; see the networks' sandbox messages.</summary>
/// <param name="InHost">On a socket of the host's network namespace rather than of the container's.</param>
/// <param name="Bytes">The whole request, NLM_F_ACK set.</param>
/// <param name="NamespaceOffset">Where to write a descriptor of the other network namespace, the host's or the container's, or -1.</param>
/// <param name="What">What it does, for errors.</param>
public sealed record NetlinkRequest(bool InHost, byte[] Bytes, int NamespaceOffset, string What)
{
    /// <summary>An errno upon which it is sent again for a while; 0 for none.</summary>
    public int AwaitedErrno { get; init; }

    /// <summary>An errno that is as good as success; 0 for none.</summary>
    public int ToleratedErrno { get; init; }
}

/// <summary>Which streams a client wants.</summary>
public sealed record AttachStreams(bool Stdin, bool Stdout, bool Stderr);

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">The program's code, or 128 + signal.</param>
/// <param name="OomKilled">Whether the kernel killed something in it for lack of memory.</param>
/// <param name="FinishedAt">When.</param>
public sealed record ContainerExit(int ExitCode, bool OomKilled, DateTimeOffset FinishedAt);

/// <summary>A process to run in a container besides its first one.</summary>
public sealed record ExecLaunch
{
    /// <summary>The exec's id, 64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>The program, including terminal, user and capabilities.</summary>
    public required Process Process { get; init; }

    /// <summary>The filter to install, or null.</summary>
    public Seccomp? Seccomp { get; init; }

    /// <summary>The client's streams, or null if detached.</summary>
    public AttachStreams? Attach { get; init; }
}

/// <summary>A running container's shim. Disposing it closes the connection, but does not end the container.</summary>
public interface IShim : IAsyncDisposable
{
    /// <summary>The first process's pid on the host.</summary>
    int Pid { get; }

    /// <summary>When the program was executed.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>Completes when the container has ended, its log is complete and its exit record is on disk. Faults with <see cref="ShimLostException"/> if the shim itself died.</summary>
    Task<ContainerExit> Exit { get; }

    /// <summary>
    /// One item, with its time, for each time that the container ran out of memory and the kernel killed one of its processes. All items come before <see cref="Exit"/> completes,
    /// which ends the sequence. A reader that does not keep up misses some.
    /// </summary>
    ChannelReader<DateTimeOffset> OutOfMemory { get; }

    /// <summary>The streams of <see cref="ContainerLaunch.AttachAtStart"/>.</summary>
    AttachConnection? InitialAttach { get; }

    /// <summary>Connects a client to the running program's streams, from now on.</summary>
    Task<AttachConnection> AttachAsync(AttachStreams streams, CancellationToken cancellation);

    /// <summary>Sends a signal to the first process; does nothing if it has ended.</summary>
    Task SignalAsync(int signal, CancellationToken cancellation);

    /// <summary>Sets the terminal's size, of the container (null) or of an exec.</summary>
    Task ResizeAsync(string? execId, ushort rows, ushort columns, CancellationToken cancellation);

    /// <summary>
    /// The sockets of <see cref="ContainerLaunch.NameSockets"/>, duplicates for whoever asks: now, or by a later daemon. What the container has asked meanwhile waits in them.
    /// Null where the container has none, has ended, or was started by a version that made none.
    /// </summary>
    Task<NameSockets?> NameSocketsAsync(CancellationToken cancellation);

    /// <summary>The same, for a container that was started without: makes them in its network namespace, with the rules that lead there, and gives them to the shim to keep.</summary>
    /// <returns>Null where the shim is of a version that keeps none.</returns>
    /// <exception cref="Linux.LinuxException">The kernel refused, or the container has just ended (ENOENT, ESRCH).</exception>
    Task<NameSockets?> AddNameSocketsAsync(CancellationToken cancellation);

    /// <summary>Runs a further process; returns once it has been executed.</summary>
    /// <exception cref="RuntimeStartException">A step failed.</exception>
    Task<IExecProcess> ExecAsync(ExecLaunch launch, CancellationToken cancellation);
}

/// <summary>A process started by <see cref="IShim.ExecAsync"/>.</summary>
public interface IExecProcess
{
    /// <summary>Its pid on the host.</summary>
    int Pid { get; }

    /// <summary>The exit code, or 128 + signal.</summary>
    Task<int> Exit { get; }

    /// <summary>The client's streams; null if detached.</summary>
    AttachConnection? Streams { get; }
}
