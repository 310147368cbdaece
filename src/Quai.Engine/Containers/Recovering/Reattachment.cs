using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Networks;
using Quai.Networks.Sandboxes;
using Quai.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Recovering;

/// <summary>Connects to the shims that an earlier daemon left, and learns how the containers of the others ended.</summary>
internal sealed class Reattachment(IContainerRuntime runtime, ContainerRuns runs, INetworkService networks, NameResolution resolution, Launcher launcher, EnginePaths paths, TimeProvider time)
{
    /// <summary>Connects to a container's shim.</summary>
    /// <returns>False if the container no longer runs; its state then says how it ended.</returns>
    public async Task<bool> TryAsync(Container container, CancellationToken cancellation)
    {
        string directory = paths.Run(container.Id);
        IShim? shim = await runtime.ReconnectAsync(container.Id, directory, cancellation).ConfigureAwait(false);
        if (shim is not null)
        {
            if (container.State.Status == ContainerStatus.Starting)
            {
                container.Machine.Started(shim.Pid, shim.StartedAt);
            }

            runs.Begin(container, shim, launcher.FilterOf(container));
            await FindPauseAsync(container, container.Run!, cancellation).ConfigureAwait(false);
            return true;
        }

        if (runtime.ReadExit(directory) is { } exit)
        {
            container.Machine.Ended(exit, restarting: false);
        }
        else if (container.State.Status == ContainerStatus.Starting)
        {
            container.Machine.StartFailed(128, "the daemon ended while the container was being started");
        }
        else
        {
            // Neither shim nor record: the machine was rebooted, or both were killed.
            container.Machine.Ended(new ContainerExit(137, false, time.GetUtcNow()), restarting: false);
        }

        return false;
    }

    /// <summary>Updates a container's record to match the endpoints that it has: the daemon may have died while it connected or disconnected the container.</summary>
    /// <param name="container">A running one, once the networks are recovered.</param>
    /// <returns>Whether the record has changed.</returns>
    public async Task<bool> FindEndpointsAsync(Container container)
    {
        IReadOnlyList<Endpoint> held = networks.EndpointsOf(container.Id);
        int recorded = container.Endpoints.Length;
        container.Endpoints = container.Endpoints.RemoveAll(r => held.All(e => e.Id != r.EndpointId));
        foreach (Endpoint endpoint in held)
        {
            if (container.Endpoints.All(r => r.EndpointId != endpoint.Id))
            {
                await SandboxExecutor.RemoveAsync(endpoint, container.Run!.Shim.Pid).ConfigureAwait(false);
                await networks.DisconnectAsync(endpoint, CancellationToken.None).ConfigureAwait(false);
            }
        }

        return container.Endpoints.Length != recorded;
    }

    /// <summary>Says again by which names a container goes.</summary>
    /// <param name="container">One that runs, once its endpoints are known.</param>
    public void PublishNames(Container container) => resolution.Publish(container);

    /// <summary>Has a container's questions answered again, those that it asked meanwhile, too.</summary>
    /// <param name="container">One that runs, once all names are known.</param>
    public async Task ServeNamesAsync(Container container)
    {
        try
        {
            await resolution.ServeAsync(container, container.Run!.Shim, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
            // It is just ending; whoever watches it deals with that.
        }
    }

    // The kernel knows whether it is paused: the daemon may have died between freezing or thawing it and its record.
    private static async Task FindPauseAsync(Container container, ContainerRun run, CancellationToken cancellation)
    {
        ICgroup cgroup = CgroupTree.Open(run.CgroupsPath);
        bool frozen = cgroup.IsFrozen;
        if (frozen && container.State.Held)
        {
            await cgroup.ThawAsync(cancellation).ConfigureAwait(false);
            frozen = false;
        }

        container.Machine.Found(frozen);
    }
}
