using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Runtime.Plans;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>A daemon's connection to one shim.</summary>
internal sealed class ShimClient : IShim
{
    private readonly string _id, _runDirectory;
    private readonly Socket _socket;
    private readonly int _shimPid;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<byte[]>> _requests = new();
    private readonly ConcurrentDictionary<string, ExecProcess> _execs = new();
    private readonly TaskCompletionSource<(int Step, int Errno)> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextRequest;
    private bool _gone;
    private string? _cgroupsPath;

    public ShimClient(string id, string runDirectory, FileDescriptor control, int shimPid, AttachConnection? initialAttach)
    {
        _id = id;
        _runDirectory = runDirectory;
        _shimPid = shimPid;
        InitialAttach = initialAttach;
        _socket = new Socket(new SafeSocketHandle(control.Number, ownsHandle: true));
        control.SetHandleAsInvalid();
        _ = ReceiveAsync();
    }

    /// <inheritdoc/>
    public int Pid { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; private set; }

    /// <inheritdoc/>
    public Task<ContainerExit> Exit => _exit.Task;

    /// <inheritdoc/>
    public AttachConnection? InitialAttach { get; }

    /// <summary>Waits for the shim's word on the start.</summary>
    /// <exception cref="RuntimeStartException">A step failed.</exception>
    public async Task StartedAsync(PlanWriter plan)
    {
        (int step, int errno) = await _started.Task.ConfigureAwait(false);
        if (errno != 0)
        {
            throw StartFailure.Of(plan.Describe(step), errno);
        }
    }

    /// <summary>Asks a shim that was found again for its state.</summary>
    public async Task QueryAsync(CancellationToken cancellation)
    {
        byte[] answer = await RequestAsync(ShimProtocol.State, [], [], cancellation).ConfigureAwait(false);
        Pid = Int(answer, 3);
        StartedAt = Time(BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(16)));
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
                Check(await RequestAsync(ShimProtocol.Attach, [ContainerRuntime.StreamsOf(streams)], [theirs.Number], cancellation).ConfigureAwait(false));
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
            byte[] answer = await RequestAsync(ShimProtocol.Signal, [signal], [], cancellation).ConfigureAwait(false);
            if (Int(answer, 2) is not (0 or Errno.ESRCH))
            {
                throw new LinuxException("kill", Int(answer, 2), _id);
            }
        }
        catch (ShimLostException) when (_exit.Task.IsCompletedSuccessfully)
        {
            // It has ended: nothing is left to be signalled.
        }
    }

    /// <inheritdoc/>
    public async Task ResizeAsync(string? execId, ushort rows, ushort columns, CancellationToken cancellation)
    {
        int[] numbers = new int[2 + (ShimProtocol.IdLength / 4)];
        numbers[0] = rows;
        numbers[1] = columns;
        if (execId is not null)
        {
            Encoding.ASCII.GetBytes(execId, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan(2)));
        }

        Check(await RequestAsync(ShimProtocol.Resize, numbers, [], cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IExecProcess> ExecAsync(ExecLaunch launch, CancellationToken cancellation)
    {
        PlanWriter plan = SpecCompiler.CompileExec(launch.Process, launch.Seccomp, CgroupsPath());
        int streams = ContainerRuntime.StreamsOf(launch.Attach);
        int[] numbers = new int[1 + (ShimProtocol.IdLength / 4)];
        numbers[0] = streams;
        Encoding.ASCII.GetBytes(launch.Id, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan(1)));
        using FileDescriptor block = UnixSockets.MemoryFile(plan.ToBlock());
        ExecProcess exec = new();
        _execs[launch.Id] = exec;
        try
        {
            byte[] answer;
            if (streams == 0)
            {
                answer = await RequestAsync(ShimProtocol.Exec, numbers, [block.Number], cancellation).ConfigureAwait(false);
            }
            else
            {
                (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
                using (theirs)
                {
                    exec.Streams = ContainerRuntime.Connection(ours);
                    answer = await RequestAsync(ShimProtocol.Exec, numbers, [block.Number, theirs.Number], cancellation).ConfigureAwait(false);
                }
            }

            if (Int(answer, 2) != 0)
            {
                throw StartFailure.Of(plan.Describe(Int(answer, 3)), Int(answer, 2));
            }

            exec.Pid = Int(answer, 4);
            return exec;
        }
        catch
        {
            _execs.TryRemove(launch.Id, out _);
            if (exec.Streams is { } client)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListExecsAsync(CancellationToken cancellation)
    {
        byte[] answer = await RequestAsync(ShimProtocol.State, [], [], cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, Int(answer, 6)).Select(i => Encoding.ASCII.GetString(answer, 28 + (i * 64), 64))];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The container's own groups, as its first process is in them (a v1 path, or v2's).</summary>
    private string? CgroupsPath()
    {
        if (_cgroupsPath is not null)
        {
            return _cgroupsPath;
        }

        string wanted = Cgroups.CgroupTree.IsUnified ? "" : Cgroups.CgroupTree.Hierarchies.FirstOrDefault(h => h.Controllers.Count > 0)?.Controllers[0] ?? "";
        foreach (string line in File.ReadLines($"/proc/{Pid}/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && (wanted.Length == 0 ? parts[1].Length == 0 : parts[1].Split(',').Contains(wanted)))
            {
                return _cgroupsPath = parts[2];
            }
        }

        return null;
    }

    private async Task<byte[]> RequestAsync(int type, int[] numbers, int[] descriptors, CancellationToken cancellation)
    {
        int number = Interlocked.Increment(ref _nextRequest);
        TaskCompletionSource<byte[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[number] = completion;
        try
        {
            if (Volatile.Read(ref _gone))
            {
                throw new ShimLostException(_id);
            }

            Send(type, number, numbers, descriptors);
            return await completion.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (LinuxException e) when (e.Call == "sendmsg")
        {
            throw new ShimLostException(_id);
        }
        finally
        {
            _requests.TryRemove(number, out _);
        }
    }

    private void Send(int type, int number, int[] numbers, int[] descriptors)
    {
        Span<int> packet = stackalloc int[2 + numbers.Length];
        packet[0] = type;
        packet[1] = number;
        numbers.CopyTo(packet[2..]);
        try
        {
            UnixSockets.Send((int)_socket.SafeHandle.DangerousGetHandle(), System.Runtime.InteropServices.MemoryMarshal.AsBytes(packet), descriptors);
        }
        catch (ObjectDisposedException)
        {
            throw new ShimLostException(_id);
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[ShimProtocol.MaximumPacket];
        try
        {
            while (true)
            {
                int got = await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                if (got < 8)
                {
                    break;
                }

                Take(buffer.AsSpan(0, got));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        await EndAsync().ConfigureAwait(false);
    }

    private void Take(Span<byte> packet)
    {
        switch (Int(packet, 0))
        {
            case ShimProtocol.Started:
                Pid = Int(packet, 2);
                StartedAt = Time(BinaryPrimitives.ReadInt64LittleEndian(packet[16..]));
                _started.TrySetResult((0, 0));
                break;
            case ShimProtocol.StartFailed:
                _started.TrySetResult((Int(packet, 2), Int(packet, 3)));
                break;
            case ShimProtocol.Exited:
                _exit.TrySetResult(new ContainerExit(Int(packet, 2), Int(packet, 3) != 0, Time(BinaryPrimitives.ReadInt64LittleEndian(packet[16..]))));
                break;
            case ShimProtocol.ExecExited:
                if (_execs.TryRemove(Encoding.ASCII.GetString(packet.Slice(12, 64)), out ExecProcess? exec))
                {
                    exec.Ended(Int(packet, 2));
                }

                break;
            default:
                if (_requests.TryGetValue(Int(packet, 1), out TaskCompletionSource<byte[]>? completion))
                {
                    completion.TrySetResult(packet.ToArray());
                }

                break;
        }
    }

    private async Task EndAsync()
    {
        Volatile.Write(ref _gone, true);
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
        foreach (TaskCompletionSource<byte[]> request in _requests.Values)
        {
            request.TrySetException(new ShimLostException(_id));
        }

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

    private void Check(byte[] answer)
    {
        if (Int(answer, 2) is not 0 and { } errno)
        {
            throw errno == Errno.ESRCH ? QuaiException.Conflict($"container {_id} is not running") : new LinuxException("shim", errno, _id);
        }
    }

    private static int Int(ReadOnlySpan<byte> packet, int index) => BinaryPrimitives.ReadInt32LittleEndian(packet[(index * 4)..]);

    private static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    private sealed class ExecProcess : IExecProcess
    {
        private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Pid { get; set; }

        public Task<int> Exit => _exit.Task;

        public AttachConnection? Streams { get; set; }

        public void Ended(int code) => _exit.TrySetResult(code);
    }
}
