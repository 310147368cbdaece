using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Recovering;

/// <summary>Supervises what is running when the daemon starts, and starts containers whose restart policy requires it.</summary>
internal sealed class PolicyStarts(ContainerSupervisor supervisor, EngineLifetime lifetime, Background background)
{
    /// <summary>Resumes a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="waited">Whether it was waiting for a restart when the previous daemon ended.</param>
    public void Resume(Container container, bool waited)
    {
        if (container.Run is not null)
        {
            supervisor.Supervise(container);
        }
        else if (StartsWithDaemon(container, waited))
        {
            background.Observe(StartAsync(container), container.Id, "restart");
        }
    }

    private static bool StartsWithDaemon(Container container, bool waited) => container.Spec.Restart.Policy switch
    {
        // "always" restarts even what was stopped by hand, but never what was only created.
        RestartWhen.Always => container.State.StartedAt is not null,
        RestartWhen.UnlessStopped => container.State is { StartedAt: not null, StoppedByUser: false },
        RestartWhen.OnFailure => !container.State.StoppedByUser && (waited || container.State is { StartedAt: not null, ExitCode: not 0 })
            && container.Spec.Restart.AllowsRetry(container.State.RestartCount),
        _ => false,
    };

    private async Task StartAsync(Container container)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (!lifetime.IsStopping && !container.State.IsRunning && container.RemovalClaimed == 0)
            {
                await supervisor.StartByPolicyAsync(container).ConfigureAwait(false);
            }
        }
    }
}
