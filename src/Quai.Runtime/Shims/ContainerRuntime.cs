using System.Globalization;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Runtime.Cgroups;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>Starts containers, each under a shim of its own, and finds them again.</summary>
public sealed class ContainerRuntime : IContainerRuntime, IDisposable
{
    private readonly FileDescriptor _shimProgram;
    private readonly string _shimPath;

    /// <summary>Prepares the shim's program for being executed.</summary>
    /// <param name="shimPath">Path of <c>quai-shim</c>.</param>
    /// <exception cref="QuaiException">There is no such program.</exception>
    public ContainerRuntime(string shimPath)
    {
        if (!File.Exists(shimPath))
        {
            throw QuaiException.System($"the shim program {shimPath} does not exist: install quai-shim beside quaid or name it with --shim-path");
        }

        _shimPath = shimPath;
        _shimProgram = SealedProgram.Open(shimPath);
    }

    /// <inheritdoc/>
    public async Task<IShim> StartAsync(ContainerLaunch launch, CancellationToken cancellation)
    {
        PlanWriter plan = SpecCompiler.Compile(launch.Spec, new SpecCompiler.Settings { Overlay = launch.Overlay, Network = launch.Network });
        SetShimFields(plan, launch);
        ShimClient client;
        try
        {
            client = Spawn(launch, plan);
        }
        catch
        {
            await CleanUpAsync(launch.RunDirectory, launch.Spec.Linux?.CgroupsPath ?? "", CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        try
        {
            await client.StartedAsync(plan).WaitAsync(cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Kill();
            await client.DisposeAsync().ConfigureAwait(false);
            await CleanUpAsync(launch.RunDirectory, launch.Spec.Linux?.CgroupsPath ?? "", CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IShim?> ReconnectAsync(string id, string runDirectory, CancellationToken cancellation)
    {
        FileDescriptor? socket = UnixSockets.Connect(runDirectory, ShimProtocol.SocketName, IoConstants.SOCK_SEQPACKET);
        if (socket is null)
        {
            return null;
        }

        ShimClient client = new(id, runDirectory, socket, shimPid: 0, initialAttach: null);
        try
        {
            await client.QueryAsync(cancellation).ConfigureAwait(false);
            return client;
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            // It ended while it was being asked.
            await client.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    /// <inheritdoc/>
    public ContainerExit? ReadExit(string runDirectory) => new ExitFile(runDirectory).Read();

    /// <inheritdoc/>
    public async Task CleanUpAsync(string runDirectory, string cgroupsPath, CancellationToken cancellation)
    {
        if (cgroupsPath.Length > 1)
        {
            await CgroupRemoval.RemoveAsync(cgroupsPath, cancellation).ConfigureAwait(false);
        }

        try
        {
            Directory.Delete(runDirectory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _shimProgram.Dispose();

    private static void SetShimFields(PlanWriter plan, ContainerLaunch launch)
    {
        plan.Header.OpenStdin = launch.OpenStdin ? 1 : 0;
        plan.Header.StdinOnce = launch.StdinOnce ? 1 : 0;
        if (launch.Log is { } log)
        {
            plan.Header.HasLog = 1;
            plan.SetHeaderText(nameof(PlanHeader.LogPath), log.Path);
            plan.Header.LogMaxSize = log.MaxSize;
            plan.Header.LogMaxFiles = log.MaxFiles;
        }

        string exit = Path.Combine(launch.RunDirectory, ShimProtocol.ExitName);
        plan.SetHeaderText(nameof(PlanHeader.ExitPath), exit);
        plan.SetHeaderText(nameof(PlanHeader.ExitTemporary), exit + ".new");
    }

    private ShimClient Spawn(ContainerLaunch launch, PlanWriter plan)
    {
        Directory.CreateDirectory(launch.RunDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(Path.Combine(launch.RunDirectory, ShimProtocol.SocketName));
        File.Delete(Path.Combine(launch.RunDirectory, ShimProtocol.ExitName));
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_SEQPACKET);
        FileDescriptor? clientOurs = null, clientTheirs = null;
        try
        {
            using FileDescriptor listener = UnixSockets.Listen(launch.RunDirectory, ShimProtocol.SocketName, IoConstants.SOCK_SEQPACKET);
            using FileDescriptor block = UnixSockets.MemoryFile(plan.ToBlock());
            List<(int, int)> descriptors =
            [
                (theirs.Number, ShimProtocol.ControlFd), (listener.Number, ShimProtocol.ListenerFd), (block.Number, ShimProtocol.PlanFd),
            ];
            int streams = StreamsOf(launch.AttachAtStart);
            if (streams != 0)
            {
                (clientOurs, clientTheirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
                descriptors.Add((clientTheirs.Number, ShimProtocol.AttachFd));
            }

            int pid = Spawner.Spawn(
                $"/proc/self/fd/{_shimProgram.Number}",
                ["quai-shim", streams.ToString(CultureInfo.InvariantCulture), launch.Id],
                [],
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(descriptors));
            return new ShimClient(launch.Id, launch.RunDirectory, ours, pid, clientOurs is null ? null : Connection(clientOurs));
        }
        catch (LinuxException e) when (e.Call == "posix_spawn")
        {
            ours.Dispose();
            clientOurs?.Dispose();
            throw QuaiException.System($"the shim {_shimPath} cannot be executed: {Errno.Message(e.Errno)}", e);
        }
        catch
        {
            ours.Dispose();
            clientOurs?.Dispose();
            throw;
        }
        finally
        {
            theirs.Dispose();
            clientTheirs?.Dispose();
        }
    }

    internal static int StreamsOf(AttachStreams? streams) => streams is null
        ? 0
        : (streams.Stdin ? ShimProtocol.Stdin : 0) | (streams.Stdout ? ShimProtocol.Stdout : 0) | (streams.Stderr ? ShimProtocol.Stderr : 0);

    internal static AttachConnection Connection(FileDescriptor socket)
    {
        SafeSocketHandle handle = new(socket.Number, ownsHandle: true);
        socket.SetHandleAsInvalid();
        return new AttachConnection(new Socket(handle));
    }
}
