namespace Quai.Engine.Containers.State;

/// <summary>Where a container is in its life cycle.</summary>
internal enum ContainerStatus
{
    /// <summary>Never started, or its only starts failed.</summary>
    Created,

    /// <summary>Being started; recorded before anything is created for it.</summary>
    Starting,

    /// <summary>Its program runs.</summary>
    Running,

    /// <summary>Its processes are frozen.</summary>
    Paused,

    /// <summary>Ended, waiting to be started again by its restart policy.</summary>
    Restarting,

    /// <summary>Ended.</summary>
    Exited,

    /// <summary>Being removed.</summary>
    Removing,
}

/// <summary>Everything that changes during a container's life. Immutable: <see cref="ContainerStateMachine"/> replaces it as a whole.</summary>
internal sealed record RunState
{
    /// <summary>A container that was never started.</summary>
    public static RunState New { get; } = new();

    public ContainerStatus Status { get; init; }

    public int Pid { get; init; }

    public int ExitCode { get; init; }

    /// <summary>Why the last start failed; empty if it did not.</summary>
    public string Error { get; init; } = "";

    public bool OomKilled { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How often the restart policy has started it since somebody last did.</summary>
    public int RestartCount { get; init; }

    /// <summary>Somebody stopped it: no policy may start it until somebody does.</summary>
    public bool StoppedByUser { get; init; }

    /// <summary>
    /// The daemon itself stops its processes for a moment, to read its files. Recorded before they are frozen, so that after a crash
    /// the next daemon thaws them. What a user paused stays paused.
    /// </summary>
    public bool Held { get; init; }

    /// <summary>Running in Docker's sense: also paused, being started, or waiting to be restarted.</summary>
    public bool IsRunning => Status is ContainerStatus.Starting or ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Restarting;

    /// <summary>Whether there are processes.</summary>
    public bool HasProcess => Status is ContainerStatus.Running or ContainerStatus.Paused;
}
