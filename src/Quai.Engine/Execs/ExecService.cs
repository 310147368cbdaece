using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Quai.Api.Containers;
using Quai.Engine.Attach;
using Quai.Engine.Containers;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Quai.Runtime;

namespace Quai.Engine.Execs;

/// <summary>Further processes in running containers. Kept in memory only: an exec does not outlive its container's run.</summary>
internal sealed partial class ExecService(ContainerRegistry registry, Launcher launcher, EventHub events, TimeProvider time, ILogger<ExecService> logger) : IExecs
{
    private const string RuntimePrefix = "OCI runtime exec failed: exec failed: unable to start container process: ";

    // How long the exit code of an ended exec can still be queried.
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(5);

    // The maximum number of ended ones kept: a health check alone may end thousands in that time.
    private const int MostKept = 2048;
    private readonly ConcurrentDictionary<string, Exec> _execs = new();
    private readonly ConcurrentQueue<Exec> _ended = new();

    /// <inheritdoc/>
    public Task<IdResponse> CreateAsync(string containerId, ExecCreateRequest request, CancellationToken cancellation)
    {
        try
        {
            Container container = registry.Resolve(containerId);
            switch (container.State.Status)
            {
                case ContainerStatus.Running:
                    break;
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict($"Container {containerId} is paused, unpause the container before exec");
                case ContainerStatus.Restarting:
                    throw QuaiException.Conflict($"Container {containerId} is restarting, wait until the container is running");
                default:
                    throw ContainerErrors.NotRunning(container);
            }

            if (request.Cmd is null or { Count: 0 })
            {
                throw QuaiException.Invalid("No exec command specified");
            }

            DetachKeys.Parse(request.DetachKeys);
            if (request.WorkingDir is { Length: > 0 } folder && !folder.StartsWith('/'))
            {
                throw QuaiException.Invalid($"the working directory '{folder}' is invalid, it needs to be an absolute path");
            }

            Exec exec = Add(container, request);
            return Task.FromResult(new IdResponse(exec.Id));
        }
        catch (QuaiException e)
        {
            return Task.FromException<IdResponse>(e);
        }
    }

    /// <inheritdoc/>
    public async Task<IAttachSession> StartAsync(string execId, ExecStartRequest request, CancellationToken cancellation)
    {
        Exec exec = Find(execId);
        ExecCreateRequest wanted = exec.Request;
        wanted.ConsoleSize = request.ConsoleSize ?? wanted.ConsoleSize;
        var streams = new AttachStreams(wanted.AttachStdin, wanted.AttachStdout, wanted.AttachStderr);
        IExecProcess process = await RunAsync(exec, streams, cancellation).ConfigureAwait(false);
        var session = new AttachSession(wanted.Tty, process.Streams is null ? null : streams, DetachKeys.Parse(wanted.DetachKeys))
        {
            Detached = () => Publish(exec, "exec_detach"),
            Completed = exec.Ended.Task,
        };
        session.Connect(process.Streams);
        return session;
    }

    /// <inheritdoc/>
    public async Task StartDetachedAsync(string execId, CancellationToken cancellation) =>
        await RunAsync(Find(execId), null, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public ExecInspect Inspect(string execId)
    {
        Exec exec = Find(execId);
        ExecCreateRequest request = exec.Request;
        return new ExecInspect
        {
            ID = exec.Id,
            Running = exec.Running,
            ExitCode = exec.ExitCode,
            ProcessConfig = new ExecProcessConfig
            {
                Tty = request.Tty,
                Entrypoint = request.Cmd![0],
                Arguments = request.Cmd[1..],
                Privileged = request.Privileged,
                User = string.IsNullOrEmpty(request.User) ? null : request.User,
            },
            OpenStdin = request.AttachStdin,
            OpenStdout = request.AttachStdout,
            OpenStderr = request.AttachStderr,
            CanRemove = exec.ExitCode is not null,
            ContainerID = exec.Container.Id,
            DetachKeys = request.DetachKeys ?? "",
            Pid = exec.Process?.Pid ?? 0,
        };
    }

    /// <inheritdoc/>
    public async Task ResizeAsync(string execId, ushort rows, ushort columns, CancellationToken cancellation)
    {
        Exec exec = Find(execId);
        if (!exec.Running || exec.Container.Run is not { } run)
        {
            throw QuaiException.Conflict($"exec {execId} is not running");
        }

        if (exec.Request.Tty)
        {
            await run.Shim.ResizeAsync(exec.Id, rows, columns, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ids of a container's running execs, or null if there are none.</summary>
    public List<string>? RunningIn(Container container)
    {
        List<string> ids = [.. _execs.Values.Where(e => e.Container == container && e.Running).Select(e => e.Id)];
        return ids.Count == 0 ? null : ids;
    }

    /// <summary>A container's run is over: execs that nobody started are dropped; the others keep their codes for a while, for clients that still wait for them.</summary>
    public void ContainerEnded(Container container)
    {
        foreach (Exec exec in _execs.Values)
        {
            if (exec.Container == container && exec.StartClaimed == 0)
            {
                _execs.TryRemove(exec.Id, out _);
            }
        }
    }

    /// <summary>A container is gone, and its execs with it.</summary>
    public void ContainerRemoved(Container container)
    {
        foreach (Exec exec in _execs.Values)
        {
            if (exec.Container == container)
            {
                _execs.TryRemove(exec.Id, out _);
            }
        }
    }

    /// <summary>Creates and runs one of the engine's own execs.</summary>
    public async Task<(Exec Exec, IExecProcess Process)> RunAsync(Container container, ExecCreateRequest request, AttachStreams streams, CancellationToken cancellation)
    {
        Exec exec = Add(container, request);
        return (exec, await RunAsync(exec, streams, cancellation).ConfigureAwait(false));
    }

    private Exec Add(Container container, ExecCreateRequest request)
    {
        DropOld();
        var exec = new Exec(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), container, request);
        _execs[exec.Id] = exec;
        Publish(exec, "exec_create: " + exec.Command);
        return exec;
    }

    private async Task<IExecProcess> RunAsync(Exec exec, AttachStreams? streams, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref exec.StartClaimed, 1) != 0)
        {
            throw QuaiException.Conflict(exec.ExitCode is null ? $"exec {exec.Id} is already running" : $"exec session {exec.Id} has already run");
        }

        try
        {
            Container container = exec.Container;
            ContainerRun run = container.State.Status switch
            {
                ContainerStatus.Paused => throw QuaiException.Conflict($"Container {container.Id} is paused, unpause the container before exec"),
                _ => container.Run ?? throw ContainerErrors.NotRunning(container),
            };
            RootReader.Accounts accounts = await RootReader.ReadAsync(run.Shim.Pid, cancellation).ConfigureAwait(false);
            string user = string.IsNullOrEmpty(exec.Request.User) ? container.Spec.Program.User : exec.Request.User;
            ResolvedUser resolved = UserResolver.Resolve(user, accounts.Passwd, accounts.Group, container.Spec.Program.Groups);
            Publish(exec, "exec_start: " + exec.Command);
            IExecProcess process = await run.Shim.ExecAsync(
                new ExecLaunch
                {
                    Id = exec.Id,
                    Process = launcher.BuildExec(container, exec.Request, resolved),
                    Seccomp = run.Filter,
                    Attach = streams is { Stdin: false, Stdout: false, Stderr: false } ? null : streams,
                },
                cancellation).ConfigureAwait(false);
            exec.Process = process;
            _ = AwaitEndAsync(exec, process);
            return process;
        }
        catch (Exception e)
        {
            exec.ExitCode = e is RuntimeStartException { ExitCode: var code and (126 or 127) } ? code : 126;
            Keep(exec);
            throw e switch
            {
                RuntimeStartException start => new RuntimeStartException($"{RuntimePrefix}{start.Message}: unknown", start.ExitCode, start.Errno),
                ShimLostException => ContainerErrors.NotRunning(exec.Container),
                QuaiException or OperationCanceledException => e,
                _ => QuaiException.System(e.Message, e),
            };
        }
    }

    private async Task AwaitEndAsync(Exec exec, IExecProcess process)
    {
        try
        {
            exec.ExitCode = await process.Exit.ConfigureAwait(false);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            exec.ExitCode = 137;
            LogLost(logger, exec.Id, e.Message);
        }

        Keep(exec);
        exec.Ended.TrySetResult();
        Publish(exec, "exec_die", ("exitCode", exec.ExitCode.Value.ToString(CultureInfo.InvariantCulture)));
    }

    private void Keep(Exec exec)
    {
        exec.EndedAt = time.GetUtcNow();
        _ended.Enqueue(exec);
    }

    private void DropOld()
    {
        // They are in the order in which they ended.
        DateTimeOffset limit = time.GetUtcNow() - s_kept;
        while (_ended.TryPeek(out Exec? oldest) && (oldest.EndedAt < limit || _ended.Count > MostKept) && _ended.TryDequeue(out Exec? old))
        {
            _execs.TryRemove(old.Id, out _);
        }
    }

    private Exec Find(string id) => _execs.TryGetValue(id, out Exec? exec) ? exec : throw QuaiException.NotFound($"No such exec instance: {id}");

    private void Publish(Exec exec, string action, params ReadOnlySpan<(string Name, string Value)> more) =>
        events.Publish("container", action, exec.Container.Id, exec.Container.EventAttributes([("execID", exec.Id), .. more]));

    [LoggerMessage(LogLevel.Warning, "The end of exec {Id} is not known: {Reason}")]
    private static partial void LogLost(ILogger logger, string id, string reason);
}
