using Quai.Runtime;

namespace Quai.Engine.Containers.State;

/// <summary>
/// The only place that changes a container's status. Every method is one transition and is refused from a status that it does not apply to;
/// callers hold the container's lock.
/// <code>
/// Created ─┬─► Starting ─► Running ◄─► Paused
/// Exited ──┤      │           └──────────┴─► Exited | Restarting
/// Restarting      └─► Created | Exited (the start failed)          any but running ─► Removing
/// </code>
/// </summary>
internal sealed class ContainerStateMachine(RunState initial)
{
    private volatile RunState _current = initial;

    /// <summary>The current state; safe to read without the lock.</summary>
    public RunState Current => _current;

    /// <summary>A start begins. A start by hand resets the restart count.</summary>
    public void Starting(bool byPolicy) => Set(
        _current with { Status = ContainerStatus.Starting, Pid = 0, ExitCode = 0, Error = "", OomKilled = false, StoppedByUser = false, RestartCount = byPolicy ? _current.RestartCount + 1 : 0 },
        ContainerStatus.Created, ContainerStatus.Exited, ContainerStatus.Restarting);

    /// <summary>The program has been executed.</summary>
    public void Started(int pid, DateTimeOffset at) => Set(_current with { Status = ContainerStatus.Running, Pid = pid, StartedAt = at }, ContainerStatus.Starting);

    /// <summary>The start failed: back to created if it never ran, else exited.</summary>
    public void StartFailed(int exitCode, string error) => Set(
        _current with { Status = _current.StartedAt is null ? ContainerStatus.Created : ContainerStatus.Exited, Pid = 0, ExitCode = exitCode, Error = error },
        ContainerStatus.Starting);

    /// <summary>Its processes are frozen.</summary>
    public void Paused(bool held) => Set(_current with { Status = ContainerStatus.Paused, Held = held }, ContainerStatus.Running);

    /// <summary>The daemon is about to pause it for a moment.</summary>
    public void Held() => Set(_current with { Held = true }, ContainerStatus.Running);

    /// <summary>Its processes run again.</summary>
    public void Unpaused() => Set(_current with { Status = ContainerStatus.Running, Held = false }, ContainerStatus.Paused);

    /// <summary>What an earlier daemon left: its processes are frozen, or running.</summary>
    public void Found(bool frozen) => Set(
        _current with { Status = frozen ? ContainerStatus.Paused : ContainerStatus.Running, Held = false },
        ContainerStatus.Running, ContainerStatus.Paused);

    /// <summary>Somebody asked it to stop: its policy must not start it again.</summary>
    public void StopRequested() => _current = _current with { StoppedByUser = true };

    /// <summary>It ran out of memory: the kernel killed one of its processes.</summary>
    public void OutOfMemory() => Set(_current with { OomKilled = true }, ContainerStatus.Running, ContainerStatus.Paused);

    /// <summary>The program ended.</summary>
    public void Ended(ContainerExit exit, bool restarting) => Set(
        _current with
        {
            Status = restarting ? ContainerStatus.Restarting : ContainerStatus.Exited,
            Pid = 0,
            Held = false,
            ExitCode = exit.ExitCode,
            OomKilled = exit.OomKilled || _current.OomKilled,
            FinishedAt = exit.FinishedAt,
        },
        ContainerStatus.Starting, ContainerStatus.Running, ContainerStatus.Paused);

    /// <summary>The wait for a restart was cancelled.</summary>
    public void RestartCancelled() => Set(_current with { Status = ContainerStatus.Exited }, ContainerStatus.Restarting);

    /// <summary>It is being removed.</summary>
    public void Removing() => Set(_current with { Status = ContainerStatus.Removing }, ContainerStatus.Created, ContainerStatus.Exited, ContainerStatus.Restarting);

    private void Set(RunState next, params ReadOnlySpan<ContainerStatus> from)
    {
        if (!from.Contains(_current.Status))
        {
            throw new InvalidOperationException($"a container that is {_current.Status} cannot become {next.Status}");
        }

        _current = next;
    }
}
