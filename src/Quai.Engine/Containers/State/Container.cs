using System.Collections.Immutable;
using Quai.Engine.Attach;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Health;
using Quai.Oci.Runtime;
using Quai.Runtime;

namespace Quai.Engine.Containers.State;

/// <summary>One container: its configuration, its state, and what belongs to its present run.</summary>
internal sealed class Container
{
    private readonly Lock _waits = new();
    private TaskCompletionSource<RunState>? _nextExit;

    public required string Id { get; init; }

    /// <summary>Without the leading slash.</summary>
    public required string Name { get; set; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The image's digest.</summary>
    public required string ImageId { get; init; }

    /// <summary>Its specification. Replaced as a whole by update.</summary>
    public required ContainerSpec Spec { get; set; }

    /// <summary>The networks it is on whenever it runs. Replaced as a whole when it is connected or disconnected.</summary>
    public required ImmutableArray<NetworkAttachment> Attachments { get; set; }

    public required ContainerStateMachine Machine { get; init; }

    public RunState State => Machine.Current;

    /// <summary>Held by every operation that changes the container.</summary>
    public AsyncLock Lock { get; } = new();

    /// <summary>The present run; null if it is not running.</summary>
    public ContainerRun? Run { get; set; }

    /// <summary>The endpoints of the last run. Replaced as a whole.</summary>
    public ImmutableArray<EndpointRecord> Endpoints { get; set; } = [];

    /// <summary>Set once by whoever removes it.</summary>
    public int RemovalClaimed;

    /// <summary>Stopped only to be started again: neither --rm nor a restart policy applies to the exit.</summary>
    public bool BeingRestarted { get; set; }

    /// <summary>Cancels the wait for a restart.</summary>
    public CancellationTokenSource? RestartWait { get; set; }

    /// <summary>How long the next restart waits.</summary>
    public TimeSpan RestartDelay { get; set; }

    /// <summary>Clients that attached before the start.</summary>
    public List<AttachSession> WaitingClients { get; } = [];

    /// <summary>Completes when the container has been removed.</summary>
    public TaskCompletionSource<RunState> Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ids of its execs.</summary>
    public HashSet<string> Execs { get; } = [];

    /// <summary>Attributes of its events: image, name and labels.</summary>
    public Dictionary<string, string> EventAttributes(params ReadOnlySpan<(string Name, string Value)> more)
    {
        var attributes = new Dictionary<string, string>(Spec.Labels);
        attributes["image"] = Spec.Image;
        attributes["name"] = Name;
        foreach ((string name, string value) in more)
        {
            attributes[name] = value;
        }

        return attributes;
    }

    /// <summary>Completes at the next exit, or the removal, with the state after it.</summary>
    public Task<RunState> NextExit()
    {
        lock (_waits)
        {
            return (_nextExit ??= new TaskCompletionSource<RunState>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Notifies those who wait for the exit.</summary>
    public void ReportExit(RunState? state = null)
    {
        TaskCompletionSource<RunState>? waiting;
        lock (_waits)
        {
            waiting = _nextExit;
            _nextExit = null;
        }

        waiting?.TrySetResult(state ?? State);
    }
}

/// <summary>What exists only while a container's program runs.</summary>
internal sealed class ContainerRun(IShim shim, string cgroupsPath)
{
    public IShim Shim { get; } = shim;

    public string CgroupsPath { get; } = cgroupsPath;

    /// <summary>The filter that execs get too; the default one is shared by all containers. Null for none.</summary>
    public Seccomp? Filter { get; init; }

    /// <summary>Its health checks; null if it has none.</summary>
    public HealthMonitor? Health { get; set; }

    /// <summary>Whether it is ended because its health check found it unhealthy, to be started again.</summary>
    public bool EndsAsUnhealthy { get; set; }

    /// <summary>Completes when the exit has been handled.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
