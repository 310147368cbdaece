using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Engine.Specs;

/// <summary>Makes a container's runtime configuration as Docker makes it.</summary>
public static partial class RuntimeSpecBuilder
{
    private static readonly ConcurrentDictionary<ulong, Profile> s_defaultFilters = [];

    /// <summary>What a container must not see, unless <c>systempaths=unconfined</c> or <c>--privileged</c>.</summary>
    public static IReadOnlyList<string> DefaultMaskedPaths { get; } =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", .. Processors.ThrottleFolders(),
    ];

    /// <summary>What a container must not write to, unless as above.</summary>
    public static IReadOnlyList<string> DefaultReadonlyPaths { get; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Makes the configuration.</summary>
    /// <exception cref="Errors.QuaiException">An option is malformed, or a device is not there.</exception>
    public static RuntimeSpec Build(SpecRequest request)
    {
        Api.Containers.HostConfig host = request.HostConfig;
        SecurityOptions security = SecurityOptions.Parse(host.SecurityOpt);
        IReadOnlyList<string> capabilities = CapabilitiesOf(host);
        string parent = host.CgroupParent.Length > 0 ? host.CgroupParent : request.CgroupParent;
        List<Mount> mounts = BuildMounts(request);
        (List<Device> devices, List<DeviceRule> rules) = BuildDevices(host);
        return new RuntimeSpec
        {
            Process = BuildProcess(request, capabilities, security),
            Root = new Root { Path = request.RootPath, Readonly = host.ReadonlyRootfs },
            Hostname = request.Uts.IsHost ? null : request.Hostname,
            Mounts = mounts,
            Annotations = host.Annotations,
            Linux = new LinuxSection
            {
                Namespaces = BuildNamespaces(request),
                Devices = devices.Count > 0 ? devices : null,
                CgroupsPath = $"{(parent.StartsWith('/') ? "" : "/")}{parent.TrimEnd('/')}/{request.Id}",
                Resources = BuildResources(host, rules),
                RootfsPropagation = PropagationOf(request.Mounts),
                Seccomp = BuildFilter(request, capabilities, security),
                Sysctl = BuildSysctls(request),
                MaskedPaths = host.Privileged ? null : PathsOf(host.MaskedPaths, DefaultMaskedPaths),
                ReadonlyPaths = host.Privileged ? null : PathsOf(host.ReadonlyPaths, DefaultReadonlyPaths),
            },
        };
    }

    /// <summary>A container's capabilities by its options.</summary>
    /// <exception cref="Errors.QuaiException">One is not known.</exception>
    public static IReadOnlyList<string> CapabilitiesOf(Api.Containers.HostConfig host) =>
        CapabilityRules.Apply(Capabilities.Default, host.CapAdd, host.CapDrop, host.Privileged);

    /// <summary>The filter of a container, null for none. The same default is the same object, so that it is compiled once.</summary>
    private static Profile? BuildFilter(SpecRequest request, IReadOnlyList<string> capabilities, SecurityOptions security)
    {
        string? profile = security.SeccompProfile;
        if (request.HostConfig.Privileged && profile is null)
        {
            return null;
        }

        profile = profile is null or "" ? request.SeccompProfile : profile;
        Version kernel = Environment.OSVersion.Version;
        return profile switch
        {
            "unconfined" => null,
            null or "" or "builtin" => s_defaultFilters.GetOrAdd(
                Capabilities.ToMask(capabilities),
                static (_, state) => DefaultSeccompProfile.For(state.Set, RuntimeInformation.OSArchitecture, state.Kernel),
                (Set: capabilities.ToHashSet(), Kernel: kernel)),
            _ => SeccompProfileReader.Parse(profile, capabilities.ToHashSet(), RuntimeInformation.OSArchitecture, kernel),
        };
    }

    private static List<string>? PathsOf(List<string>? chosen, IReadOnlyList<string> defaults)
    {
        IReadOnlyList<string> paths = chosen ?? defaults;
        return paths.Count > 0 ? [.. paths] : null;
    }
}
