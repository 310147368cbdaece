using System.Collections.Concurrent;
using System.Threading.Channels;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Plans.Protocol.Messages;
using Quai.Plans.Protocol.Messages.Events;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>A daemon's connection to one shim.</summary>
internal sealed class ShimClient : IShim
{
    private readonly string _id, _runDirectory;
    private readonly ShimChannel _channel;
    private readonly int _shimPid;
    private readonly ConcurrentDictionary<string, ExecProcess> _execs = new();
    private readonly ConcurrentDictionary<string, ApartExec> _apart = new();
    private readonly TaskCompletionSource<(int Step, int Errno)> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<DateTimeOffset> _outOfMemory = Channel.CreateBounded<DateTimeOffset>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private int _planVersion = PlanVersions.Current;
    private ShimVersionException? _refusal;
    private bool _gone;
    private string? _cgroupsPath;

    public ShimClient(string id, string runDirectory, FileDescriptor control, int shimPid, AttachConnection? initialAttach)
    {
        _id = id;
        _runDirectory = runDirectory;
        _shimPid = shimPid;
        InitialAttach = initialAttach;
        _channel = new ShimChannel(id, control);
        _ = ReceiveAsync();
    }

    /// <summary>Runs a process if the shim is too old to; null if nothing can.</summary>
    public ContainerRuntime? Runtime { get; init; }

    /// <inheritdoc/>
    public int Pid { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; private set; }

    /// <inheritdoc/>
    public Task<ContainerExit> Exit => _exit.Task;

    /// <inheritdoc/>
    public ChannelReader<DateTimeOffset> OutOfMemory => _outOfMemory.Reader;

    /// <inheritdoc/>
    public AttachConnection? InitialAttach { get; }

    /// <summary>Waits for the shim's report on the start.</summary>
    /// <exception cref="RuntimeStartException">A step failed.</exception>
    public async Task StartedAsync(PlanWriter plan)
    {
        (int step, int errno) = await _started.Task.ConfigureAwait(false);
        if (errno != 0 && step == PlanInterpreter.LogServer)
        {
            throw StartFailure.OfLog(plan.LogFailure, errno);
        }

        if (errno != 0)
        {
            throw StartFailure.Of(plan.Describe(step), errno);
        }
    }

    /// <summary>Greets a shim that was found again, and asks for its state. A shim that is too new is only watched: any other request to it is refused.</summary>
    public async Task QueryAsync(CancellationToken cancellation)
    {
        HelloAnswer hello = Packet.Read<HelloAnswer>(await _channel.AskAsync(
            head => new HelloRequest(head, ShimProtocol.Version, ShimProtocol.OldestVersion), PacketKind.Hello, [], cancellation).ConfigureAwait(false));
        if (hello.Errno != 0)
        {
            // Version 1 has no handshake; its plans are the oldest that are written here, or even older, in which case it says so when it sees one.
            _planVersion = PlanVersions.Oldest;
        }
        else
        {
            _planVersion = Math.Min(hello.PlanVersion, PlanVersions.Current);
            _refusal = hello.OldestVersion > ShimProtocol.Version ? new ShimVersionException(_id, hello.OldestVersion, ShimProtocol.Version) : null;
        }

        StateAnswer state = Packet.Read<StateAnswer>(await _channel.AskAsync(head => new StateRequest(head), PacketKind.State, [], cancellation).ConfigureAwait(false));
        Pid = state.Pid;
        StartedAt = Time(state.StartedAt);
        _started.TrySetResult((0, 0));
    }

    /// <summary>Kills the shim, and its container with it.</summary>
    public void Kill()
    {
        if (_shimPid > 0 && !_gone)
        {
            SystemCall.Quick(SystemCallNumber.Kill, _shimPid, ProcessConstants.SIGKILL);
        }
    }

    /// <inheritdoc/>
    public async Task<AttachConnection> AttachAsync(AttachStreams streams, CancellationToken cancellation)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
        using (theirs)
        {
            try
            {
                Check(await AskAsync(head => new AttachRequest(head, ContainerRuntime.StreamsOf(streams)), PacketKind.Attach, [theirs.Number], cancellation).ConfigureAwait(false));
                return ContainerRuntime.Connection(ours);
            }
            catch
            {
                ours.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async Task SignalAsync(int signal, CancellationToken cancellation)
    {
        try
        {
            int errno = Packet.Read<PlainAnswer>(await AskAsync(head => new SignalRequest(head, signal), PacketKind.Signal, [], cancellation).ConfigureAwait(false)).Errno;
            if (errno is not (0 or Errno.ESRCH))
            {
                throw new LinuxException("kill", errno, _id);
            }
        }
        catch (ShimLostException) when (_exit.Task.IsCompletedSuccessfully)
        {
            // It has ended: nothing is left to signal.
        }
    }

    /// <inheritdoc/>
    public Task ResizeAsync(string? execId, ushort rows, ushort columns, CancellationToken cancellation) =>
        execId is not null && _apart.TryGetValue(execId, out ApartExec? apart)
            ? apart.ResizeAsync(rows, columns, cancellation)
            : ResizeOwnAsync(execId, rows, columns, cancellation);

    /// <inheritdoc/>
    public Task<NameSockets?> NameSocketsAsync(CancellationToken cancellation) => new ShimNames(AskPlainAsync).GetAsync(cancellation);

    /// <inheritdoc/>
    public Task<NameSockets?> AddNameSocketsAsync(CancellationToken cancellation) => new ShimNames(AskPlainAsync).AddAsync(Pid, cancellation);

    /// <inheritdoc/>
    public async Task<IExecProcess> ExecAsync(ExecLaunch launch, CancellationToken cancellation)
    {
        ThrowIfRefused();
        PlanWriter plan = SpecCompiler.CompileExec(launch.Process, launch.Seccomp, CgroupsPath(), newestPlan: _planVersion, identity: new ContainerIdentity(_id, _runDirectory, null));
        int streams = ContainerRuntime.StreamsOf(launch.Attach);
        using FileDescriptor block = UnixSockets.MemoryFile(plan.ToBlock());
        ExecProcess exec = new();
        _execs[launch.Id] = exec;
        try
        {
            byte[] packet;
            if (streams == 0)
            {
                packet = await AskAsync(head => new ExecRequest(head, 0, ProcessId.Of(launch.Id)), PacketKind.Exec, [block.Number], cancellation).ConfigureAwait(false);
            }
            else
            {
                (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
                using (theirs)
                {
                    exec.Streams = ContainerRuntime.Connection(ours);
                    packet = await AskAsync(head => new ExecRequest(head, streams, ProcessId.Of(launch.Id)), PacketKind.Exec, [block.Number, theirs.Number], cancellation).ConfigureAwait(false);
                }
            }

            ExecAnswer answer = Packet.Read<ExecAnswer>(packet);
            if (answer is { Errno: Errno.EINVAL, Step: 0 })
            {
                // A shim's answer to a plan that it cannot read.
                await ForgetAsync(launch.Id, exec).ConfigureAwait(false);
                return await ExecApartAsync(launch, cancellation).ConfigureAwait(false);
            }

            if (answer.Errno != 0)
            {
                throw StartFailure.Of(plan.Describe(answer.Step), answer.Errno);
            }

            exec.Pid = answer.Pid;
            return exec;
        }
        catch
        {
            await ForgetAsync(launch.Id, exec).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ResizeOwnAsync(string? execId, ushort rows, ushort columns, CancellationToken cancellation) =>
        Check(await AskAsync(head => new ResizeRequest(head, rows, columns, ProcessId.Of(execId)), PacketKind.Resize, [], cancellation).ConfigureAwait(false));

    private async Task ForgetAsync(string execId, ExecProcess exec)
    {
        _execs.TryRemove(execId, out _);
        if (exec.Streams is { } client)
        {
            exec.Streams = null;
            await client.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs a process without this shim, which has an older version and supports none of the ways in which current processes join a container.</summary>
    private async Task<IExecProcess> ExecApartAsync(ExecLaunch launch, CancellationToken cancellation)
    {
        if (Runtime is null)
        {
            throw new RuntimeStartException("the container was started by another version of Quai, whose shim does not know this one's plans: start the container anew", 126, RuntimeStartException.OtherVersion);
        }

        try
        {
            // This container's and no other's: while the shim still has it, its number cannot be reused.
            using FileDescriptor container = ProcessDescriptor.Open(Pid);
            Check(await AskAsync(head => new SignalRequest(head, 0), PacketKind.Signal, [], cancellation).ConfigureAwait(false));
            ApartExec exec = await Runtime.ExecApartAsync(container, Path.Combine(_runDirectory, "exec-" + launch.Id), launch, CgroupsPath(), cancellation).ConfigureAwait(false);
            _apart[launch.Id] = exec;
            _ = exec.Exit.ContinueWith(_ => _apart.TryRemove(launch.Id, out ApartExec? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return exec;
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            throw QuaiException.Conflict($"container {_id} is not running");
        }
    }

    /// <summary>The container's own groups, from its first process (a v1 path, or v2's).</summary>
    private string? CgroupsPath()
    {
        if (_cgroupsPath is not null || Cgroups.CgroupTree.Hierarchies.Count == 0)
        {
            return _cgroupsPath;
        }

        string wanted = Cgroups.CgroupTree.IsUnified ? "" : Cgroups.CgroupTree.Hierarchies.FirstOrDefault(h => h.Controllers.Count > 0)?.Controllers[0] ?? "";
        try
        {
            foreach (string line in File.ReadLines($"/proc/{Pid}/cgroup"))
            {
                string[] parts = line.Split(':', 3);
                if (parts.Length == 3 && (wanted.Length == 0 ? parts[1].Length == 0 : parts[1].Split(',').Contains(wanted)))
                {
                    return _cgroupsPath = parts[2];
                }
            }
        }
        catch (IOException)
        {
            // It has ended.
            throw QuaiException.Conflict($"container {_id} is not running");
        }

        return null;
    }

    private Task<byte[]> AskAsync<T>(Func<PacketHead, T> request, PacketKind kind, int[] descriptors, CancellationToken cancellation)
        where T : unmanaged
    {
        ThrowIfRefused();
        return _channel.AskAsync(request, kind, descriptors, cancellation);
    }

    /// <summary>Asks with a request that is no more than its head; returns the errno of the answer, other than those that say that the container has ended.</summary>
    private async Task<int> AskPlainAsync(PacketKind kind, int[] descriptors, CancellationToken cancellation)
    {
        byte[] answer = await AskAsync(head => new PlainRequest(head), kind, descriptors, cancellation).ConfigureAwait(false);
        int errno = Packet.Read<PlainAnswer>(answer).Errno;
        return errno == Errno.ESRCH ? throw QuaiException.Conflict($"container {_id} is not running") : errno;
    }

    private void ThrowIfRefused()
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }
    }

    private async Task ReceiveAsync()
    {
        await _channel.ReceiveAsync(Take).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    private void Take(PacketKind kind, ReadOnlySpan<byte> packet)
    {
        // Messages of a shim that is too new may mean something else; its end is noticed all the same.
        if (_refusal is not null)
        {
            return;
        }

        switch (kind)
        {
            case PacketKind.Started:
                StartedEvent started = Packet.Read<StartedEvent>(packet);
                Pid = started.Pid;
                StartedAt = Time(started.StartedAt);
                _started.TrySetResult((0, 0));
                break;
            case PacketKind.StartFailed:
                StartFailedEvent failed = Packet.Read<StartFailedEvent>(packet);
                _started.TrySetResult((failed.Step, failed.Errno));
                break;
            case PacketKind.Exited:
                ExitedEvent exited = Packet.Read<ExitedEvent>(packet);
                _outOfMemory.Writer.TryComplete();
                _exit.TrySetResult(new ContainerExit(exited.ExitCode, exited.OutOfMemory != 0, Time(exited.FinishedAt)));
                break;
            case PacketKind.OutOfMemory:
                _outOfMemory.Writer.TryWrite(DateTimeOffset.UtcNow);
                break;
            case PacketKind.ExecExited:
                ExecExitedEvent ended = Packet.Read<ExecExitedEvent>(packet);
                if (_execs.TryRemove(ended.Process.Text(), out ExecProcess? exec))
                {
                    exec.Ended(ended.ExitCode);
                }

                break;
        }
    }

    private async Task EndAsync()
    {
        Volatile.Write(ref _gone, true);
        _outOfMemory.Writer.TryComplete();
        if (!_exit.Task.IsCompleted)
        {
            if (new ExitFile(_runDirectory).Read() is { } exit)
            {
                _exit.TrySetResult(exit);
            }
            else
            {
                _exit.TrySetException(new ShimLostException(_id));
                _ = _exit.Task.Exception;
            }
        }

        _started.TrySetResult((-1, Errno.ESRCH));
        foreach (ExecProcess exec in _execs.Values)
        {
            exec.Ended(128 + ProcessConstants.SIGKILL);
        }

        if (_shimPid > 0)
        {
            for (int wait = 1; !Spawner.TryReap(_shimPid); wait = Math.Min(wait * 2, 200))
            {
                await Task.Delay(wait).ConfigureAwait(false);
            }
        }
    }

    private void Check(byte[] packet)
    {
        int errno = Packet.Read<PlainAnswer>(packet).Errno;
        if (errno != 0)
        {
            throw errno == Errno.ESRCH ? QuaiException.Conflict($"container {_id} is not running") : new LinuxException("shim", errno, _id);
        }
    }

    private static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
