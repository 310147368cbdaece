using Quai.Api.Containers;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>The options that <c>run</c> and <c>create</c> share: everything that configures a container.</summary>
/// <param name="flags">The command's flag set; the options are added to it.</param>
internal sealed class ContainerFlags(FlagSet flags)
{
    public ListFlag<string> AddHost { get; } = flags.List("add-host", '\0', "Add a line to /etc/hosts (name:address)", Validation.ExtraHost);
    public ListFlag<string> Annotation { get; } = flags.List("annotation", '\0', "Annotation for the runtime", type: "map");
    public ListFlag<string> Attach { get; } = flags.List("attach", 'a', "Attach STDIN, STDOUT or STDERR", Validation.Stream);
    public Flag<long> BlkioWeight { get; } = flags.Add(new Flag<long>("blkio-weight", '\0', "uint16", "Share of block I/O: 10 to 1000, or 0 for none", 0, FlagValues.Unsigned(16)) { DefaultText = "0" });
    public ListFlag<WeightDevice> BlkioWeightDevice { get; } = Devices(flags, "blkio-weight-device", "Share of one device's I/O", Validation.DeviceWeight);
    public ListFlag<string> CapAdd { get; } = flags.List("cap-add", '\0', "Add capabilities");
    public ListFlag<string> CapDrop { get; } = flags.List("cap-drop", '\0', "Drop capabilities");
    public Flag<string> CgroupParent { get; } = flags.String("cgroup-parent", '\0', "Cgroup to put the container's under");
    public Flag<string> CgroupNamespace { get; } = flags.String("cgroupns", '\0', "Cgroup namespace (host|private); the daemon's default when empty");
    public Flag<string> CidFile { get; } = flags.String("cidfile", '\0', "Write the container's ID to this file");
    public Flag<long> CpuPeriod { get; } = flags.Int("cpu-period", '\0', "CFS period in microseconds");
    public Flag<long> CpuQuota { get; } = flags.Int("cpu-quota", '\0', "CFS quota in microseconds");
    public Flag<long> CpuRealtimePeriod { get; } = flags.Int("cpu-rt-period", '\0', "Real-time period in microseconds");
    public Flag<long> CpuRealtimeRuntime { get; } = flags.Int("cpu-rt-runtime", '\0', "Real-time runtime in microseconds");
    public Flag<long> CpuShares { get; } = flags.Int("cpu-shares", 'c', "CPU shares (relative weight)");
    public Flag<long> Cpus { get; } = flags.Add(new Flag<long>("cpus", '\0', "decimal", "Number of CPUs", 0, FlagValues.NanoCpus));
    public Flag<string> CpusetCpus { get; } = flags.String("cpuset-cpus", '\0', "CPUs to run on (0-3, 0,1)");
    public Flag<string> CpusetMems { get; } = flags.String("cpuset-mems", '\0', "Memory nodes to use (0-3, 0,1)");
    public ListFlag<string> Device { get; } = flags.List("device", '\0', "Give a device of the host", Validation.Device);
    public ListFlag<string> DeviceRule { get; } = flags.List("device-cgroup-rule", '\0', "Add a rule to the list of allowed devices", Validation.DeviceRule);
    public ListFlag<ThrottleDevice> ReadBps { get; } = Devices(flags, "device-read-bps", "Limit bytes read per second from a device", Validation.DeviceBytes);
    public ListFlag<ThrottleDevice> ReadIops { get; } = Devices(flags, "device-read-iops", "Limit reads per second from a device", Validation.DeviceCount);
    public ListFlag<ThrottleDevice> WriteBps { get; } = Devices(flags, "device-write-bps", "Limit bytes written per second to a device", Validation.DeviceBytes);
    public ListFlag<ThrottleDevice> WriteIops { get; } = Devices(flags, "device-write-iops", "Limit writes per second to a device", Validation.DeviceCount);
    public Flag<bool> ContentTrust { get; } = flags.Add(new Flag<bool>("disable-content-trust", '\0', "", "Accepted and ignored", true, FlagValues.Bool) { BareValue = "true", DefaultText = "true" });
    public ListFlag<string> Dns { get; } = flags.List("dns", '\0', "Name servers", Validation.Address);
    public ListFlag<string> DnsOption { get; } = AliasedList(flags, "dns-option", "dns-opt", "Resolver options");
    public ListFlag<string> DnsSearch { get; } = flags.List("dns-search", '\0', "Search domains", Validation.Domain);
    public Flag<string> DomainName { get; } = flags.String("domainname", '\0', "NIS domain name");
    public Flag<string> Entrypoint { get; } = flags.String("entrypoint", '\0', "Replace the image's ENTRYPOINT");
    public ListFlag<string> Env { get; } = flags.List("env", 'e', "Set environment variables", Validation.Environment);
    public ListFlag<string> EnvFile { get; } = flags.List("env-file", '\0', "Read environment variables from a file");
    public ListFlag<string> Expose { get; } = flags.List("expose", '\0', "Expose a port or a range of ports");
    public Flag<string> Gpus { get; } = flags.String("gpus", '\0', "GPU devices ('all' for all)", type: "gpu-request");
    public ListFlag<string> GroupAdd { get; } = flags.List("group-add", '\0', "Add groups to the user's");
    public Flag<string> HealthCmd { get; } = flags.String("health-cmd", '\0', "Command that checks health");
    public Flag<long> HealthInterval { get; } = Duration(flags, "health-interval", "Time between checks");
    public Flag<long> HealthRetries { get; } = flags.Int("health-retries", '\0', "Failures in a row that make it unhealthy");
    public Flag<long> HealthStartInterval { get; } = Duration(flags, "health-start-interval", "Time between checks during the start period");
    public Flag<long> HealthStartPeriod { get; } = Duration(flags, "health-start-period", "Time to start up before failures count");
    public Flag<long> HealthTimeout { get; } = Duration(flags, "health-timeout", "Time that one check may take");
    public Flag<string> Hostname { get; } = flags.String("hostname", 'h', "Host name inside the container");
    public Flag<bool> Init { get; } = flags.Bool("init", '\0', "Run an init that forwards signals and reaps processes");
    public Flag<bool> Interactive { get; } = flags.Bool("interactive", 'i', "Keep STDIN open even if not attached");
    public Flag<string> Ip { get; } = flags.String("ip", '\0', "IPv4 address");
    public Flag<string> Ip6 { get; } = flags.String("ip6", '\0', "IPv6 address");
    public Flag<string> Ipc { get; } = flags.String("ipc", '\0', "IPC mode");
    public Flag<string> Isolation { get; } = flags.String("isolation", '\0', "Isolation technology");
    public Flag<long> KernelMemory { get; } = Bytes(flags, "kernel-memory", '\0', "Kernel memory limit");
    public ListFlag<string> Label { get; } = flags.List("label", 'l', "Set metadata", Validation.Label);
    public ListFlag<string> LabelFile { get; } = flags.List("label-file", '\0', "Read labels from a file");
    public ListFlag<string> Link { get; } = flags.List("link", '\0', "Link to another container", Validation.Link);
    public ListFlag<string> LinkLocalIp { get; } = flags.List("link-local-ip", '\0', "Link-local addresses", Validation.Address);
    public Flag<string> LogDriver { get; } = flags.String("log-driver", '\0', "Logging driver");
    public ListFlag<string> LogOpt { get; } = flags.List("log-opt", '\0', "Options of the logging driver");
    public Flag<string> MacAddress { get; } = flags.String("mac-address", '\0', "MAC address (such as 92:d0:c6:0a:29:33)");
    public Flag<long> Memory { get; } = Bytes(flags, "memory", 'm', "Memory limit");
    public Flag<long> MemoryReservation { get; } = Bytes(flags, "memory-reservation", '\0', "Soft limit of memory");
    public Flag<long> MemorySwap { get; } = flags.Add(new Flag<long>("memory-swap", '\0', "bytes", "Limit of memory and swap; -1 for no limit of swap", 0, FlagValues.SwapBytes));
    public Flag<long> MemorySwappiness { get; } = flags.Int("memory-swappiness", '\0', "How readily to swap: 0 to 100", -1);
    public ListFlag<MountSpec> Mount { get; } = flags.Add(new ListFlag<MountSpec>("mount", '\0', "mount", "Attach a filesystem", s => [MountSpec.Parse(s)]));
    public Flag<string> Name { get; } = flags.String("name", '\0', "Name of the container");
    public ListFlag<string> Network { get; } = AliasedList(flags, "network", "net", "Connect to a network", "network");
    public ListFlag<string> NetworkAlias { get; } = AliasedList(flags, "network-alias", "net-alias", "Further name on the network");
    public Flag<bool> NoHealthcheck { get; } = flags.Bool("no-healthcheck", '\0', "Turn off the image's HEALTHCHECK");
    public Flag<bool> OomKillDisable { get; } = flags.Bool("oom-kill-disable", '\0', "Turn off the OOM killer");
    public Flag<long> OomScoreAdj { get; } = flags.Int("oom-score-adj", '\0', "How likely the OOM killer takes it: -1000 to 1000");
    public Flag<string> Pid { get; } = flags.String("pid", '\0', "PID namespace");
    public Flag<long> PidsLimit { get; } = flags.Int("pids-limit", '\0', "Limit of processes (-1 for none)");
    public Flag<string> Platform { get; } = flags.String("platform", '\0', "Platform of the image", Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") ?? "");
    public Flag<bool> Privileged { get; } = flags.Bool("privileged", '\0', "Give all privileges");
    public ListFlag<string> Publish { get; } = flags.List("publish", 'p', "Publish ports to the host");
    public Flag<bool> PublishAll { get; } = flags.Bool("publish-all", 'P', "Publish all exposed ports to free ones");
    public Flag<string> Pull { get; } = flags.String("pull", '\0', "When to pull the image (\"always\", \"missing\", \"never\")", "missing");
    public Flag<bool> Quiet { get; } = flags.Bool("quiet", 'q', "Print nothing while pulling");
    public Flag<bool> ReadOnly { get; } = flags.Bool("read-only", '\0', "Mount the root filesystem read-only");
    public Flag<string> Restart { get; } = flags.String("restart", '\0', "What to do when it exits", "no");
    public Flag<bool> Remove { get; } = flags.Bool("rm", '\0', "Remove it and its anonymous volumes when it exits");
    public Flag<string> Runtime { get; } = flags.String("runtime", '\0', "Runtime to use");
    public ListFlag<string> SecurityOpt { get; } = flags.List("security-opt", '\0', "Security options");
    public Flag<long> ShmSize { get; } = Bytes(flags, "shm-size", '\0', "Size of /dev/shm");
    public Flag<string> StopSignal { get; } = flags.String("stop-signal", '\0', "Signal that stops it");
    public Flag<long> StopTimeout { get; } = flags.Int("stop-timeout", '\0', "Seconds to wait after the signal");
    public ListFlag<string> StorageOpt { get; } = flags.List("storage-opt", '\0', "Options of the storage driver");
    public ListFlag<string> Sysctl { get; } = flags.List("sysctl", '\0', "Kernel settings", Validation.Sysctl, "map");
    public ListFlag<string> Tmpfs { get; } = flags.List("tmpfs", '\0', "Mount a tmpfs folder");
    public Flag<bool> Tty { get; } = flags.Bool("tty", 't', "Allocate a terminal");
    public ListFlag<Ulimit> Ulimits { get; } = flags.Add(new ListFlag<Ulimit>("ulimit", '\0', "ulimit", "Resource limits", s => [Validation.Ulimit(s)]));
    public Flag<string> User { get; } = flags.String("user", 'u', "User name or UID (<name|uid>[:<group|gid>])");
    public Flag<string> UserNamespace { get; } = flags.String("userns", '\0', "User namespace");
    public Flag<string> Uts { get; } = flags.String("uts", '\0', "UTS namespace");
    public ListFlag<string> Volume { get; } = flags.List("volume", 'v', "Mount a folder of the host or a volume");
    public Flag<string> VolumeDriver { get; } = flags.String("volume-driver", '\0', "Driver of the volumes");
    public ListFlag<string> VolumesFrom { get; } = flags.List("volumes-from", '\0', "Mount another container's volumes");
    public Flag<string> WorkingDirectory { get; } = flags.String("workdir", 'w', "Folder that the program starts in");

    private static ListFlag<string> AliasedList(FlagSet flags, string name, string alias, string usage, string type = "list")
    {
        ListFlag<string> flag = flags.List(name, '\0', usage, type: type);
        flags.Alias(alias, flag);
        return flag;
    }

    private static ListFlag<T> Devices<T>(FlagSet flags, string name, string usage, Func<string, T> parse) =>
        flags.Add(new ListFlag<T>(name, '\0', "list", usage, s => [parse(s)]) { DefaultText = "[]" });

    private static Flag<long> Duration(FlagSet flags, string name, string usage) =>
        flags.Add(new Flag<long>(name, '\0', "duration", usage + " (ms|s|m|h)", 0, FlagValues.Duration) { DefaultText = "0s" });

    private static Flag<long> Bytes(FlagSet flags, string name, char shorthand, string usage) =>
        flags.Add(new Flag<long>(name, shorthand, "bytes", usage, 0, FlagValues.Bytes));
}
