using System.Globalization;
using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>Handles the end of a run: records and reports it, releases what the run held, removes the container if requested.</summary>
internal sealed class ContainerExits(
    RunResources resources, ContainerRuns runs, ContainerRecords records, ContainerEvents events, ContainerRemoval removal, EngineLifetime lifetime)
{
    /// <summary>Handles an exit. The container is locked.</summary>
    /// <returns>How long it ran if its restart policy wants it started again; null otherwise.</returns>
    public async Task<TimeSpan?> EndAsync(Container container, ContainerRun run, ContainerExit exit)
    {
        bool restart = WantsRestart(container, run, exit);
        bool remove = !restart && container.Spec.AutoRemove && !container.BeingRestarted;
        TimeSpan ran = exit.FinishedAt - (container.State.StartedAt ?? exit.FinishedAt);
        container.Machine.Ended(exit, restart);
        runs.End(container, run);
        if (!remove)
        {
            // On disk before the record in the run directory is deleted; a container that is removed at once needs neither.
            await records.SaveAsync(container).ConfigureAwait(false);
        }

        await resources.ReleaseAsync(container).ConfigureAwait(false);
        events.PublishNetworks(container, "disconnect");
        events.PublishVolumes(container, "unmount");
        events.Publish(
            container,
            "die",
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", ((long)ran.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        container.ReportExit();
        if (remove && removal.Claim(container))
        {
            await removal.RemoveAsync(container, volumes: true).ConfigureAwait(false);
        }

        return restart ? ran : null;
    }

    private bool WantsRestart(Container container, ContainerRun run, ContainerExit exit)
    {
        if (lifetime.IsStopping || container.BeingRestarted || container.State.StoppedByUser || container.RemovalClaimed != 0)
        {
            return false;
        }

        RestartSpec restart = container.Spec.Restart;
        return restart.Policy switch
        {
            RestartWhen.Always or RestartWhen.UnlessStopped => true,
            RestartWhen.OnFailure or RestartWhen.Unhealthy => (exit.ExitCode != 0 || run.EndsAsUnhealthy) && restart.AllowsRetry(container.State.RestartCount),
            _ => run.EndsAsUnhealthy,
        };
    }
}
