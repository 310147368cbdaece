using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Runs;

/// <summary>Ends the runs of containers that their health checks have found unhealthy, where they are to be started again then.</summary>
internal sealed class UnhealthyRuns(ContainerStopper stopper, Background background)
{
    /// <summary>The label that asks for it, whatever the restart policy is.</summary>
    public const string Label = "quai.restart-unhealthy";

    /// <summary>Called when a container is found unhealthy.</summary>
    public void Ended(Container container, ContainerRun run)
    {
        if (IsAskedFor(container))
        {
            background.Observe(EndAsync(container, run), container.Id, "restart");
        }
    }

    private static bool IsAskedFor(Container container) =>
        (container.Spec.Restart is { Policy: RestartWhen.Unhealthy } restart && restart.AllowsRetry(container.State.RestartCount))
        || (container.Spec.Labels.GetValueOrDefault(Label) == "true" && !container.Spec.AutoRemove);

    private async Task EndAsync(Container container, ContainerRun run)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (container.Run != run)
            {
                return;
            }

            run.EndsAsUnhealthy = true;
        }

        await stopper.StopAsync(container, ContainerStopper.SignalOf(container, null), null, byUser: false, CancellationToken.None).ConfigureAwait(false);
    }
}
