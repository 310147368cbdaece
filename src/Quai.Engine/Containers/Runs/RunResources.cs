using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>What a run holds on the host: its endpoints, their published ports, its shim, its cgroup and run directory.</summary>
internal sealed class RunResources(IContainerRuntime runtime, INetworkService networks, ContainerEndpoints endpoints, Launcher launcher, EnginePaths paths, TimeProvider time, Background background)
{
    /// <inheritdoc cref="ContainerEndpoints.LeaseAllAsync"/>
    public Task<IReadOnlyList<Endpoint>> LeaseAsync(Container container) => endpoints.LeaseAllAsync(container);

    /// <summary>Starts a container's shim, and publishes its ports at the same time.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="leased">Its endpoints.</param>
    /// <param name="started">Receives the shim as soon as there is one, even if publishing then fails.</param>
    public async Task StartAsync(ContainerLaunch launch, IReadOnlyList<Endpoint> leased, Action<IShim> started)
    {
        Task published = endpoints.PublishAsync(leased);
        try
        {
            started(await runtime.StartAsync(launch, CancellationToken.None).ConfigureAwait(false));
        }
        finally
        {
            await published.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await published.ConfigureAwait(false);
    }

    /// <summary>Waits for the end of a run, as reported by its shim, or by its record if the shim is gone.</summary>
    public async Task<ContainerExit> ExitOfAsync(Container container, ContainerRun run)
    {
        try
        {
            return await run.Shim.Exit.ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
            return runtime.ReadExit(paths.Run(container.Id)) ?? new ContainerExit(137, false, time.GetUtcNow());
        }
    }

    /// <summary>Releases everything that a run holds outside its own processes. Idempotent.</summary>
    public async Task ReleaseAsync(Container container)
    {
        Task cleaned = runtime.CleanUpAsync(paths.Run(container.Id), launcher.CgroupsPath(container), CancellationToken.None);
        Task released = networks.ReleaseAsync(container.Id, CancellationToken.None);
        try
        {
            await Task.WhenAll(cleaned, released).ConfigureAwait(false);
            launcher.Undo(container);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            // The daemon's next start sweeps what could not be released now.
            background.Failed("give back resources", container.Id, e);
        }
    }
}
