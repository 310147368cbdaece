using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>What a run holds on the host: its endpoints, their published ports, its shim, its cgroup and run directory.</summary>
internal sealed class RunResources(
    IContainerRuntime runtime, ContainerEndpoints endpoints, NameResolution resolution, Launcher launcher, EnginePaths paths, TimeProvider time, Background background)
{
    /// <summary>Leases its endpoints, by which others find it from now on.</summary>
    /// <inheritdoc cref="ContainerEndpoints.LeaseAllAsync"/>
    public async Task<IReadOnlyList<Endpoint>> LeaseAsync(Container container)
    {
        try
        {
            IReadOnlyList<Endpoint> leased = await endpoints.LeaseAllAsync(container).ConfigureAwait(false);
            resolution.Publish(container);
            return leased;
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, "failed to set up container networking: " + e.Message, e);
        }
    }

    /// <summary>Starts a container's shim, publishes its ports at the same time, and answers its questions for names.</summary>
    /// <param name="container">The container.</param>
    /// <param name="launch">What to start.</param>
    /// <param name="leased">Its endpoints.</param>
    /// <param name="started">Given the shim as soon as there is one, also when the publishing then fails.</param>
    public async Task StartAsync(Container container, ContainerLaunch launch, IReadOnlyList<Endpoint> leased, Action<IShim> started)
    {
        Task published = endpoints.PublishAsync(leased);
        try
        {
            IShim shim = await runtime.StartAsync(launch, CancellationToken.None).ConfigureAwait(false);
            started(shim);
            if (launch.NameSockets)
            {
                await ServeNamesAsync(container, shim).ConfigureAwait(false);
            }
        }
        finally
        {
            await published.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await published.ConfigureAwait(false);
    }

    private async Task ServeNamesAsync(Container container, IShim shim)
    {
        try
        {
            await resolution.ServeAsync(container, shim, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
            // Its program was quick and has ended already: it was started, and asks nothing any more.
        }
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
        Task released = endpoints.ReleaseAllAsync(container);
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
