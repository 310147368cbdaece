using System.Net;
using System.Security.Cryptography;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>What a run holds on the host: its endpoint, its published ports, its shim, its cgroup and run directory.</summary>
internal sealed class RunResources(IContainerRuntime runtime, INetworkService networks, Launcher launcher, EnginePaths paths, TimeProvider time, Background background)
{
    /// <summary>Gives a container its endpoint; null when its network mode has none.</summary>
    /// <exception cref="QuaiException">The network is missing, the address or a port taken.</exception>
    public async Task<Endpoint?> ConnectAsync(Container container)
    {
        if (NetworkMode.NetworkOf(container.HostConfig.NetworkMode) is not { } name || container.Config.NetworkDisabled == true)
        {
            return null;
        }

        Network network = networks.Resolve(name);
        Api.Networks.EndpointSettings? wanted = container.Networking?.EndpointsConfig?.GetValueOrDefault(name);
        string? mac = string.IsNullOrEmpty(wanted?.MacAddress) ? container.Config.MacAddress : wanted.MacAddress;
        IPAddress? address = IPAddress.TryParse(wanted?.IPAMConfig?.IPv4Address, out IPAddress? fixedAddress) ? fixedAddress : null;
        try
        {
            return await networks.ConnectAsync(
                new EndpointRequest(container.Id, network.Id, string.IsNullOrEmpty(mac) ? null : mac, address, PortSpecs.Requests(container.Config, container.HostConfig)),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (PortUnavailableException e)
        {
            throw QuaiException.System($"driver failed programming external connectivity on endpoint {container.Name} ({Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}): {e.Message}", e);
        }
    }

    /// <summary>Starts a container's shim, and publishes its ports at the same time.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="endpoint">Its endpoint, if it has one.</param>
    /// <param name="started">Given the shim as soon as there is one, also when the publishing then fails.</param>
    public async Task StartAsync(ContainerLaunch launch, Endpoint? endpoint, Action<IShim> started)
    {
        Task published = endpoint is { Ports.Count: > 0 } ? networks.PublishAsync(endpoint, CancellationToken.None) : Task.CompletedTask;
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

    /// <summary>Waits for the end of a run, as its shim tells it, or its record when the shim is gone.</summary>
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

    /// <summary>Releases all that a run holds outside of its own processes. Idempotent.</summary>
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
            // The next start of the daemon sweeps what could not be released now.
            background.Failed("give back resources", container.Id, e);
        }
    }
}
