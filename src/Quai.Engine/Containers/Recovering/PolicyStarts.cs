using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Recovering;

/// <summary>Supervises what is running when the daemon starts, and starts containers whose restart policy requires it: those of an application in the order of their dependencies.</summary>
internal sealed class PolicyStarts(ContainerSupervisor supervisor, EngineLifetime lifetime, Background background, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <summary>Resumes containers.</summary>
    /// <param name="containers">The containers.</param>
    /// <param name="waited">Those that were waiting for a restart when the previous daemon ended.</param>
    public void Resume(IReadOnlyList<Container> containers, IReadOnlyCollection<Container> waited)
    {
        foreach (Container container in containers.Where(c => c.Run is not null))
        {
            supervisor.Supervise(container);
        }

        Dictionary<Container, TaskCompletionSource> starting = containers.Where(c => c.Run is null && StartsWithDaemon(c, waited.Contains(c)))
            .ToDictionary(c => c, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        StartOrder order = new(containers);
        foreach ((Container container, TaskCompletionSource started) in starting)
        {
            background.Observe(StartInOrderAsync(container, [.. order.Of(container)], starting, started), container.Id, "restart");
        }
    }

    private static bool StartsWithDaemon(Container container, bool waited) => container.Spec.Restart.Policy switch
    {
        // "always" restarts even what was stopped by hand, but never what was only created.
        RestartWhen.Always => container.State.StartedAt is not null,
        RestartWhen.UnlessStopped => container.State is { StartedAt: not null, StoppedByUser: false },
        RestartWhen.OnFailure or RestartWhen.Unhealthy => !container.State.StoppedByUser && (waited || container.State is { StartedAt: not null, ExitCode: not 0 })
            && container.Spec.Restart.AllowsRetry(container.State.RestartCount),
        _ => false,
    };

    private async Task StartInOrderAsync(Container container, (Container Container, string Condition)[] needed, Dictionary<Container, TaskCompletionSource> starting, TaskCompletionSource started)
    {
        try
        {
            foreach ((Container other, string condition) in needed)
            {
                if (starting.TryGetValue(other, out TaskCompletionSource? first))
                {
                    await first.Task.ConfigureAwait(false);
                }

                // One that cannot become what is waited for any more is not waited for: as with any container, the policy starts this one all the same.
                while (!lifetime.IsStopping && IsToBeWaitedFor(other, condition))
                {
                    await Task.Delay(s_look, time).ConfigureAwait(false);
                }
            }

            await StartAsync(container).ConfigureAwait(false);
        }
        finally
        {
            started.TrySetResult();
        }
    }

    private static bool IsToBeWaitedFor(Container container, string condition) => condition switch
    {
        "service_healthy" => container.State.Status == ContainerStatus.Restarting || container.Run is { Health.Status: "starting" },
        "service_completed_successfully" => container.State.Status == ContainerStatus.Restarting || container.Run is not null,
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
