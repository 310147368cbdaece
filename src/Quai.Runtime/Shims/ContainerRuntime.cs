using System.Globalization;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Logging;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>Starts containers, each under its own shim, and finds them again.</summary>
public sealed class ContainerRuntime : IContainerRuntime, IDisposable
{
    private readonly FileDescriptor _shimProgram;
    private readonly string _shimPath;

    /// <summary>Prepares the shim's program for execution.</summary>
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
        PlanWriter plan = SpecCompiler.Compile(launch.Spec, new SpecCompiler.Settings { Overlay = launch.Overlay, Network = launch.Network, NameSockets = launch.NameSockets, Identity = new ContainerIdentity(launch.Id, launch.RunDirectory, launch.Spec.Annotations) });
        SetShimFields(plan, launch);
        ShimClient client;
        try
        {
            client = Spawn(launch.Id, launch.RunDirectory, launch.AttachAtStart, plan);
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

    /// <summary>Runs a process in a container whose own shim has an older version, under a separate shim of this version.</summary>
    /// <param name="container">The container's first process (a pidfd).</param>
    /// <param name="runDirectory">A folder for the process; it is removed when the process has ended.</param>
    /// <param name="launch">The process.</param>
    /// <param name="cgroupsPath">The container's control group.</param>
    /// <param name="cancellation">Ends the process if cancelled before its start.</param>
    /// <exception cref="RuntimeStartException">A step failed; nothing is left behind.</exception>
    internal async Task<ApartExec> ExecApartAsync(FileDescriptor container, string runDirectory, ExecLaunch launch, string? cgroupsPath, CancellationToken cancellation)
    {
        PlanWriter plan = SpecCompiler.CompileExec(launch.Process, launch.Seccomp, cgroupsPath, inheritedContainer: ShimProtocol.ContainerFd, identity: new ContainerIdentity(launch.Id, runDirectory, null));
        plan.Header.OpenStdin = launch.Attach is { Stdin: true } ? 1 : 0;
        plan.Header.StdinOnce = 1;
        SetExitRecord(plan, runDirectory);
        try
        {
            ShimClient client = Spawn(launch.Id, runDirectory, launch.Attach, plan, (container.Number, ShimProtocol.ContainerFd));
            try
            {
                await client.StartedAsync(plan).WaitAsync(cancellation).ConfigureAwait(false);
                return new ApartExec(client, () => DeleteDirectory(runDirectory));
            }
            catch
            {
                client.Kill();
                await client.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            DeleteDirectory(runDirectory);
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

        ShimClient client = new(id, runDirectory, socket, shimPid: 0, initialAttach: null) { Runtime = this };
        try
        {
            await client.QueryAsync(cancellation).ConfigureAwait(false);
            return client;
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            // It ended while being queried.
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

        DeleteDirectory(runDirectory);
    }

    /// <inheritdoc/>
    public void Dispose() => _shimProgram.Dispose();

    private static void SetShimFields(PlanWriter plan, ContainerLaunch launch)
    {
        plan.Header.OpenStdin = launch.OpenStdin ? 1 : 0;
        plan.Header.StdinOnce = launch.StdinOnce ? 1 : 0;
        if (launch.EndsWithDaemon)
        {
            plan.EndWithDaemon();
        }

        LogPlanWriter.Write(plan, launch.Log);
        SetExitRecord(plan, launch.RunDirectory);
    }

    private static void SetExitRecord(PlanWriter plan, string runDirectory)
    {
        string exit = Path.Combine(runDirectory, ShimProtocol.ExitName);
        plan.SetHeaderText(nameof(PlanHeader.ExitPath), exit);
        plan.SetHeaderText(nameof(PlanHeader.ExitTemporary), exit + ".new");
    }

    private static void DeleteDirectory(string runDirectory)
    {
        try
        {
            Directory.Delete(runDirectory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private ShimClient Spawn(string id, string runDirectory, AttachStreams? attach, PlanWriter plan, params ReadOnlySpan<(int Here, int There)> more)
    {
        Directory.CreateDirectory(runDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(Path.Combine(runDirectory, ShimProtocol.SocketName));
        File.Delete(Path.Combine(runDirectory, ShimProtocol.ExitName));
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_SEQPACKET);
        FileDescriptor? clientOurs = null, clientTheirs = null;
        try
        {
            using FileDescriptor listener = UnixSockets.Listen(runDirectory, ShimProtocol.SocketName, IoConstants.SOCK_SEQPACKET);
            using FileDescriptor block = UnixSockets.MemoryFile(plan.ToBlock());
            List<(int, int)> descriptors =
            [
                (theirs.Number, ShimProtocol.ControlFd), (listener.Number, ShimProtocol.ListenerFd), (block.Number, ShimProtocol.PlanFd), .. more,
            ];
            int streams = StreamsOf(attach);
            if (streams != 0)
            {
                (clientOurs, clientTheirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
                descriptors.Add((clientTheirs.Number, ShimProtocol.AttachFd));
            }

            int pid = Spawner.Spawn(
                $"/proc/self/fd/{_shimProgram.Number}",
                ["quai-shim", streams.ToString(CultureInfo.InvariantCulture), id],
                [],
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(descriptors));
            return new ShimClient(id, runDirectory, ours, pid, clientOurs is null ? null : Connection(clientOurs)) { Runtime = this };
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
