using Quai.Engine.Attach;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Networks;
using Quai.Oci.Runtime;
using Quai.Runtime;

namespace Quai.Engine.Containers;

/// <content>Starting.</content>
internal sealed partial class ContainerService
{
    private const string StartFailurePrefix = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";

    /// <inheritdoc/>
    public async Task StartAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Running or ContainerStatus.Starting:
                    throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is already running");
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict("cannot start a paused container, try unpause instead");
                case ContainerStatus.Removing:
                    throw QuaiException.Conflict("container is marked for removal and cannot be started");
                case ContainerStatus.Restarting:
                    container.RestartWait?.Cancel();
                    break;
            }

            await LaunchAsync(container, byPolicy: false).ConfigureAwait(false);
        }
    }

    /// <summary>Starts a container whose lock is held. A failure undoes all and leaves it as it was, with the error in its state.</summary>
    private async Task LaunchAsync(Container container, bool byPolicy)
    {
        container.Machine.Starting(byPolicy);
        IShim? shim = null;
        try
        {
            // Recorded before anything is made: whatever a crash leaves from here on is found by it.
            await SaveStateAsync(container).ConfigureAwait(false);
            Endpoint? endpoint = await ConnectAsync(container).ConfigureAwait(false);
            RuntimeSpec spec = RuntimeSpecBuilder.Build(await SpecOfAsync(container, endpoint).ConfigureAwait(false));
            spec.Linux!.CgroupsPath = CgroupsPathOf(container);
            AttachSession? first = container.WaitingClients.FirstOrDefault();
            ContainerLaunch launch = LaunchOf(container, spec, endpoint, first);
            Task publishing = endpoint is { Ports.Count: > 0 } ? networks.PublishAsync(endpoint, CancellationToken.None) : Task.CompletedTask;
            try
            {
                shim = await runtime.StartAsync(launch, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                await publishing.ConfigureAwait(false);
            }

            container.Endpoint = endpoint is null ? null : EndpointRecord.From(endpoint, endpoint.Id);
            container.Machine.Started(shim.Pid, shim.StartedAt);
        }
        catch (Exception e)
        {
            await UndoStartAsync(container, shim, e).ConfigureAwait(false);
            throw Describe(e);
        }

        var run = new ContainerRun(shim, CgroupsPathOf(container));
        container.Run = run;
        await ConnectClientsAsync(container, shim).ConfigureAwait(false);
        await SaveStateAsync(container).ConfigureAwait(false);
        Publish(container, "start");
        StartHealth(container, run);
        _ = WatchAsync(container, run);
    }

    private static QuaiException Describe(Exception failure) => failure switch
    {
        RuntimeStartException start => new QuaiException(start.Kind, StartFailurePrefix + start.Message + ": unknown", start),
        QuaiException known => known,
        _ => QuaiException.System(failure.Message, failure),
    };

    private async Task UndoStartAsync(Container container, IShim? shim, Exception failure)
    {
        if (shim is not null)
        {
            await shim.SignalAsync(Signals.Kill, CancellationToken.None).ConfigureAwait(false);
            await shim.DisposeAsync().ConfigureAwait(false);
        }

        container.Machine.StartFailed(failure is RuntimeStartException start ? start.ExitCode : 128, Describe(failure).Message);
        container.Endpoint = null;
        foreach (AttachSession session in container.WaitingClients)
        {
            session.Abandon();
        }

        container.WaitingClients.Clear();
        try
        {
            await networks.ReleaseAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
            volumes.Unmount(container.Id);
            await runtime.CleanUpAsync(paths.Run(container.Id), CgroupsPathOf(container), CancellationToken.None).ConfigureAwait(false);
            await SaveStateAsync(container).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailure(logger, e, container.Id, "undoing its start");
        }

        container.TellExit();
    }

    private async Task<Endpoint?> ConnectAsync(Container container)
    {
        string? name = container.Config.NetworkDisabled is true ? null : NetworkMode.NetworkOf(container.HostConfig.NetworkMode);
        if (name is null)
        {
            return null;
        }

        Network network = networks.Resolve(name);
        Api.Networks.EndpointSettings? settings = container.Networking?.EndpointsConfig?.GetValueOrDefault(name);
        string? mac = settings?.MacAddress is { Length: > 0 } own ? own : container.Config.MacAddress;
        System.Net.IPAddress? address = System.Net.IPAddress.TryParse(settings?.IPAMConfig?.IPv4Address, out System.Net.IPAddress? wanted) ? wanted : null;
        try
        {
            return await networks.ConnectAsync(
                new EndpointRequest(container.Id, network.Id, string.IsNullOrEmpty(mac) ? null : mac, address, PortSpecs.Requests(container.Config, container.HostConfig)),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (PortUnavailableException e)
        {
            throw QuaiException.System($"failed to set up container networking: driver failed programming external connectivity on endpoint {container.Name} ({container.Id}): {e.Message}", e);
        }
    }

    /// <summary>All that the runtime configuration is made from; writes the container's own network files.</summary>
    private async Task<SpecRequest> SpecOfAsync(Container container, Endpoint? endpoint)
    {
        Api.Containers.HostConfig host = container.HostConfig;
        bool hostNetwork = NetworkMode.IsHost(host.NetworkMode);
        Container? networkDonor = DonorOf(host.NetworkMode);
        string hostname = container.Config.Hostname.Length > 0 ? container.Config.Hostname : hostNetwork ? Environment.MachineName : container.Id[..12];
        List<SpecMount> mounts = [.. NetworkFiles(container, endpoint, hostname, hostNetwork, networkDonor), .. container.Mounts.Select(m => MountOf(container, m))];

        // A mount of the user's own at the same place goes first.
        mounts = [.. mounts.Where((m, i) => !mounts.Skip(i + 1).Any(later => later.Destination == m.Destination))];
        return SpecBase(container, hostname) with
        {
            User = UserOf(container, container.Config.User, host.GroupAdd),
            Mounts = mounts,
            Network = hostNetwork ? NamespaceChoice.Host : networkDonor is null ? NamespaceChoice.Private : NamespaceChoice.Of(networkDonor.State.Pid, "net"),
            Pid = ChoiceOf(host.PidMode, "pid"),
            Ipc = ChoiceOf(host.IpcMode, "ipc"),
            Uts = host.UTSMode == "host" || (hostNetwork && container.Config.Hostname.Length == 0) ? NamespaceChoice.Host : NamespaceChoice.Private,
            Cgroup = host.CgroupnsMode == "host" ? NamespaceChoice.Host : NamespaceChoice.Private,
            SharedMemoryPath = DonorOf(host.IpcMode) is { } ipc ? $"/proc/{ipc.State.Pid}/root/dev/shm" : host.IpcMode == "host" ? "/dev/shm" : null,
            SeccompProfile = await SeccompProfileAsync().ConfigureAwait(false),
        };
    }

    /// <summary>What does not depend on a start: enough for execs too.</summary>
    internal SpecRequest SpecBase(Container container, string? hostname = null) => new()
    {
        Id = container.Id,
        Config = container.Config,
        HostConfig = container.HostConfig,
        User = ResolvedUser.Root,
        RootPath = paths.RootFs,
        Hostname = hostname ?? (container.Config.Hostname.Length > 0 ? container.Config.Hostname : container.Id[..12]),
        CgroupParent = options.CgroupParent,
        InitPath = options.InitPath,
        InitByDefault = options.Init,
        NoNewPrivileges = options.NoNewPrivileges,
        DefaultUlimits = options.DefaultUlimits,
    };

    /// <summary>A user's numbers, by the container's own passwd and group.</summary>
    internal ResolvedUser UserOf(Container container, string user, IReadOnlyList<string>? groups)
    {
        Images.Snapshot snapshot = images.GetSnapshot(container.Id);
        var files = new LayeredFiles(snapshot);
        return UserResolver.Resolve(user, files.ReadText("etc/passwd"), files.ReadText("etc/group"), groups);
    }

    private async Task<string?> SeccompProfileAsync() => options.SeccompProfile switch
    {
        null or "" or "builtin" or "default" => null,
        "unconfined" => "unconfined",
        string file => await File.ReadAllTextAsync(file).ConfigureAwait(false),
    };

    private NamespaceChoice ChoiceOf(string mode, string kind) =>
        mode == "host" ? NamespaceChoice.Host : DonorOf(mode) is { } donor ? NamespaceChoice.Of(donor.State.Pid, kind) : NamespaceChoice.Private;

    /// <summary>The running container of a <c>container:X</c> mode, or null.</summary>
    private Container? DonorOf(string mode)
    {
        if (NetworkMode.ContainerOf(mode) is not { } name)
        {
            return null;
        }

        Container donor = registry.Resolve(name);
        return donor.State.HasProcess ? donor : throw QuaiException.Conflict($"cannot join network of a non running container: {donor.Id}");
    }

    private IEnumerable<SpecMount> NetworkFiles(Container container, Endpoint? endpoint, string hostname, bool hostNetwork, Container? donor)
    {
        string own = paths.Container(container.Id);
        Directory.CreateDirectory(own);
        string source = donor is null ? own : paths.Container(donor.Id);
        Api.Containers.HostConfig host = container.HostConfig;
        if (donor is null)
        {
            File.WriteAllText(Path.Combine(own, "hostname"), hostname + "\n");
            File.WriteAllText(
                Path.Combine(own, "hosts"),
                hostNetwork && File.Exists("/etc/hosts")
                    ? File.ReadAllText("/etc/hosts") + string.Concat((host.ExtraHosts ?? []).Select(HostsLine))
                    : networks.HostsFile(hostname, container.Config.Domainname.Length > 0 ? container.Config.Domainname : null, endpoint is null ? [] : [endpoint], host.ExtraHosts ?? []));
            File.WriteAllText(
                Path.Combine(own, "resolv.conf"),
                networks.ResolvConf(Or(host.Dns, options.Dns), Or(host.DnsSearch, options.DnsSearch), Or(host.DnsOptions, options.DnsOptions), hostNetwork));
        }

        foreach (string file in (string[])["resolv.conf", "hostname", "hosts"])
        {
            yield return new SpecMount { Destination = "/etc/" + file, Source = Path.Combine(source, file), Propagation = "rprivate" };
        }

        static IReadOnlyList<string> Or(List<string>? chosen, IReadOnlyList<string> defaults) => chosen is { Count: > 0 } ? chosen : defaults;
        static string HostsLine(string entry)
        {
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? "" : $"{entry[(colon + 1)..]}\t{entry[..colon]}\n";
        }
    }

    private SpecMount MountOf(Container container, ContainerMount mount)
    {
        string? source = mount.Type switch
        {
            "tmpfs" => null,
            "volume" => volumes.Mount(mount.Name!, container.Id),
            _ => mount.Source,
        };
        if (mount.Type == "volume" && mount.Subpath is { Length: > 0 } sub)
        {
            source = Path.Combine(source!, sub);
        }

        if (mount.Type == "bind" && !Path.Exists(source))
        {
            if (!mount.CreateSource)
            {
                throw QuaiException.Invalid($"invalid mount config for type \"bind\": bind source path does not exist: {source}");
            }

            Directory.CreateDirectory(source!);
        }

        return new SpecMount
        {
            Destination = mount.Destination, Source = source, ReadOnly = !mount.ReadWrite, NonRecursive = mount.NonRecursive, Propagation = mount.Propagation,
            TmpfsOptions = mount.TmpfsOptions ?? "",
        };
    }

    private ContainerLaunch LaunchOf(Container container, RuntimeSpec spec, Endpoint? endpoint, AttachSession? first)
    {
        Images.Snapshot snapshot = images.GetSnapshot(container.Id);
        bool ownNetwork = spec.Linux!.Namespaces!.Any(n => n.Type == "network" && n.Path is null);
        SandboxSetup setup = endpoint?.Setup ?? SandboxSetup.Empty;
        return new ContainerLaunch
        {
            Id = container.Id,
            RunDirectory = paths.Run(container.Id),
            Spec = spec,
            Overlay = new OverlayRoot(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work),
            Network = ownNetwork ? [.. setup.Messages.Select(m => new NetlinkRequest(m.InHost, m.Bytes, m.HostNamespaceFdOffset, m.What))] : [],
            Log = LogOf(container),
            OpenStdin = container.Config.OpenStdin,
            StdinOnce = container.Config.StdinOnce,
            AttachAtStart = first?.Streams,
        };
    }

    private LogFile? LogOf(Container container)
    {
        Api.Containers.LogConfig config = container.HostConfig.LogConfig;
        if ((config.Type.Length > 0 ? config.Type : options.LogDriver) == "none")
        {
            return null;
        }

        string? Option(string name) => config.Config?.GetValueOrDefault(name) ?? options.LogOptions.GetValueOrDefault(name);
        long size = Option("max-size") is { } limit ? Math.Max(0, LogSize.Parse(limit)) : 0;
        int files = int.TryParse(Option("max-file"), out int count) ? count : 1;
        return new LogFile(paths.Log(container.Id), size, files);
    }

    private async Task ConnectClientsAsync(Container container, IShim shim)
    {
        bool first = true;
        foreach (AttachSession session in container.WaitingClients)
        {
            AttachConnection? connection = first ? shim.InitialAttach : null;
            first = false;
            try
            {
                session.Connect(connection ?? await shim.AttachAsync(session.Streams, CancellationToken.None).ConfigureAwait(false));
            }
            catch (QuaiException)
            {
                // It has ended already.
                session.Abandon();
            }
        }

        container.WaitingClients.Clear();
    }
}
