using Quai.Compose.Model.Building;
using Quai.Compose.Model.Deploying;
using Quai.Compose.Model.Limits;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

public sealed partial record ComposeService
{
    internal static ComposeService Read(ComposeMapping node) => new()
    {
        Profiles = node.Texts("profiles"),
        Annotations = node.TextMap("annotations"),
        Attach = node.FlagOrNull("attach"),
        Build = node.One("build", ServiceBuild.Read),
        Develop = node.One("develop", ServiceDevelopment.Read),
        BlockIo = node.One("blkio_config", BlockIoLimits.Read),
        CapAdd = node.Texts("cap_add"),
        CapDrop = node.Texts("cap_drop"),
        CgroupParent = node.Text("cgroup_parent"),
        Cgroup = node.Text("cgroup"),
        CpuCount = node.Number("cpu_count"),
        CpuPercent = node.Real("cpu_percent"),
        CpuPeriod = node.Number("cpu_period"),
        CpuQuota = node.Number("cpu_quota"),
        CpuRealtimePeriod = node.Number("cpu_rt_period"),
        CpuRealtimeRuntime = node.Number("cpu_rt_runtime"),
        Cpus = node.Real("cpus"),
        CpuSet = node.Text("cpuset"),
        CpuShares = node.Number("cpu_shares"),
        Command = node.Command("command"),
        Configs = node.Many("configs", ServiceFile.Read),
        ContainerName = node.Text("container_name"),
        CredentialSpec = node.One("credential_spec", CredentialSpec.Read),
        DependsOn = node.Named("depends_on", ServiceDependency.Read),
        Deploy = node.One("deploy", ServiceDeployment.Read),
        DeviceCgroupRules = node.Texts("device_cgroup_rules"),
        Devices = node.Many("devices", DeviceMapping.Read),
        Dns = node.Texts("dns"),
        DnsOptions = node.Texts("dns_opt"),
        DnsSearch = node.Texts("dns_search"),
        Dockerfile = node.Text("dockerfile"),
        DomainName = node.Text("domainname"),
        Entrypoint = node.Command("entrypoint"),
        Provider = node.One("provider", ServiceProvider.Read),
        Environment = node.NullableTextMap("environment"),
        EnvFiles = node.Many("env_file", EnvFile.Read),
        Expose = node.Texts("expose"),
        Extends = node.One("extends", ServiceExtension.Read),
        ExternalLinks = node.Texts("external_links"),
        ExtraHosts = node.Hosts("extra_hosts"),
        GroupAdd = node.Texts("group_add"),
        Gpus = node.Many("gpus", DeviceRequest.Read),
        Hostname = node.Text("hostname"),
        Healthcheck = node.One("healthcheck", Healthcheck.Read),
        Image = node.Text("image"),
        Init = node.FlagOrNull("init"),
        Ipc = node.Text("ipc"),
        Isolation = node.Text("isolation"),
        Labels = node.TextMap("labels"),
        LabelFiles = node.Texts("label_file"),
        Links = node.Texts("links"),
        Logging = node.One("logging", LoggingSettings.Read),
        LogDriver = node.Text("log_driver"),
        LogOptions = node.TextMap("log_opt"),
        MemoryLimit = node.Bytes("mem_limit"),
        MemoryReservation = node.Bytes("mem_reservation"),
        MemorySwapLimit = node.Bytes("memswap_limit"),
        MemorySwappiness = node.Bytes("mem_swappiness"),
        MacAddress = node.Text("mac_address"),
        Models = node.Named("models", ServiceModel.Read),
        Net = node.Text("net"),
        NetworkMode = node.Text("network_mode"),
        Networks = node.Named("networks", ServiceNetwork.Read),
        OomKillDisable = node.Flag("oom_kill_disable"),
        OomScoreAdjust = node.Number("oom_score_adj"),
        Pid = node.Text("pid"),
        PidsLimit = node.Number("pids_limit"),
        Platform = node.Text("platform"),
        Ports = node.Many("ports", ServicePort.Read),
        Privileged = node.Flag("privileged"),
        PullPolicy = node.Text("pull_policy"),
        ReadOnly = node.Flag("read_only"),
        Restart = node.Text("restart"),
        Runtime = node.Text("runtime"),
        Scale = node.NumberOrNull("scale"),
        Secrets = node.Many("secrets", ServiceFile.Read),
        SecurityOptions = node.Texts("security_opt"),
        SharedMemorySize = node.Bytes("shm_size"),
        StdinOpen = node.Flag("stdin_open"),
        StopGracePeriod = node.DurationOrNull("stop_grace_period"),
        StopSignal = node.Text("stop_signal"),
        StorageOptions = node.TextMap("storage_opt"),
        Sysctls = node.TextMap("sysctls"),
        Tmpfs = node.Texts("tmpfs"),
        Tty = node.Flag("tty"),
        Ulimits = node.Named("ulimits", Ulimit.Read),
        UseApiSocket = node.Flag("use_api_socket"),
        User = node.Text("user"),
        UserNamespaceMode = node.Text("userns_mode"),
        Uts = node.Text("uts"),
        VolumeDriver = node.Text("volume_driver"),
        Volumes = node.Many("volumes", ServiceMount.Read),
        VolumesFrom = node.Texts("volumes_from"),
        WorkingDirectory = node.Text("working_dir"),
        PostStart = node.Many("post_start", ServiceHook.Read),
        PreStop = node.Many("pre_stop", ServiceHook.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Texts("profiles", Profiles)
        .TextMap("annotations", Annotations)
        .FlagOrNull("attach", Attach)
        .One("build", Build?.Write(json))
        .One("develop", Develop?.Write(json))
        .One("blkio_config", BlockIo?.Write(json))
        .Texts("cap_add", CapAdd)
        .Texts("cap_drop", CapDrop)
        .Text("cgroup_parent", CgroupParent)
        .Text("cgroup", Cgroup)
        .Number("cpu_count", CpuCount)
        .Real("cpu_percent", CpuPercent)
        .Number("cpu_period", CpuPeriod)
        .Number("cpu_quota", CpuQuota)
        .Number("cpu_rt_period", CpuRealtimePeriod)
        .Number("cpu_rt_runtime", CpuRealtimeRuntime)
        .Real("cpus", Cpus)
        .Text("cpuset", CpuSet)
        .Number("cpu_shares", CpuShares)
        .Command("command", Command)
        .Many("configs", Configs, one => one.Write(json))
        .Text("container_name", ContainerName)
        .One("credential_spec", CredentialSpec?.Write(json))
        .Named("depends_on", DependsOn, one => one.Write(json))
        .One("deploy", Deploy?.Write(json))
        .Texts("device_cgroup_rules", DeviceCgroupRules)
        .Many("devices", Devices, one => one.Write(json))
        .Texts("dns", Dns)
        .Texts("dns_opt", DnsOptions)
        .Texts("dns_search", DnsSearch)
        .Text("dockerfile", Dockerfile)
        .Text("domainname", DomainName)
        .Command("entrypoint", Entrypoint)
        .One("provider", Provider?.Write(json))
        .NullableTextMap("environment", Environment)
        .Many("env_file", EnvFiles, one => one.Write(json))
        .Texts("expose", Expose)
        .One("extends", Extends?.Write(json))
        .Texts("external_links", ExternalLinks)
        .Hosts("extra_hosts", ExtraHosts)
        .Texts("group_add", GroupAdd)
        .Many("gpus", Gpus, one => one.Write(json))
        .Text("hostname", Hostname)
        .One("healthcheck", Healthcheck?.Write(json))
        .Text("image", Image)
        .FlagOrNull("init", Init)
        .Text("ipc", Ipc)
        .Text("isolation", Isolation)
        .TextMap("labels", Labels)
        .Texts("label_file", LabelFiles)
        .Texts("links", Links)
        .One("logging", Logging?.Write(json))
        .Text("log_driver", LogDriver)
        .TextMap("log_opt", LogOptions)
        .Bytes("mem_limit", MemoryLimit)
        .Bytes("mem_reservation", MemoryReservation)
        .Bytes("memswap_limit", MemorySwapLimit)
        .Bytes("mem_swappiness", MemorySwappiness)
        .Text("mac_address", MacAddress)
        .Named("models", Models, one => one.Write(json))
        .Text("net", Net)
        .Text("network_mode", NetworkMode)
        .Named("networks", Networks, one => one.Write(json))
        .Flag("oom_kill_disable", OomKillDisable)
        .Number("oom_score_adj", OomScoreAdjust)
        .Text("pid", Pid)
        .Number("pids_limit", PidsLimit)
        .Text("platform", Platform)
        .Many("ports", Ports, one => one.Write(json))
        .Flag("privileged", Privileged)
        .Text("pull_policy", PullPolicy)
        .Flag("read_only", ReadOnly)
        .Text("restart", Restart)
        .Text("runtime", Runtime)
        .NumberOrNull("scale", Scale)
        .Many("secrets", Secrets, one => one.Write(json))
        .Texts("security_opt", SecurityOptions)
        .Bytes("shm_size", SharedMemorySize)
        .Flag("stdin_open", StdinOpen)
        .DurationOrNull("stop_grace_period", StopGracePeriod)
        .Text("stop_signal", StopSignal)
        .TextMap("storage_opt", StorageOptions)
        .TextMap("sysctls", Sysctls)
        .Texts("tmpfs", Tmpfs)
        .Flag("tty", Tty)
        .Named("ulimits", Ulimits, one => one.Write(json))
        .Flag("use_api_socket", UseApiSocket)
        .Text("user", User)
        .Text("userns_mode", UserNamespaceMode)
        .Text("uts", Uts)
        .Text("volume_driver", VolumeDriver)
        .Many("volumes", Volumes, one => one.Write(json))
        .Texts("volumes_from", VolumesFrom)
        .Text("working_dir", WorkingDirectory)
        .Many("post_start", PostStart, one => one.Write(json))
        .Many("pre_stop", PreStop, one => one.Write(json))
        .Extensions(Extensions)
        .Done();
}
