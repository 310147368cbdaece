using System.Globalization;
using Quai.Api.Containers;
using Quai.Api.System;
using Quai.Daemon.Configuration;
using Quai.Daemon.Http;

namespace Quai.Daemon.System;

/// <summary><c>GET /info</c>.</summary>
internal static class InfoRoutes
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFilters = [];

    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("GET", "/info", async call => await call.Answer(await Describe(backend, call.Gone), Json.Types.SystemInfo));

    private static async Task<SystemInfo> Describe(Backend backend, CancellationToken cancellation)
    {
        DaemonConfiguration configuration = backend.Facts.Configuration;
        List<ContainerSummary> containers = await backend.Containers.ListAsync(all: true, -1, size: false, NoFilters, cancellation);
        (string system, string version) = HostFacts.OperatingSystem();
        var runtimes = new Dictionary<string, RuntimeInfo> { ["quai"] = new() { Path = "quai-runtime" } };
        foreach ((string name, string path) in configuration.Engine.Runtimes)
        {
            runtimes[name] = new RuntimeInfo { Path = path };
        }

        var info = new SystemInfo
        {
            ID = backend.Facts.Id,
            Containers = containers.Count,
            ContainersRunning = containers.Count(c => c.State is "running" or "restarting"),
            ContainersPaused = containers.Count(c => c.State == "paused"),
            Images = backend.Images.List().Count,
            DriverStatus =
            [
                ["Backing Filesystem", BackingFileSystem(configuration.Engine.DataRoot)],
                ["Supports d_type", "true"],
            ],
            Plugins = new SystemPlugins { Volume = ["local"], Network = ["bridge", "host", "null"], Log = ["json-file", "none"] },
            IPv4Forwarding = HostFacts.Forwarding,
            Debug = configuration.Debug,
            NFd = HostFacts.OpenDescriptors,
            OomKillDisable = HostFacts.CgroupVersion == "1",
            NGoroutines = ThreadPool.ThreadCount,
            SystemTime = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture),
            LoggingDriver = configuration.Engine.LogDriver,
            CgroupVersion = HostFacts.CgroupVersion,
            NEventsListener = backend.Events.Listeners,
            KernelVersion = HostFacts.KernelVersion,
            OperatingSystem = system,
            OSVersion = version,
            Architecture = HostFacts.MachineArchitecture,
            RegistryConfig = Registries(configuration),
            NCPU = Environment.ProcessorCount,
            MemTotal = HostFacts.TotalMemory,
            DockerRootDir = configuration.Engine.DataRoot,
            HttpProxy = Environment.GetEnvironmentVariable("HTTP_PROXY") ?? "",
            HttpsProxy = Environment.GetEnvironmentVariable("HTTPS_PROXY") ?? "",
            NoProxy = Environment.GetEnvironmentVariable("NO_PROXY") ?? "",
            Name = HostFacts.HostName,
            Labels = [.. configuration.Engine.Labels],
            ServerVersion = Product.Version,
            Runtimes = runtimes,
            LiveRestoreEnabled = configuration.Engine.LiveRestore,
            InitBinary = configuration.Engine.InitPath ?? "quai-init",
            SecurityOptions = SecurityOptions(configuration),
        };
        info.ContainersStopped = info.Containers - info.ContainersRunning - info.ContainersPaused;
        return info;
    }

    private static List<string> SecurityOptions(DaemonConfiguration configuration)
    {
        List<string> options = ["name=seccomp,profile=" + (configuration.Engine.SeccompProfile ?? "builtin")];
        if (configuration.Engine.NoNewPrivileges)
        {
            options.Add("name=no-new-privileges");
        }

        return options;
    }

    private static RegistryConfig Registries(DaemonConfiguration configuration)
    {
        var registries = new RegistryConfig
        {
            InsecureRegistryCIDRs = ["127.0.0.0/8", .. configuration.InsecureRegistries.Where(r => r.Contains('/'))],
            Mirrors = [.. configuration.RegistryMirrors],
            IndexConfigs = new() { ["docker.io"] = new IndexInfo { Name = "docker.io", Mirrors = [.. configuration.RegistryMirrors], Secure = true, Official = true } },
        };
        foreach (string registry in configuration.InsecureRegistries.Where(r => !r.Contains('/')))
        {
            registries.IndexConfigs[registry] = new IndexInfo { Name = registry };
        }

        return registries;
    }

    private static string BackingFileSystem(string folder)
    {
        try
        {
            return new DriveInfo(folder).DriveFormat is "ext2" or "ext3" or "ext4" ? "extfs" : new DriveInfo(folder).DriveFormat;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
