using System.Net;
using System.Security.Cryptography;
using Quai.Engine.Attach;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Health;
using Quai.Errors;
using Quai.Networks;
using Quai.Oci.Runtime;
using Quai.Runtime;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private const string RuntimePrefix = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";

    /// <inheritdoc/>
    public async Task StartAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict("cannot start a paused container, try unpause instead");
                case ContainerStatus.Running or ContainerStatus.Restarting:
                    throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is already running");
                case ContainerStatus.Removing:
                    throw QuaiException.Conflict("container is marked for removal and cannot be started");
            }

            if (_stopping)
            {
                throw new QuaiException(ErrorKind.Unavailable, "the daemon is stopping");
            }

            // Whoever asked may go away; a start that has begun is finished or undone.
            await StartLockedAsync(container, byPolicy: false).ConfigureAwait(false);
        }
    }

    private async Task StartLockedAsync(Container container, bool byPolicy)
    {
        container.Machine.Starting(byPolicy);
        container.BeingRestarted = false;
        IShim? shim = null;
        try
        {
            Endpoint? endpoint = await ConnectAsync(container).ConfigureAwait(false);
            container.Endpoint = endpoint is null ? null : EndpointRecord.From(endpoint, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

            // On the disk before the runtime makes anything; meanwhile the rest is prepared.
            Task recorded = Task.Run(() => PersistAsync(container));
            ContainerLaunch launch;
            AttachSession? first;
            try
            {
                launch = launcher.Build(container, endpoint);
                first = container.WaitingClients.Find(c => c.Streams is not null);
                launch = first is null ? launch : launch with { AttachAtStart = first.Streams };
            }
            finally
            {
                await recorded.ConfigureAwait(false);
            }

            Task published = endpoint is { Ports.Count: > 0 } ? networks.PublishAsync(endpoint, CancellationToken.None) : Task.CompletedTask;
            try
            {
                shim = await runtime.StartAsync(launch, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                await published.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await published.ConfigureAwait(false);
            container.Machine.Started(shim.Pid, shim.StartedAt);
            await ConnectClientsAsync(container, shim, first).ConfigureAwait(false);
            Adopt(container, shim, launch.Spec.Linux?.Seccomp);
            PersistLater(container);
            if (endpoint is not null)
            {
                PublishNetworkEvent(container, "connect");
            }

            PublishVolumeEvents(container, "mount");
            Publish(container, "start");
            Supervise(container);
        }
        catch (Exception e)
        {
            throw await UndoStartAsync(container, shim, e).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a running container's shim: of a start, or of an earlier daemon.</summary>
    internal void Adopt(Container container, IShim shim, Seccomp? filter)
    {
        var run = new ContainerRun(shim, launcher.CgroupsPath(container)) { Filter = filter };
        container.Run = run;
        run.Health = HealthMonitor.Start(container, run, Execs, events, time);
    }

    private async Task<Endpoint?> ConnectAsync(Container container)
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

    private static async Task ConnectClientsAsync(Container container, IShim shim, AttachSession? first)
    {
        foreach (AttachSession client in container.WaitingClients)
        {
            if (client == first && shim.InitialAttach is { } initial)
            {
                client.Connect(initial);
                continue;
            }

            try
            {
                client.Connect(client.Streams is null ? null : await shim.AttachAsync(client.Streams, CancellationToken.None).ConfigureAwait(false));
            }
            catch (ShimLostException)
            {
                client.Connect(null);
            }
        }

        container.WaitingClients.Clear();
    }

    private async Task<Exception> UndoStartAsync(Container container, IShim? shim, Exception error)
    {
        if (shim is not null)
        {
            await shim.SignalAsync(Signals.Kill, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)shim.Exit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await shim.DisposeAsync().ConfigureAwait(false);
        }

        container.Run = null;
        await GiveBackAsync(container).ConfigureAwait(false);
        QuaiException told = error switch
        {
            RuntimeStartException start => new RuntimeStartException($"{RuntimePrefix}{start.Message}: unknown", start.ExitCode, start.Errno),
            QuaiException known => known,
            _ => QuaiException.System(error.Message, error),
        };
        int exitCode = error is RuntimeStartException { ExitCode: var code } ? code : 128;
        if (container.State.Status == ContainerStatus.Starting)
        {
            container.Machine.StartFailed(exitCode, told.Message);
        }
        else
        {
            container.Machine.Ended(new ContainerExit(exitCode, false, time.GetUtcNow()), restarting: false);
        }

        container.Endpoint = null;
        container.WaitingClients.ForEach(c => c.Connect(null));
        container.WaitingClients.Clear();
        await PersistAsync(container).ConfigureAwait(false);
        container.TellExit();
        if (container.HostConfig.AutoRemove && Interlocked.Exchange(ref container.RemovalClaimed, 1) == 0)
        {
            await RemoveLockedAsync(container, removeVolumes: true).ConfigureAwait(false);
        }

        return told;
    }

    // All that a run holds outside of its own processes. Idempotent.
    private async Task GiveBackAsync(Container container)
    {
        Task cleaned = runtime.CleanUpAsync(paths.Run(container.Id), launcher.CgroupsPath(container), CancellationToken.None);
        Task released = networks.ReleaseAsync(container.Id, CancellationToken.None);
        try
        {
            await Task.WhenAll(cleaned, released).ConfigureAwait(false);
            launcher.Undo(container);
        }
        catch (QuaiException e)
        {
            // The next start of the daemon sweeps what could not be given back now.
            LogBackgroundFailure(logger, "give back resources", container.Id, e);
        }
    }

    private void PublishNetworkEvent(Container container, string action)
    {
        if (container.Endpoint is { } endpoint)
        {
            events.Publish("network", action, endpoint.NetworkId, new Dictionary<string, string> { ["container"] = container.Id, ["name"] = endpoint.NetworkName, ["type"] = "bridge" });
        }
    }

    private void PublishVolumeEvents(Container container, string action)
    {
        foreach (ContainerMount mount in container.Mounts)
        {
            if (mount.Type != "volume")
            {
                continue;
            }

            var attributes = new Dictionary<string, string> { ["container"] = container.Id, ["driver"] = "local" };
            if (action == "mount")
            {
                attributes["destination"] = mount.Destination;
                attributes["propagation"] = "";
                attributes["read/write"] = mount.ReadWrite ? "true" : "false";
            }

            events.Publish("volume", action, mount.Name!, attributes);
        }
    }
}
