using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Images;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task<ContainerInspect> InspectAsync(string id, bool size, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        RunState state = container.State;
        (string program, List<string> arguments) = CommandOf(container.Config);
        bool started = state.StartedAt is not null || state.IsRunning;
        string files = paths.Container(launcher.FilesOwner(container).Id);
        var result = new ContainerInspect
        {
            Id = container.Id,
            Created = ApiTime.Format(container.Created),
            Path = program,
            Args = arguments,
            State = StateOf(container, state),
            Image = container.ImageId,
            ResolvConfPath = started ? Path.Combine(files, "resolv.conf") : "",
            HostnamePath = started ? Path.Combine(files, "hostname") : "",
            HostsPath = started ? Path.Combine(files, "hosts") : "",
            LogPath = started && container.HostConfig.LogConfig.Type == "json-file" ? paths.Log(container.Id) : "",
            Name = "/" + container.Name,
            RestartCount = state.RestartCount,
            ExecIDs = Execs.RunningIn(container),
            HostConfig = container.HostConfig,
            GraphDriver = GraphDriverOf(container),
            Mounts = [.. container.Mounts.Where(m => !m.Unlisted).Select(m => m.ToApi())],
            Config = container.Config,
            NetworkSettings = NetworkSettingsOf(container, state),
        };
        if (size)
        {
            (result.SizeRw, result.SizeRootFs) = await SizesOfAsync(container, cancellation).ConfigureAwait(false);
        }

        return result;
    }

    private async Task<(long Rw, long RootFs)> SizesOfAsync(Container container, CancellationToken cancellation)
    {
        long own = await images.SnapshotSizeAsync(container.Id, cancellation).ConfigureAwait(false);
        try
        {
            return (own, own + images.Resolve(container.ImageId).Size);
        }
        catch (ImageNotFoundException)
        {
            return (own, own);
        }
    }

    private static (string Program, List<string> Arguments) CommandOf(ContainerConfig config)
    {
        List<string> all = [.. config.Entrypoint ?? [], .. config.Cmd ?? []];
        return all.Count == 0 ? ("", []) : (all[0], all[1..]);
    }

    private static ContainerState StateOf(Container container, RunState state) => new()
    {
        Status = StatusName(state),
        Running = state.IsRunning && state.Status != ContainerStatus.Starting,
        Paused = state.Status == ContainerStatus.Paused,
        Restarting = state.Status == ContainerStatus.Restarting,
        OOMKilled = state.OomKilled,
        Pid = state.Pid,
        ExitCode = state.ExitCode,
        Error = state.Error,
        StartedAt = ApiTime.Format(state.StartedAt),
        FinishedAt = ApiTime.Format(state.FinishedAt),
        Health = container.Run?.Health?.Read(),
    };

    // A start takes milliseconds; Docker has no name for it.
    private static string StatusName(RunState state) => state.Status switch
    {
        ContainerStatus.Created => "created",
        ContainerStatus.Starting => state.StartedAt is null ? "created" : "exited",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        ContainerStatus.Exited => "exited",
        _ => "removing",
    };

    private GraphDriverData GraphDriverOf(Container container)
    {
        try
        {
            Snapshot s = images.GetSnapshot(container.Id);
            return new GraphDriverData
            {
                Data = new Dictionary<string, string>
                {
                    ["LowerDir"] = string.Join(':', s.Lower.Select(l => Path.Combine(s.Root, l))),
                    ["MergedDir"] = container.State.HasProcess ? $"/proc/{container.State.Pid}/root" : "",
                    ["UpperDir"] = Path.Combine(s.Root, s.Upper),
                    ["WorkDir"] = Path.Combine(s.Root, s.Work),
                },
            };
        }
        catch (QuaiException)
        {
            // Removed this very moment.
            return new GraphDriverData();
        }
    }

    private NetworkSettings NetworkSettingsOf(Container container, RunState state)
    {
        Dictionary<string, EndpointSettings> endpoints = EndpointsOf(container, state);
        var settings = new NetworkSettings { Networks = endpoints };
        if (container.Endpoint is not { } endpoint || !state.HasProcess)
        {
            return settings;
        }

        settings.SandboxID = endpoint.SandboxId;
        settings.SandboxKey = $"/proc/{state.Pid}/ns/net";
        settings.EndpointID = endpoint.EndpointId;
        settings.Gateway = endpoint.Gateway;
        settings.IPAddress = endpoint.Address;
        settings.IPPrefixLen = endpoint.PrefixLength;
        settings.MacAddress = endpoint.MacAddress;
        foreach (string exposed in container.Config.ExposedPorts?.Keys ?? Enumerable.Empty<string>())
        {
            (ushort start, ushort end, string protocol) = PortSpecs.ParseContainerPort(exposed);
            for (int port = start; port <= end; port++)
            {
                settings.Ports[$"{port}/{protocol}"] = null;
            }
        }

        foreach (PublishedPortRecord port in endpoint.Ports)
        {
            string key = $"{port.ContainerPort}/{port.Protocol}";
            List<PortBinding> bindings = settings.Ports.GetValueOrDefault(key) ?? [];
            bindings.Add(new PortBinding { HostIp = port.HostAddress, HostPort = port.HostPort.ToString() });
            settings.Ports[key] = bindings;
        }

        return settings;
    }

    private Dictionary<string, EndpointSettings> EndpointsOf(Container container, RunState state)
    {
        string mode = container.HostConfig.NetworkMode;
        if (NetworkMode.ContainerOf(mode) is not null)
        {
            return [];
        }

        var settings = new EndpointSettings();
        if (container.Networking?.EndpointsConfig?.GetValueOrDefault(mode) is { } wanted)
        {
            settings.Aliases = wanted.Aliases;
            settings.Links = wanted.Links;
            settings.DriverOpts = wanted.DriverOpts;
            settings.IPAMConfig = wanted.IPAMConfig;
            settings.MacAddress = wanted.MacAddress;
        }

        if (container.Endpoint is { } endpoint)
        {
            settings.NetworkID = endpoint.NetworkId;
            if (state.HasProcess)
            {
                settings.EndpointID = endpoint.EndpointId;
                settings.Gateway = endpoint.Gateway;
                settings.IPAddress = endpoint.Address;
                settings.IPPrefixLen = endpoint.PrefixLength;
                settings.MacAddress = endpoint.MacAddress;
            }
        }
        else if (state.StartedAt is not null && mode is "host" or "none")
        {
            settings.NetworkID = networks.List().FirstOrDefault(n => n.Name == mode)?.Id ?? "";
        }

        return new Dictionary<string, EndpointSettings> { [mode] = settings };
    }
}
