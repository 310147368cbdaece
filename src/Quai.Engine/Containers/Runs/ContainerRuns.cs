using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Engine.Health;
using Quai.Oci.Runtime;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>Starts and ends what exists only while a container's program runs: its shim, its health checks, its execs.</summary>
internal sealed class ContainerRuns(Launcher launcher, ExecService execs, EventHub hub, UnhealthyRuns unhealthy, TimeProvider time)
{
    /// <summary>Adopts a running container's shim: from a start, or from an earlier daemon. The container is locked.</summary>
    public void Begin(Container container, IShim shim, Seccomp? filter)
    {
        var run = new ContainerRun(shim, launcher.CgroupsPath(container)) { Filter = filter };
        container.Run = run;
        run.Health = HealthMonitor.Start(container, run, execs, hub, () => unhealthy.Ended(container, run), time);
    }

    /// <summary>Ends a run whose program has ended. The container is locked.</summary>
    public void End(Container container, ContainerRun run)
    {
        run.Health?.Stop();
        execs.ContainerEnded(container);
        container.Run = null;
    }
}
