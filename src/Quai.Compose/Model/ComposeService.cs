using Quai.Compose.Model.Building;
using Quai.Compose.Model.Deploying;
using Quai.Compose.Model.Limits;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A service: how its containers are made and run.</summary>
public sealed partial record ComposeService
{
    /// <summary>Its name in the project.</summary>
    public string Name { get; init; } = "";

    /// <summary>The profiles that enable it; none if it is always enabled.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Annotations of its containers.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Nothing.Texts;

    /// <summary>Whether its output is collected by <c>up</c>; null if nothing was said.</summary>
    public bool? Attach { get; init; }

    /// <summary>How its image is built; null if it is not.</summary>
    public ServiceBuild? Build { get; init; }

    /// <summary>What is done when sources change.</summary>
    public ServiceDevelopment? Develop { get; init; }

    /// <summary>Limits of block input and output.</summary>
    public BlockIoLimits? BlockIo { get; init; }

    /// <summary>Capabilities that are added.</summary>
    public IReadOnlyList<string> CapAdd { get; init; } = [];

    /// <summary>Capabilities that are dropped.</summary>
    public IReadOnlyList<string> CapDrop { get; init; } = [];

    /// <summary>The cgroup beneath which its containers are.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>The cgroup namespace: <c>host</c> or <c>private</c>.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>The number of processors, on Windows.</summary>
    public long CpuCount { get; init; }

    /// <summary>The share of the processors in percent, on Windows.</summary>
    public float CpuPercent { get; init; }

    /// <summary>The scheduler's period in microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>The time of a period in microseconds that may be used.</summary>
    public long CpuQuota { get; init; }

    /// <summary>The realtime scheduler's period in microseconds.</summary>
    public long CpuRealtimePeriod { get; init; }

    /// <summary>The time of a period in microseconds that realtime tasks may use.</summary>
    public long CpuRealtimeRuntime { get; init; }

    /// <summary>How many processors may be used; 0 if all.</summary>
    public float Cpus { get; init; }

    /// <summary>The processors that may be used.</summary>
    public string CpuSet { get; init; } = "";

    /// <summary>The weight among other containers.</summary>
    public long CpuShares { get; init; }

    /// <summary>The command; null if the image's, empty if none.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The configs that its containers see.</summary>
    public IReadOnlyList<ServiceFile> Configs { get; init; } = [];

    /// <summary>The container's name; empty if it is made from the project's and the service's.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Credentials of a managed account, on Windows.</summary>
    public CredentialSpec? CredentialSpec { get; init; }

    /// <summary>What it waits for, by service.</summary>
    public IReadOnlyDictionary<string, ServiceDependency?> DependsOn { get; init; } = new Dictionary<string, ServiceDependency?>();

    /// <summary>How it is deployed.</summary>
    public ServiceDeployment? Deploy { get; init; }

    /// <summary>Rules for devices.</summary>
    public IReadOnlyList<string> DeviceCgroupRules { get; init; } = [];

    /// <summary>Devices of the host.</summary>
    public IReadOnlyList<DeviceMapping> Devices { get; init; } = [];

    /// <summary>Name servers.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Options of the resolver.</summary>
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary>Domains in which names are searched.</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>Of old files: the Dockerfile.</summary>
    public string Dockerfile { get; init; } = "";

    /// <summary>The domain name.</summary>
    public string DomainName { get; init; } = "";

    /// <summary>The entrypoint; null if the image's, empty if none.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The program that provides the service instead of containers.</summary>
    public ServiceProvider? Provider { get; init; }

    /// <summary>The environment; a null value is a variable that is not set outside.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = Nothing.NullableTexts;

    /// <summary>Files of environment variables.</summary>
    public IReadOnlyList<EnvFile> EnvFiles { get; init; } = [];

    /// <summary>Ports that other containers see.</summary>
    public IReadOnlyList<string> Expose { get; init; } = [];

    /// <summary>Where the service was taken from; null once it has been merged.</summary>
    public ServiceExtension? Extends { get; init; }

    /// <summary>Containers of others that are linked.</summary>
    public IReadOnlyList<string> ExternalLinks { get; init; } = [];

    /// <summary>Addresses by host name, added to <c>/etc/hosts</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExtraHosts { get; init; } = Nothing.Lists;

    /// <summary>Further groups of the user.</summary>
    public IReadOnlyList<string> GroupAdd { get; init; } = [];

    /// <summary>Graphics processors that are asked for.</summary>
    public IReadOnlyList<DeviceRequest> Gpus { get; init; } = [];

    /// <summary>The host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>How health is checked.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>The image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Whether an init process runs the command; null if the daemon decides.</summary>
    public bool? Init { get; init; }

    /// <summary>The namespace of interprocess communication.</summary>
    public string Ipc { get; init; } = "";

    /// <summary>The isolation, on Windows.</summary>
    public string Isolation { get; init; } = "";

    /// <summary>Labels of its containers.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>Files of labels.</summary>
    public IReadOnlyList<string> LabelFiles { get; init; } = [];

    /// <summary>Services that are linked.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>How output is logged.</summary>
    public LoggingSettings? Logging { get; init; }

    /// <summary>Of old files: the log driver.</summary>
    public string LogDriver { get; init; } = "";

    /// <summary>Of old files: the log driver's options.</summary>
    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = Nothing.Texts;

    /// <summary>The memory limit in bytes; 0 if none.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>The memory in bytes that is reserved.</summary>
    public long MemoryReservation { get; init; }

    /// <summary>The limit of memory and swap in bytes; -1 if none.</summary>
    public long MemorySwapLimit { get; init; }

    /// <summary>How readily memory is swapped, in percent.</summary>
    public long MemorySwappiness { get; init; }

    /// <summary>The hardware address.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>Language models that it uses, by name.</summary>
    public IReadOnlyDictionary<string, ServiceModel?> Models { get; init; } = new Dictionary<string, ServiceModel?>();

    /// <summary>Of old files: the network mode.</summary>
    public string Net { get; init; } = "";

    /// <summary>The network mode; empty if it has networks.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary>The networks it is in, by name.</summary>
    public IReadOnlyDictionary<string, ServiceNetwork?> Networks { get; init; } = new Dictionary<string, ServiceNetwork?>();

    /// <summary>Whether the kernel may not kill for lack of memory.</summary>
    public bool OomKillDisable { get; init; }

    /// <summary>How readily the kernel kills for lack of memory.</summary>
    public long OomScoreAdjust { get; init; }

    /// <summary>The process namespace.</summary>
    public string Pid { get; init; } = "";

    /// <summary>How many processes there may be; -1 if any number.</summary>
    public long PidsLimit { get; init; }

    /// <summary>The platform.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Published ports.</summary>
    public IReadOnlyList<ServicePort> Ports { get; init; } = [];

    /// <summary>Whether it is privileged.</summary>
    public bool Privileged { get; init; }

    /// <summary>When its image is pulled.</summary>
    public string PullPolicy { get; init; } = "";

    /// <summary>Whether the root is read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The restart policy.</summary>
    public string Restart { get; init; } = "";

    /// <summary>The runtime.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>How many containers there are; null if nothing was said.</summary>
    public long? Scale { get; init; }

    /// <summary>The secrets that its containers see.</summary>
    public IReadOnlyList<ServiceFile> Secrets { get; init; } = [];

    /// <summary>Security options.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>The size of <c>/dev/shm</c> in bytes.</summary>
    public long SharedMemorySize { get; init; }

    /// <summary>Whether the standard input stays open.</summary>
    public bool StdinOpen { get; init; }

    /// <summary>How long it may take to stop.</summary>
    public GoDuration? StopGracePeriod { get; init; }

    /// <summary>The signal that stops it.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>Options of the storage driver.</summary>
    public IReadOnlyDictionary<string, string> StorageOptions { get; init; } = Nothing.Texts;

    /// <summary>Kernel settings.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = Nothing.Texts;

    /// <summary>Where a tmpfs is mounted, with its options.</summary>
    public IReadOnlyList<string> Tmpfs { get; init; } = [];

    /// <summary>Whether it has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Limits of its processes, by name.</summary>
    public IReadOnlyDictionary<string, Ulimit?> Ulimits { get; init; } = new Dictionary<string, Ulimit?>();

    /// <summary>Whether it sees the engine's socket.</summary>
    public bool UseApiSocket { get; init; }

    /// <summary>The user.</summary>
    public string User { get; init; } = "";

    /// <summary>The user namespace.</summary>
    public string UserNamespaceMode { get; init; } = "";

    /// <summary>The UTS namespace.</summary>
    public string Uts { get; init; } = "";

    /// <summary>Of old files: the driver of its volumes.</summary>
    public string VolumeDriver { get; init; } = "";

    /// <summary>What is mounted.</summary>
    public IReadOnlyList<ServiceMount> Volumes { get; init; } = [];

    /// <summary>Services or containers whose volumes are mounted, too.</summary>
    public IReadOnlyList<string> VolumesFrom { get; init; } = [];

    /// <summary>The working directory.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>What runs after a container has started.</summary>
    public IReadOnlyList<ServiceHook> PostStart { get; init; } = [];

    /// <summary>What runs before a container is stopped.</summary>
    public IReadOnlyList<ServiceHook> PreStop { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;
}
