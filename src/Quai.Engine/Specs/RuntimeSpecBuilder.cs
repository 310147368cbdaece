using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Quai.Cdi;
using Quai.Engine.Containers.Spec;
using Quai.Linux;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Limits = Quai.Oci.Runtime.Resources;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Engine.Specs;

/// <summary>Builds a container's runtime configuration as Docker does.</summary>
public static partial class RuntimeSpecBuilder
{
    private static readonly ConcurrentDictionary<ulong, Profile> s_defaultFilters = [];

    /// <summary>Masked paths, unless <c>systempaths=unconfined</c> or <c>--privileged</c>.</summary>
    public static IReadOnlyList<string> DefaultMaskedPaths { get; } =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", .. Processors.ThrottleFolders(),
    ];

    /// <summary>Read-only paths, unless as above.</summary>
    public static IReadOnlyList<string> DefaultReadonlyPaths { get; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Builds the configuration.</summary>
    /// <exception cref="Errors.QuaiException">An option is malformed, or a device does not exist.</exception>
    public static RuntimeSpec Build(SpecRequest request)
    {
        ContainerSpec wanted = request.Spec;
        SecurityOptions security = wanted.Security.Options();
        IReadOnlyList<string> capabilities = CapabilitiesOf(wanted.Security);
        List<Mount> mounts = BuildMounts(request, security);
        (List<Device> devices, List<DeviceRule> rules) = BuildDevices(wanted.Devices, wanted.Security.Privileged);
        Limits resources = BuildResources(wanted.Limits);
        resources.Devices = rules;
        var spec = new RuntimeSpec
        {
            Process = BuildProcess(request, capabilities, security),
            Root = new Root { Path = request.RootPath, Readonly = wanted.Security.ReadonlyRoot },
            Hostname = request.Uts.IsHost ? null : request.Hostname,
            Mounts = mounts,
            Annotations = wanted.Annotations is { } annotations ? new(annotations) : null,
            Linux = new LinuxSection
            {
                Namespaces = BuildNamespaces(request),
                Devices = devices.Count > 0 ? devices : null,
                CgroupsPath = request.CgroupsPath,
                Resources = resources,
                RootfsPropagation = PropagationOf(request.Mounts),
                Seccomp = BuildFilter(request, capabilities, security),
                Sysctl = BuildSysctls(request),
                MaskedPaths = wanted.Security.Privileged ? null : PathsOf(wanted.Security.MaskedPaths, DefaultMaskedPaths),
                ReadonlyPaths = wanted.Security.Privileged ? null : PathsOf(wanted.Security.ReadonlyPaths, DefaultReadonlyPaths),
            },
        };
        if (request.Injected != DeviceEdits.None)
        {
            InjectedDevices.Apply(spec, request.Injected);
        }

        return spec;
    }

    /// <summary>A container's capabilities according to its options.</summary>
    /// <exception cref="Errors.QuaiException">One is unknown.</exception>
    public static IReadOnlyList<string> CapabilitiesOf(SecuritySpec security) =>
        CapabilityRules.Apply(Capabilities.Default, security.CapAdd, security.CapDrop, security.Privileged);

    /// <summary>The filter of a container, null for none. Equal defaults are the same object, so that it is compiled once.</summary>
    private static Profile? BuildFilter(SpecRequest request, IReadOnlyList<string> capabilities, SecurityOptions security)
    {
        string? profile = security.SeccompProfile;
        if (request.Spec.Security.Privileged && profile is null)
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

    private static List<string>? PathsOf(IReadOnlyList<string>? chosen, IReadOnlyList<string> defaults)
    {
        IReadOnlyList<string> paths = chosen ?? defaults;
        return paths.Count > 0 ? [.. paths] : null;
    }
}
