using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Volumes;

namespace Quai.Engine.Containers.Views;

/// <summary>Shows a specification as the API does: the only place that converts it back to the API's types.</summary>
internal static class SpecView
{
    private static readonly JsonElement s_empty = JsonElement.Parse("{}");

    /// <summary>The portable half.</summary>
    public static ContainerConfig ConfigOf(ContainerSpec spec)
    {
        ProgramSpec program = spec.Program;
        return new ContainerConfig
        {
            Hostname = spec.Hostname,
            Domainname = spec.Domainname,
            User = program.User,
            AttachStdin = program.AttachStdin,
            AttachStdout = program.AttachStdout,
            AttachStderr = program.AttachStderr,
            ExposedPorts = spec.Network.Exposed?.ToDictionary(p => p.ToString(), _ => s_empty),
            Tty = program.Terminal,
            OpenStdin = program.OpenStdin,
            StdinOnce = program.StdinOnce,
            Env = ListOf(program.Environment),
            Cmd = ListOf(program.Command),
            Healthcheck = HealthOf(spec.Health),
            ArgsEscaped = spec.Shown.ArgsEscaped,
            Image = spec.Image,
            Volumes = spec.MountsAsked.Volumes?.ToDictionary(v => v, _ => s_empty),
            WorkingDir = program.WorkingDirectory,
            Entrypoint = ListOf(program.Entrypoint),
            NetworkDisabled = spec.Network.Disabled,
            MacAddress = spec.Network.MacAddress,
            Labels = new(spec.Labels),
            StopSignal = program.StopSignal,
            StopTimeout = program.StopTimeout,
            Shell = ListOf(program.Shell),
        };
    }

    /// <summary>The half that belongs to this host.</summary>
    public static HostConfig HostConfigOf(ContainerSpec spec)
    {
        (ResourceLimits limits, SecuritySpec security, NetworkSpec network, MountsAsked mounts) = (spec.Limits, spec.Security, spec.Network, spec.MountsAsked);
        return new HostConfig
        {
            Binds = ListOf(mounts.Binds),
            ContainerIDFile = spec.Shown.ContainerIdFile,
            LogConfig = new LogConfig { Type = spec.Log.Driver, Config = new(spec.Log.Options) },
            NetworkMode = network.Mode.Text,
            PortBindings = BindingsOf(network.Published),
            RestartPolicy = RestartOf(spec.Restart),
            AutoRemove = spec.AutoRemove,
            VolumeDriver = mounts.VolumeDriver,
            VolumesFrom = ListOf(mounts.VolumesFrom),
            ConsoleSize = [.. spec.Program.ConsoleSize],
            Annotations = MapOf(spec.Annotations),
            CapAdd = ListOf(security.CapAdd),
            CapDrop = ListOf(security.CapDrop),
            CgroupnsMode = spec.Namespaces.Cgroup.Text,
            Dns = [.. network.Dns],
            DnsOptions = [.. network.DnsOptions],
            DnsSearch = [.. network.DnsSearch],
            ExtraHosts = ListOf(network.ExtraHosts),
            GroupAdd = ListOf(spec.Program.Groups),
            IpcMode = spec.Namespaces.Ipc.Text,
            Cgroup = spec.Shown.Cgroup,
            Links = ListOf(network.Links),
            OomScoreAdj = spec.Program.OomScoreAdjustment,
            PidMode = spec.Namespaces.Pid.Text,
            Privileged = security.Privileged,
            PublishAllPorts = network.PublishAll,
            ReadonlyRootfs = security.ReadonlyRoot,
            SecurityOpt = ListOf(security.Written),
            Tmpfs = MapOf(mounts.Tmpfs),
            UTSMode = spec.Namespaces.Uts.Text,
            UsernsMode = spec.Namespaces.User.Text,
            ShmSize = spec.SharedMemorySize,
            Sysctls = MapOf(spec.Sysctls),
            Runtime = spec.Runtime,
            Isolation = spec.Shown.Isolation,
            Mounts = mounts.Mounts is { } written ? JsonSerializer.Deserialize(written, ApiJson.Default.ListMountRequest) : null,
            MaskedPaths = ListOf(security.MaskedPaths),
            ReadonlyPaths = ListOf(security.ReadonlyPaths),
            Init = spec.Program.Init,
            CpuShares = limits.Cpu.Shares,
            Memory = limits.Memory.Limit,
            NanoCpus = limits.Cpu.NanoCpus,
            CgroupParent = spec.CgroupParent,
            BlkioWeight = limits.BlockIo.Weight,
            BlkioWeightDevice = [.. limits.BlockIo.Weights.Select(w => new WeightDevice { Path = w.Path, Weight = w.Weight })],
            BlkioDeviceReadBps = RatesOf(limits.BlockIo.ReadBytes),
            BlkioDeviceWriteBps = RatesOf(limits.BlockIo.WriteBytes),
            BlkioDeviceReadIOps = RatesOf(limits.BlockIo.ReadOperations),
            BlkioDeviceWriteIOps = RatesOf(limits.BlockIo.WriteOperations),
            CpuPeriod = limits.Cpu.Period,
            CpuQuota = limits.Cpu.Quota,
            CpuRealtimePeriod = limits.Cpu.RealtimePeriod,
            CpuRealtimeRuntime = limits.Cpu.RealtimeRuntime,
            CpusetCpus = limits.Cpu.Cpus,
            CpusetMems = limits.Cpu.Mems,
            Devices = [.. spec.Devices.Paths.Select(d => new DeviceMapping { PathOnHost = d.Host, PathInContainer = d.Container, CgroupPermissions = d.Access })],
            DeviceCgroupRules = ListOf(spec.Devices.Rules),
            DeviceRequests = spec.Devices.Named.Count == 0 ? null : [new DeviceRequest { Driver = "cdi", DeviceIDs = [.. spec.Devices.Named] }],
            KernelMemory = limits.Memory.Kernel,
            MemoryReservation = limits.Memory.Reservation,
            MemorySwap = limits.Memory.Swap,
            MemorySwappiness = limits.Memory.Swappiness,
            OomKillDisable = limits.Memory.OomKillDisable,
            PidsLimit = limits.Pids,
            Ulimits = [.. spec.Ulimits.Select(u => new Ulimit { Name = u.Name, Hard = u.Hard, Soft = u.Soft })],
            CpuCount = spec.Shown.CpuCount,
            CpuPercent = spec.Shown.CpuPercent,
            IOMaximumIOps = spec.Shown.IOMaximumIOps,
            IOMaximumBandwidth = spec.Shown.IOMaximumBandwidth,
        };
    }

    /// <summary>The mounts, except those that Docker does not list.</summary>
    public static List<MountPoint> MountsOf(ContainerSpec spec) => [.. spec.Mounts.Where(m => !m.Unlisted).Select(m => new MountPoint
    {
        Type = m.Type,
        Name = m.Name,
        Source = m.Source,
        Destination = m.Destination,
        Driver = m.Type == "volume" ? m.Driver ?? Volume.LocalDriver : null,
        Mode = m.Mode,
        RW = m.ReadWrite,
        Propagation = m.Propagation,
    })];

    private static HealthConfig? HealthOf(HealthSpec? health) => health is null ? null : new HealthConfig
    {
        Test = ListOf(health.Test),
        Interval = health.Interval,
        Timeout = health.Timeout,
        StartPeriod = health.StartPeriod,
        StartInterval = health.StartInterval,
        Retries = health.Retries,
    };

    private static RestartPolicy RestartOf(RestartSpec restart) => new()
    {
        Name = restart.Policy switch
        {
            RestartWhen.Always => "always",
            RestartWhen.UnlessStopped => "unless-stopped",
            RestartWhen.OnFailure => "on-failure",
            RestartWhen.Unhealthy => "unhealthy",
            _ => "no",
        },
        MaximumRetryCount = restart.MaximumRetries,
    };

    private static Dictionary<string, List<PortBinding>?> BindingsOf(IReadOnlyList<PortPublication> published) => published.ToDictionary(
        p => p.Written,
        p => p.Hosts is { } hosts ? hosts.Select(h => new PortBinding { HostIp = h.Address, HostPort = h.Written }).ToList() : null);

    private static List<ThrottleDevice> RatesOf(IReadOnlyList<BlockRate> rates) => [.. rates.Select(r => new ThrottleDevice { Path = r.Path, Rate = r.Rate })];

    private static List<string>? ListOf(IReadOnlyList<string>? list) => list is null ? null : [.. list];

    private static Dictionary<string, string>? MapOf(IReadOnlyDictionary<string, string>? map) => map is null ? null : new(map);
}
