using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Engine.Containers.Recovering;

/// <summary>Ends the engine's hold on its containers.</summary>
internal sealed class ContainerShutdown(EngineOptions options, ContainerRegistry registry, ContainerStopper stopper, EngineLifetime lifetime, Background background)
{
    /// <summary>Stops what is running, unless containers are to survive the daemon, and detaches from the rest.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        lifetime.Stop();
        foreach (Container container in registry.All())
        {
            container.RestartWait?.Cancel();
        }

        if (!options.LiveRestore)
        {
            await Task.WhenAll(registry.All().Where(c => c.Run is not null).Select(c => StopAsync(c, cancellation))).ConfigureAwait(false);
        }

        await DetachAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the connections to the shims; the containers keep running.</summary>
    public async Task DetachAsync()
    {
        lifetime.Detach();
        foreach (Container container in registry.All())
        {
            container.RestartWait?.Cancel();
            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                if (container.Run is { } run)
                {
                    run.Health?.Stop();
                    await run.Shim.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task StopAsync(Container container, CancellationToken cancellation)
    {
        int seconds = Math.Min(container.Spec.Program.StopTimeout ?? ContainerStopper.DefaultTimeout, options.ShutdownTimeout);
        try
        {
            await stopper.StopAsync(container, ContainerStopper.SignalOf(container, null), seconds < 0 ? options.ShutdownTimeout : seconds, byUser: false, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            background.Failed("stop", container.Id, e);
        }
    }
}
