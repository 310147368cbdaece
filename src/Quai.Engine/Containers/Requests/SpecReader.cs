using System.Globalization;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Creates the specification from a validated and completed request. Nothing past this point uses the API's types.</summary>
internal static class SpecReader
{
    /// <summary>Creates it.</summary>
    /// <param name="config">What runs, with the image's settings merged in.</param>
    /// <param name="host">How it is run, with defaults filled in.</param>
    /// <param name="mounts">The mounts of both.</param>
    /// <exception cref="QuaiException">A port, a size or similar is malformed.</exception>
    public static ContainerSpec Read(ContainerConfig config, HostConfig host, IReadOnlyList<ContainerMount> mounts) => new()
    {
        Image = config.Image,
        Hostname = config.Hostname,
        Domainname = config.Domainname,
        Labels = config.Labels ?? [],
        Annotations = host.Annotations,
        Program = ProgramOf(config, host),
        Health = HealthOf(config.Healthcheck),
        Namespaces = new NamespaceModes
        {
            Pid = new(host.PidMode), Ipc = new(host.IpcMode), Uts = new(host.UTSMode), Cgroup = new(host.CgroupnsMode), User = new(host.UsernsMode),
        },
        Network = NetworkOf(config, host),
        Mounts = mounts,
        MountsAsked = AskedOf(config, host),
        SharedMemorySize = host.ShmSize,
        Security = new SecuritySpec
        {
            Privileged = host.Privileged,
            ReadonlyRoot = host.ReadonlyRootfs,
            CapAdd = host.CapAdd,
            CapDrop = host.CapDrop,
            Written = host.SecurityOpt,
            MaskedPaths = host.MaskedPaths,
            ReadonlyPaths = host.ReadonlyPaths,
        },
        Sysctls = host.Sysctls,
        CgroupParent = host.CgroupParent,
        Limits = LimitsReader.Read(host),
        Ulimits = LimitsReader.Ulimits(host.Ulimits),
        Devices = LimitsReader.Devices(host),
        Log = LogOf(host.LogConfig),
        Restart = RestartOf(host.RestartPolicy),
        AutoRemove = host.AutoRemove,
        Runtime = host.Runtime,
        Shown = new ShownSettings
        {
            ContainerIdFile = host.ContainerIDFile,
            Cgroup = host.Cgroup,
            Isolation = host.Isolation,
            ArgsEscaped = config.ArgsEscaped,
            CpuCount = host.CpuCount,
            CpuPercent = host.CpuPercent,
            IOMaximumIOps = host.IOMaximumIOps,
            IOMaximumBandwidth = host.IOMaximumBandwidth,
        },
    };

    /// <summary>A validated restart policy.</summary>
    public static RestartSpec RestartOf(RestartPolicy policy) => new(
        policy.Name switch
        {
            "always" => RestartWhen.Always,
            "unless-stopped" => RestartWhen.UnlessStopped,
            "on-failure" => RestartWhen.OnFailure,
            "unhealthy" => RestartWhen.Unhealthy,
            _ => RestartWhen.Never,
        },
        policy.MaximumRetryCount);

    private static ProgramSpec ProgramOf(ContainerConfig config, HostConfig host) => new()
    {
        Entrypoint = config.Entrypoint,
        Command = config.Cmd,
        Environment = config.Env,
        WorkingDirectory = config.WorkingDir,
        User = config.User,
        Groups = host.GroupAdd,
        Terminal = config.Tty,
        ConsoleSize = host.ConsoleSize is [var height, var width] ? [height, width] : [0, 0],
        OpenStdin = config.OpenStdin,
        StdinOnce = config.StdinOnce,
        AttachStdin = config.AttachStdin,
        AttachStdout = config.AttachStdout,
        AttachStderr = config.AttachStderr,
        StopSignal = config.StopSignal,
        StopSignalNumber = string.IsNullOrEmpty(config.StopSignal) ? Signals.Terminate : Signals.Find(config.StopSignal) ?? Signals.Terminate,
        StopTimeout = config.StopTimeout,
        Shell = config.Shell,
        Init = host.Init,
        OomScoreAdjustment = host.OomScoreAdj,
    };

    private static HealthSpec? HealthOf(HealthConfig? health) => health is null ? null : new HealthSpec
    {
        Test = health.Test,
        Interval = health.Interval,
        Timeout = health.Timeout,
        StartPeriod = health.StartPeriod,
        StartInterval = health.StartInterval,
        Retries = health.Retries,
    };

    private static NetworkSpec NetworkOf(ContainerConfig config, HostConfig host) => new()
    {
        Mode = new(host.NetworkMode),
        Disabled = config.NetworkDisabled,
        MacAddress = config.MacAddress,
        Exposed = config.ExposedPorts is { } exposed ? [.. exposed.Keys.Select(PortRange.Parse)] : null,
        Published = PublishedOf(host),
        PublishAll = host.PublishAllPorts,
        Dns = host.Dns ?? [],
        DnsOptions = host.DnsOptions ?? [],
        DnsSearch = host.DnsSearch ?? [],
        ExtraHosts = host.ExtraHosts,
        Links = host.Links,
    };

    /// <summary>The ports that a request publishes.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    public static IReadOnlyList<PortPublication> PublishedOf(HostConfig host) =>
        [.. (host.PortBindings ?? []).Select(p => PortPublication.Parse(p.Key, p.Value is { } bindings ? [.. bindings.Select(b => HostPorts.Parse(b.HostIp, b.HostPort))] : null))];

    private static MountsAsked AskedOf(ContainerConfig config, HostConfig host) => new()
    {
        Binds = host.Binds,
        Mounts = host.Mounts is { } mounts ? JsonSerializer.Serialize(mounts, ApiJson.Default.ListMountRequest) : null,
        Tmpfs = host.Tmpfs,
        Volumes = config.Volumes is { } volumes ? [.. volumes.Keys] : null,
        VolumesFrom = host.VolumesFrom,
        VolumeDriver = host.VolumeDriver,
    };

    private static LogSpec LogOf(LogConfig log) => new(log.Type, log.Config ?? []);
}
