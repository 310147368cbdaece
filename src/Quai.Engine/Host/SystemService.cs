using System.Runtime.InteropServices;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Api.Volumes;
using Quai.Engine.Containers;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Logs.Options;
using Quai.Engine.Security;
using Quai.Images;
using Quai.Linux.Processes;
using Quai.Runtime.Cgroups;
using Quai.Volumes;

namespace Quai.Engine.Host;

/// <summary>Information about the engine and its machine.</summary>
public sealed class SystemService
{
    private readonly EngineOptions _options;
    private readonly ContainerRegistry _containers;
    private readonly IImageStore _images;
    private readonly EventHub _events;
    private readonly TimeProvider _time;
    private readonly AppArmor _appArmor;

    internal SystemService(string id, EngineOptions options, ContainerRegistry containers, IImageStore images, EventHub events, TimeProvider time, AppArmor appArmor)
    {
        Id = id;
        _options = options;
        _containers = containers;
        _images = images;
        _events = events;
        _time = time;
        _appArmor = appArmor;
    }

    /// <summary>This installation's id, constant for the life of its data root.</summary>
    public string Id { get; }

    /// <summary>The program's version.</summary>
    public static string Version { get; } = typeof(SystemService).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0.0.0";

    /// <summary>The answer to <c>GET /info</c>. The daemon adds its own part: registries, proxies, debug.</summary>
    public SystemInfo Info()
    {
        List<RunState> states = [.. _containers.All().Select(c => c.State)];
        int paused = states.Count(s => s.Status == ContainerStatus.Paused);
        int running = states.Count(s => s.IsRunning) - paused;
        return new SystemInfo
        {
            ID = Id,
            Containers = states.Count,
            ContainersRunning = running,
            ContainersPaused = paused,
            ContainersStopped = states.Count - running - paused,
            Images = _images.List().Count,
            DriverStatus =
            [
                ["Backing Filesystem", new DriveInfo(_options.DataRoot).DriveFormat is "ext2" or "ext3" or "ext4" ? "extfs" : new DriveInfo(_options.DataRoot).DriveFormat],
                ["Supports d_type", "true"], ["Using metacopy", "false"], ["Native Overlay Diff", "true"], ["userxattr", OwnUserNamespace.IsNested ? "true" : "false"],
            ],
            Plugins = new SystemPlugins { Volume = ["local"], Network = ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"], Log = [.. LogDrivers.Names] },
            IPv4Forwarding = File.Exists("/proc/sys/net/ipv4/ip_forward") && File.ReadAllText("/proc/sys/net/ipv4/ip_forward").StartsWith('1'),
            NFd = Directory.GetFiles("/proc/self/fd").Length,
            NGoroutines = ThreadPool.ThreadCount,
            SystemTime = ApiTime.Format(_time.GetUtcNow()),
            LoggingDriver = _options.LogDriver,
            CgroupDriver = CgroupTree.Hierarchies.Count > 0 ? "cgroupfs" : "none",
            CgroupVersion = CgroupTree.IsUnified ? "2" : "1",
            MemoryLimit = Limits("memory"),
            SwapLimit = Limits("memory"),
            CpuCfsPeriod = Limits("cpu"),
            CpuCfsQuota = Limits("cpu"),
            CPUShares = Limits("cpu"),
            CPUSet = Limits("cpuset"),
            PidsLimit = Limits("pids"),
            OomKillDisable = !CgroupTree.IsUnified && Limits("memory"),
            NEventsListener = _events.Listeners,
            KernelVersion = Machine.Kernel,
            OperatingSystem = Machine.OperatingSystem,
            OSVersion = Machine.OperatingSystemVersion,
            Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
            NCPU = Environment.ProcessorCount,
            MemTotal = Machine.MemoryTotal,
            DockerRootDir = _options.DataRoot,
            Name = Environment.MachineName,
            Labels = [.. _options.Labels],
            ServerVersion = Version,
            Runtimes = new Dictionary<string, RuntimeInfo>(_options.Runtimes.Select(r => new KeyValuePair<string, RuntimeInfo>(r.Key, new RuntimeInfo { Path = r.Value })))
            {
                ["quai"] = new RuntimeInfo { Path = "quai-shim" },
            },
            DefaultRuntime = _options.DefaultRuntime,
            LiveRestoreEnabled = _options.LiveRestore,
            InitBinary = Path.GetFileName(_options.InitPath ?? "docker-init"),
            SecurityOptions = SecurityOptions(),
            Warnings = Warnings(),
        };
    }

    /// <summary>Which limits there are not, in Docker's words; null where all are.</summary>
    private static List<string>? Warnings()
    {
        (string Controller, string What)[] limits = [("memory", "memory limit"), ("memory", "swap limit"), ("cpu", "cpu shares"), ("cpuset", "cpuset"), ("pids", "pids limit")];
        List<string> warnings = [.. limits.Where(l => !Limits(l.Controller)).Select(l => $"WARNING: No {l.What} support")];
        return warnings.Count > 0 ? warnings : null;
    }

    /// <summary>Root's daemon has all controllers that there are.</summary>
    private static bool Limits(string controller) => !OwnUserNamespace.IsNested || CgroupLayout.Current.Has(controller);

    private List<string> SecurityOptions()
    {
        List<string> options = [];
        if (_appArmor.IsOn)
        {
            options.Add("name=apparmor");
        }

        if (File.Exists("/proc/sys/kernel/seccomp/actions_avail"))
        {
            options.Add($"name=seccomp,profile={_options.SeccompProfile ?? "builtin"}");
        }

        if (_options.IsRootless)
        {
            options.Add("name=rootless");
        }

        return options;
    }

    /// <summary>The answer to <c>GET /version</c>.</summary>
    /// <param name="apiVersion">Newest API version that the daemon speaks.</param>
    /// <param name="minimumApiVersion">Oldest.</param>
    public static SystemVersion VersionOf(string apiVersion, string minimumApiVersion)
    {
        string arch = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return new SystemVersion
        {
            Platform = new VersionPlatform { Name = "Quai" },
            Version = Version,
            ApiVersion = apiVersion,
            MinAPIVersion = minimumApiVersion,
            Arch = arch,
            KernelVersion = Machine.Kernel,
            GoVersion = RuntimeInformation.FrameworkDescription,
            Components =
            [
                new VersionComponent
                {
                    Name = "Engine",
                    Version = Version,
                    Details = new Dictionary<string, string>
                    {
                        ["ApiVersion"] = apiVersion, ["MinAPIVersion"] = minimumApiVersion, ["Arch"] = arch, ["Os"] = "linux", ["KernelVersion"] = Machine.Kernel,
                        ["GoVersion"] = RuntimeInformation.FrameworkDescription, ["GitCommit"] = "", ["BuildTime"] = "", ["Experimental"] = "false",
                    },
                },
            ],
        };
    }

    /// <summary>A volume as the API shows it.</summary>
    public static VolumeInspect ToApi(Volume volume, VolumeUsage? usage = null) => new()
    {
        Name = volume.Name,
        Mountpoint = volume.Mountpoint,
        CreatedAt = volume.Created == DateTimeOffset.UnixEpoch ? null : volume.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        Labels = volume.Labels.Count == 0 && !volume.LabelsGiven ? null : Sorted(volume.Labels),
        Options = volume.Options.Count == 0 && !volume.OptionsGiven ? null : Sorted(volume.Options),
        Driver = volume.Driver,
        Scope = volume.Scope,
        Status = volume.Status is null ? null : new(volume.Status),
        UsageData = usage,
    };

    private static Dictionary<string, string> Sorted(IReadOnlyDictionary<string, string> map) => new(map.OrderBy(p => p.Key, StringComparer.Ordinal));
}
