using Quai.Cli.Formatting;
using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of the part of a container that belongs to its host. Names and order of fields are those of Docker's client.</summary>
internal static class HostConfigTypes
{
    public static GoStructType LogConfig { get; } = new("LogConfig",
        Text("Type"), TextMap("Config"));

    public static GoStructType RestartPolicy { get; } = new("RestartPolicy",
        Text("Name"), Number("MaximumRetryCount"));

    public static GoStructType WeightDevice { get; } = new("WeightDevice",
        Text("Path"), Number("Weight"));

    public static GoStructType ThrottleDevice { get; } = new("ThrottleDevice",
        Text("Path"), Number("Rate"));

    public static GoStructType DeviceMapping { get; } = new("DeviceMapping",
        Text("PathOnHost"), Text("PathInContainer"), Text("CgroupPermissions"));

    public static GoStructType DeviceRequest { get; } = new("DeviceRequest",
        Text("Driver"), Number("Count"), Texts("DeviceIDs"), Field("Capabilities", GoType.Text.List.List), TextMap("Options"));

    public static GoStructType Ulimit { get; } = new("Ulimit",
        Text("Name"), Number("Hard"), Number("Soft")) { Print = u => $"{u.Text("Name")}={u.Number("Soft")}:{u.Number("Hard")}" };

    public static GoStructType BindOptions { get; } = new("BindOptions",
        Text("Propagation"), Truth("NonRecursive"), Truth("CreateMountpoint"), Truth("ReadOnlyNonRecursive"), Truth("ReadOnlyForceRecursive"));

    public static GoStructType DriverConfig { get; } = new("DriverConfig",
        Text("Name"), TextMap("Options"));

    public static GoStructType VolumeOptions { get; } = new("VolumeOptions",
        Truth("NoCopy"), TextMap("Labels"), Text("Subpath"), Field("DriverConfig", DriverConfig.Pointer));

    public static GoStructType ImageOptions { get; } = new("ImageOptions",
        Text("Subpath"));

    public static GoStructType TmpfsOptions { get; } = new("TmpfsOptions",
        Number("SizeBytes"), Number("Mode"), Field("Options", GoType.Text.List.List));

    public static GoStructType MountSpec { get; } = new("MountSpec",
        Text("Type"), Text("Source"), Text("Target"), Truth("ReadOnly"), Text("Consistency"), Field("BindOptions", BindOptions.Pointer),
        Field("VolumeOptions", VolumeOptions.Pointer), Field("ImageOptions", ImageOptions.Pointer), Field("TmpfsOptions", TmpfsOptions.Pointer),
        Field("ClusterOptions", SharedTypes.Empty.Pointer));

    public static GoStructType HostConfig { get; } = new("HostConfig",
        Texts("Binds"), Text("ContainerIDFile"), Field("LogConfig", LogConfig), Text("NetworkMode"),
        Field("PortBindings", SharedTypes.PortBinding.List.MapBy("nat.Port")), Field("RestartPolicy", RestartPolicy), Truth("AutoRemove"),
        Text("VolumeDriver"), Texts("VolumesFrom"), Field("ConsoleSize", GoType.Number.List), TextMap("Annotations"), Texts("CapAdd"), Texts("CapDrop"),
        Text("CgroupnsMode"), Texts("DNS", "Dns"), Texts("DNSOptions", "DnsOptions"), Texts("DNSSearch", "DnsSearch"), Texts("ExtraHosts"), Texts("GroupAdd"),
        Text("IpcMode"), Text("Cgroup"), Texts("Links"), Number("OomScoreAdj"), Text("PidMode"), Truth("Privileged"), Truth("PublishAllPorts"),
        Truth("ReadonlyRootfs"), Texts("SecurityOpt"), TextMap("StorageOpt"), TextMap("Tmpfs"), Text("UTSMode"), Text("UsernsMode"), Number("ShmSize"),
        TextMap("Sysctls"), Text("Runtime"), Text("Isolation"), Number("CPUShares", "CpuShares"), Number("Memory"), Number("NanoCPUs", "NanoCpus"),
        Text("CgroupParent"), Number("BlkioWeight"), Field("BlkioWeightDevice", WeightDevice.Pointer.List),
        Field("BlkioDeviceReadBps", ThrottleDevice.Pointer.List), Field("BlkioDeviceWriteBps", ThrottleDevice.Pointer.List),
        Field("BlkioDeviceReadIOps", ThrottleDevice.Pointer.List), Field("BlkioDeviceWriteIOps", ThrottleDevice.Pointer.List),
        Number("CPUPeriod", "CpuPeriod"), Number("CPUQuota", "CpuQuota"), Number("CPURealtimePeriod", "CpuRealtimePeriod"),
        Number("CPURealtimeRuntime", "CpuRealtimeRuntime"), Text("CpusetCpus"), Text("CpusetMems"), Field("Devices", DeviceMapping.List),
        Texts("DeviceCgroupRules"), Field("DeviceRequests", DeviceRequest.List), Number("KernelMemory"), Number("KernelMemoryTCP"),
        Number("MemoryReservation"), Number("MemorySwap"), Field("MemorySwappiness", GoType.Number.Pointer), Field("OomKillDisable", GoType.Truth.Pointer),
        Field("PidsLimit", GoType.Number.Pointer), Field("Ulimits", Ulimit.Pointer.List), Number("CPUCount", "CpuCount"), Number("CPUPercent", "CpuPercent"),
        Number("IOMaximumIOps"), Number("IOMaximumBandwidth"), Field("Mounts", MountSpec.List), Texts("MaskedPaths"), Texts("ReadonlyPaths"),
        Field("Init", GoType.Truth.Pointer));
}
