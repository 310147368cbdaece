using System.Text.Json.Serialization;
namespace Quai.Oci.Runtime;

#pragma warning disable CS1591 // every member is named and defined by the OCI runtime specification's config.md and config-linux.md

/// <summary>A container's <c>config.json</c> (OCI runtime specification 1.2): what to run, on which root, in which namespaces, within which limits.</summary>
public sealed class RuntimeSpec
{
    public string OciVersion { get; set; } = "1.2.0";
    public Process? Process { get; set; }
    public Root? Root { get; set; }
    public string? Hostname { get; set; }
    public string? Domainname { get; set; }
    public List<Mount>? Mounts { get; set; }
    public Hooks? Hooks { get; set; }
    public Dictionary<string, string>? Annotations { get; set; }
    public LinuxSection? Linux { get; set; }
}

/// <summary>The program: arguments, environment, user, capabilities, limits.</summary>
public sealed class Process
{
    public bool Terminal { get; set; }
    public ConsoleSize? ConsoleSize { get; set; }
    public User User { get; set; } = new();
    public List<string> Args { get; set; } = [];
    public string? CommandLine { get; set; }
    public List<string>? Env { get; set; }
    public string Cwd { get; set; } = "/";
    public CapabilitySets? Capabilities { get; set; }
    public List<Rlimit>? Rlimits { get; set; }
    public bool NoNewPrivileges { get; set; }
    public string? ApparmorProfile { get; set; }
    public int? OomScoreAdj { get; set; }
    public string? SelinuxLabel { get; set; }
    public IoPriority? IoPriority { get; set; }
    public Scheduler? Scheduler { get; set; }
    public CpuAffinity? ExecCpuAffinity { get; set; }
}

/// <summary>Processors, such as <c>0-3,7</c>, for the beginning of an exec and for its program.</summary>
public sealed class CpuAffinity
{
    public string? Initial { get; set; }
    public string? Final { get; set; }
}

public sealed class ConsoleSize
{
    public uint Height { get; set; }
    public uint Width { get; set; }
}

public sealed class User
{
    public uint Uid { get; set; }
    public uint Gid { get; set; }
    public uint? Umask { get; set; }
    public List<uint>? AdditionalGids { get; set; }
    public string? Username { get; set; }
}

/// <summary>The five capability sets, as names such as <c>CAP_CHOWN</c>.</summary>
public sealed class CapabilitySets
{
    public List<string>? Bounding { get; set; }
    public List<string>? Effective { get; set; }
    public List<string>? Inheritable { get; set; }
    public List<string>? Permitted { get; set; }
    public List<string>? Ambient { get; set; }
}

public sealed class Rlimit
{
    public string Type { get; set; } = "";
    public ulong Hard { get; set; }
    public ulong Soft { get; set; }
}

public sealed class IoPriority
{
    public string Class { get; set; } = "";
    public int Priority { get; set; }
}

public sealed class Scheduler
{
    public string Policy { get; set; } = "";
    public int? Nice { get; set; }
    public int? Priority { get; set; }
    public List<string>? Flags { get; set; }
    public ulong? Runtime { get; set; }
    public ulong? Deadline { get; set; }
    public ulong? Period { get; set; }
}

public sealed class Root
{
    public string Path { get; set; } = "";
    public bool Readonly { get; set; }
}

public sealed class Mount
{
    public string Destination { get; set; } = "";
    public string? Type { get; set; }
    public string? Source { get; set; }

    /// <summary>
    /// Not part of the specification: bind this path beneath <see cref="Source"/>, opened when it is mounted; links cannot lead outside it.
    /// Null: the source itself.
    /// </summary>
    [JsonIgnore]
    public string? Subpath { get; set; }

    /// <summary>Not part of the specification: bind the file system that these layers make, read-only, rather than a source.</summary>
    [JsonIgnore]
    public MountLayers? Layers { get; set; }

    /// <summary>Not part of the specification: the file of a user namespace that says how owners are shown (mount_setattr(2)'s <c>MOUNT_ATTR_IDMAP</c>); null for as they are.</summary>
    [JsonIgnore]
    public string? OwnersFile { get; set; }

    public List<string>? Options { get; set; }
    public List<IdMapping>? UidMappings { get; set; }
    public List<IdMapping>? GidMappings { get; set; }
}

/// <summary>Folders that make one file system.</summary>
/// <param name="Root">The folder that the others are relative to.</param>
/// <param name="Lower">The folders, topmost first.</param>
/// <param name="IsFile">Whether what is bound of it is a file.</param>
public sealed record MountLayers(string Root, IReadOnlyList<string> Lower, bool IsFile)
{
    /// <summary>The folder that is written to, relative to the root; null for a file system that is only read.</summary>
    public string? Upper { get; init; }

    /// <summary>overlayfs's work folder beside it.</summary>
    public string? Work { get; init; }
}

public sealed class Hooks
{
    public List<Hook>? Prestart { get; set; }
    public List<Hook>? CreateRuntime { get; set; }
    public List<Hook>? CreateContainer { get; set; }
    public List<Hook>? StartContainer { get; set; }
    public List<Hook>? Poststart { get; set; }
    public List<Hook>? Poststop { get; set; }
}

public sealed class Hook
{
    public string Path { get; set; } = "";
    public List<string>? Args { get; set; }
    public List<string>? Env { get; set; }
    public int? Timeout { get; set; }
}

public sealed class IdMapping
{
    public uint ContainerId { get; set; }

    public uint HostId { get; set; }
    public uint Size { get; set; }
}

public sealed class LinuxSection
{
    public List<LinuxNamespace>? Namespaces { get; set; }
    public List<IdMapping>? UidMappings { get; set; }
    public List<IdMapping>? GidMappings { get; set; }
    public List<Device>? Devices { get; set; }
    public string? CgroupsPath { get; set; }
    public Resources? Resources { get; set; }
    public string? RootfsPropagation { get; set; }
    public Seccomp? Seccomp { get; set; }
    public Dictionary<string, string>? Sysctl { get; set; }
    public List<string>? MaskedPaths { get; set; }
    public List<string>? ReadonlyPaths { get; set; }
    public string? MountLabel { get; set; }
    public Personality? Personality { get; set; }
    public Dictionary<string, TimeOffset>? TimeOffsets { get; set; }
    public MemoryPolicy? MemoryPolicy { get; set; }
    public Dictionary<string, NetDevice>? NetDevices { get; set; }
}

/// <summary>set_mempolicy(2): <c>MPOL_*</c>, nodes such as <c>0-3,7</c>, and <c>MPOL_F_*</c>.</summary>
public sealed class MemoryPolicy
{
    public string Mode { get; set; } = "";
    public string? Nodes { get; set; }
    public List<string>? Flags { get; set; }
}

/// <summary>An interface of the host's that becomes the container's, and its name there; null for the same one.</summary>
public sealed class NetDevice
{
    public string? Name { get; set; }
}

public sealed class Personality
{
    public string Domain { get; set; } = "";
    public List<string>? Flags { get; set; }
}

public sealed class TimeOffset
{
    public long Secs { get; set; }
    public uint Nanosecs { get; set; }
}

/// <summary>A namespace to create (no path) or to join (path). Type: pid network mount ipc uts user cgroup time.</summary>
public sealed class LinuxNamespace
{
    public string Type { get; set; } = "";
    public string? Path { get; set; }
}

public sealed class Device
{
    public string Type { get; set; } = "";
    public string Path { get; set; } = "";
    public long Major { get; set; }
    public long Minor { get; set; }
    public uint? FileMode { get; set; }
    public uint? Uid { get; set; }
    public uint? Gid { get; set; }
}

public sealed class Resources
{
    public List<DeviceRule>? Devices { get; set; }
    public MemoryResources? Memory { get; set; }
    public CpuResources? Cpu { get; set; }
    public PidsResources? Pids { get; set; }
    public BlockIoResources? BlockIO { get; set; }
    public List<HugepageLimit>? HugepageLimits { get; set; }
    public NetworkResources? Network { get; set; }
    public Dictionary<string, RdmaLimit>? Rdma { get; set; }
    public Dictionary<string, string>? Unified { get; set; }
}

/// <summary>cgroup v1's net_cls and net_prio.</summary>
public sealed class NetworkResources
{
    public uint? ClassId { get; set; }
    public List<InterfacePriority>? Priorities { get; set; }
}

public sealed class InterfacePriority
{
    public string Name { get; set; } = "";
    public uint Priority { get; set; }
}

public sealed class RdmaLimit
{
    public uint? HcaHandles { get; set; }
    public uint? HcaObjects { get; set; }
}

public sealed class DeviceRule
{
    public bool Allow { get; set; }
    public string? Type { get; set; }
    public long? Major { get; set; }
    public long? Minor { get; set; }
    public string? Access { get; set; }
}

/// <summary>Memory limits, in bytes; -1 is unlimited.</summary>
public sealed class MemoryResources
{
    public long? Limit { get; set; }
    public long? Reservation { get; set; }
    public long? Swap { get; set; }
    public long? Kernel { get; set; }
    public ulong? Swappiness { get; set; }
    public bool? DisableOOMKiller { get; set; }
    public bool? CheckBeforeUpdate { get; set; }
}

/// <summary>CPU limits; quota and period in microseconds.</summary>
public sealed class CpuResources
{
    public ulong? Shares { get; set; }
    public long? Quota { get; set; }
    public ulong? Burst { get; set; }
    public ulong? Period { get; set; }
    public long? RealtimeRuntime { get; set; }
    public ulong? RealtimePeriod { get; set; }
    public string? Cpus { get; set; }
    public string? Mems { get; set; }
    public long? Idle { get; set; }
}

public sealed class PidsResources
{
    public long Limit { get; set; }
}

public sealed class BlockIoResources
{
    public ushort? Weight { get; set; }
    public ushort? LeafWeight { get; set; }
    public List<WeightDevice>? WeightDevice { get; set; }
    public List<ThrottleDevice>? ThrottleReadBpsDevice { get; set; }
    public List<ThrottleDevice>? ThrottleWriteBpsDevice { get; set; }
    public List<ThrottleDevice>? ThrottleReadIOPSDevice { get; set; }
    public List<ThrottleDevice>? ThrottleWriteIOPSDevice { get; set; }
}

public sealed class WeightDevice
{
    public long Major { get; set; }
    public long Minor { get; set; }
    public ushort? Weight { get; set; }
    public ushort? LeafWeight { get; set; }
}

public sealed class ThrottleDevice
{
    public long Major { get; set; }
    public long Minor { get; set; }
    public ulong Rate { get; set; }
}

public sealed class HugepageLimit
{
    public string PageSize { get; set; } = "";
    public ulong Limit { get; set; }
}

/// <summary>A system call filter in the specification's form; compiled to BPF by the runtime.</summary>
public sealed class Seccomp
{
    public string DefaultAction { get; set; } = "";
    public uint? DefaultErrnoRet { get; set; }
    public List<string>? Architectures { get; set; }
    public List<string>? Flags { get; set; }
    public string? ListenerPath { get; set; }
    public string? ListenerMetadata { get; set; }
    public List<SeccompSyscall>? Syscalls { get; set; }
}

public sealed class SeccompSyscall
{
    public List<string> Names { get; set; } = [];
    public string Action { get; set; } = "";
    public uint? ErrnoRet { get; set; }
    public List<SeccompArg>? Args { get; set; }
}

public sealed class SeccompArg
{
    public uint Index { get; set; }
    public ulong Value { get; set; }
    public ulong ValueTwo { get; set; }
    public string Op { get; set; } = "";
}
