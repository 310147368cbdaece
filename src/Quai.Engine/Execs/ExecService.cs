using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Quai.Api.Containers;
using Quai.Engine.Attach;
using Quai.Engine.Containers;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Execs;

/// <summary>Further processes in running containers. They live as long as their container's run, and are forgotten a while after.</summary>
internal sealed class ExecService(ContainerRegistry registry, ContainerService containers, EventHub events, TimeProvider time) : IExecs
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromMinutes(5);
    private const string FailurePrefix = "OCI runtime exec failed: exec failed: unable to start container process: ";
    private readonly ConcurrentDictionary<string, Exec> _execs = new();

    /// <inheritdoc/>
    public Task<IdResponse> CreateAsync(string containerId, ExecCreateRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(containerId);
        RequireRunning(container);
        if (request.Cmd is null or { Count: 0 })
        {
            throw QuaiException.Invalid("No exec command specified");
        }

        if (request.DetachKeys is { Length: > 0 })
        {
            DetachKeys.Parse(request.DetachKeys);
        }

        Forget();
        var exec = new Exec(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), container, request);
        _execs[exec.Id] = exec;
        lock (container.Execs)
        {
            container.Execs.Add(exec.Id);
        }

        Publish(exec, "exec_create: " + string.Join(' ', request.Cmd));
        return Task.FromResult(new IdResponse(exec.Id));
    }

    /// <inheritdoc/>
    public async Task<IAttachSession> StartAsync(string execId, ExecStartRequest request, CancellationToken cancellation)
    {
        Exec exec = Find(execId);
        ExecCreateRequest wanted = exec.Request;
        if (request.ConsoleSize is not null)
        {
            wanted.ConsoleSize = request.ConsoleSize;
        }

        // A process without a client's stream still needs somebody to see its end.
        var streams = new AttachStreams(wanted.AttachStdin, wanted.AttachStdout, wanted.AttachStderr);
        var session = new AttachSession(wanted.Tty, streams, wanted.Tty ? DetachKeys.Parse(wanted.DetachKeys) : null, logs: null, live: true, () => Publish(exec, "exec_detach"));
        IExecProcess process = await RunAsync(exec, streams with { Stdout = true }, cancellation).ConfigureAwait(false);
        session.Connect(process.Streams!);
        return session;
    }

    /// <inheritdoc/>
    public async Task StartDetachedAsync(string execId, CancellationToken cancellation) =>
        await RunAsync(Find(execId), null, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public ExecInspect Inspect(string execId)
    {
        Exec exec = Find(execId);
        return new ExecInspect
        {
            ID = exec.Id,
            Running = exec.Process is not null && exec.ExitCode is null,
            ExitCode = exec.ExitCode,
            Pid = exec.Process?.Pid ?? 0,
            ContainerID = exec.Container.Id,
            OpenStdin = exec.Request.AttachStdin,
            OpenStdout = exec.Request.AttachStdout,
            OpenStderr = exec.Request.AttachStderr,
            CanRemove = exec.ExitCode is not null,
            DetachKeys = exec.Request.DetachKeys ?? "",
            ProcessConfig = new ExecProcessConfig
            {
                Tty = exec.Request.Tty,
                Entrypoint = exec.Request.Cmd![0],
                Arguments = [.. exec.Request.Cmd.Skip(1)],
                Privileged = exec.Request.Privileged,
                User = exec.Request.User is { Length: > 0 } user ? user : null,
            },
        };
    }

    /// <inheritdoc/>
    public async Task ResizeAsync(string execId, ushort rows, ushort columns, CancellationToken cancellation)
    {
        Exec exec = Find(execId);
        if (exec.Process is null || exec.Container.Run is not { } run)
        {
            throw QuaiException.Conflict($"exec {execId} is not running");
        }

        await run.Shim.ResizeAsync(exec.Id, rows, columns, cancellation).ConfigureAwait(false);
    }

    private async Task<IExecProcess> RunAsync(Exec exec, AttachStreams? attach, CancellationToken cancellation)
    {
        Container container = exec.Container;
        ContainerRun run = RequireRunning(container);
        if (Interlocked.Exchange(ref exec.Started, 1) != 0)
        {
            throw exec.ExitCode is not null
                ? QuaiException.Conflict($"Error: Exec command {exec.Id} has already run")
                : QuaiException.Conflict($"Error: Exec command {exec.Id} is already running");
        }

        try
        {
            SpecRequest spec = containers.SpecBase(container);
            string user = exec.Request.User is { Length: > 0 } own ? own : container.Config.User;
            Oci.Runtime.Process process = RuntimeSpecBuilder.BuildExec(spec, exec.Request, containers.UserOf(container, user, container.HostConfig.GroupAdd));
            Oci.Runtime.Seccomp? filter = exec.Request.Privileged ? null : RuntimeSpecBuilder.FilterOf(spec);
            exec.Process = await run.Shim.ExecAsync(new ExecLaunch { Id = exec.Id, Process = process, Seccomp = filter, Attach = attach }, cancellation).ConfigureAwait(false);
        }
        catch (RuntimeStartException e)
        {
            exec.ExitCode = e.ExitCode == 128 ? 126 : e.ExitCode;
            exec.EndedAt = time.GetUtcNow();
            throw new QuaiException(ErrorKind.InvalidParameter, FailurePrefix + e.Message + ": unknown", e);
        }
        catch
        {
            exec.ExitCode = 126;
            exec.EndedAt = time.GetUtcNow();
            throw;
        }

        Publish(exec, "exec_start: " + string.Join(' ', exec.Request.Cmd!));
        _ = WatchAsync(exec);
        return exec.Process;
    }

    private async Task WatchAsync(Exec exec)
    {
        exec.ExitCode = await exec.Process!.Exit.ConfigureAwait(false);
        exec.EndedAt = time.GetUtcNow();
        lock (exec.Container.Execs)
        {
            exec.Container.Execs.Remove(exec.Id);
        }

        events.Publish(
            "container",
            "exec_die",
            exec.Container.Id,
            exec.Container.EventAttributes(("execID", exec.Id), ("exitCode", exec.ExitCode.Value.ToString(CultureInfo.InvariantCulture))));
    }

    private static ContainerRun RequireRunning(Container container) => container.State.Status switch
    {
        ContainerStatus.Paused => throw QuaiException.Conflict($"container {container.Id} is paused, unpause the container before exec"),
        ContainerStatus.Restarting => throw QuaiException.Conflict($"container {container.Id} is restarting, wait until the container is running"),
        _ => container.Run ?? throw QuaiException.Conflict($"container {container.Id} is not running"),
    };

    private Exec Find(string id)
    {
        if (_execs.TryGetValue(id, out Exec? exec))
        {
            return exec;
        }

        throw QuaiException.NotFound($"No such exec instance: {id}");
    }

    private void Publish(Exec exec, string action) =>
        events.Publish("container", action, exec.Container.Id, exec.Container.EventAttributes(("execID", exec.Id)));

    /// <summary>Lets go of execs that ended long ago, or whose container is gone.</summary>
    private void Forget()
    {
        DateTimeOffset limit = time.GetUtcNow() - s_remembered;
        foreach ((string id, Exec exec) in _execs)
        {
            if (exec.EndedAt < limit || (exec.Container.Run is null && exec.ExitCode is null && exec.Created < limit))
            {
                _execs.TryRemove(id, out _);
            }
        }
    }

    private sealed class Exec(string id, Container container, ExecCreateRequest request)
    {
        public int Started;

        public string Id => id;

        public Container Container => container;

        public ExecCreateRequest Request => request;

        public DateTimeOffset Created { get; } = DateTimeOffset.UtcNow;

        public IExecProcess? Process { get; set; }

        public int? ExitCode { get; set; }

        public DateTimeOffset? EndedAt { get; set; }
    }
}
