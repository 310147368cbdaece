using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.Spec.Networking;

namespace Quai.Engine.Containers.Spec;

/// <summary>
/// What a container is to be: its request, completed by its image and by the daemon's defaults, parsed and checked once, when it came in. It never changes;
/// an update makes another one. It is stored as it is, and <see cref="Views.SpecView"/> shows it as the API does.
/// </summary>
/// <remarks>A list or a map that is null was not given, which the API shows apart from one that is empty.</remarks>
public sealed record ContainerSpec
{
    /// <summary>The image as the request named it.</summary>
    public required string Image { get; init; }

    /// <summary>The host's name in the container; empty where it is another's to say.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The domain's name in the container.</summary>
    public string Domainname { get; init; } = "";

    /// <summary>Labels, the image's among them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations of the runtime's configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What runs.</summary>
    public required ProgramSpec Program { get; init; }

    /// <summary>How it is found out whether it is well; null for not at all.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>Which namespaces are its own, but for the network's.</summary>
    public NamespaceModes Namespaces { get; init; } = new();

    /// <summary>Its network, names and ports.</summary>
    public required NetworkSpec Network { get; init; }

    /// <summary>Its mounts, parents before what lies below them.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>The mounts in the words of the request.</summary>
    public MountsAsked MountsAsked { get; init; } = new();

    /// <summary>Bytes of its /dev/shm.</summary>
    public long SharedMemorySize { get; init; }

    /// <summary>What it may do.</summary>
    public SecuritySpec Security { get; init; } = new();

    /// <summary>Kernel settings by their sysctl names.</summary>
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    /// <summary>The parent of its cgroup; empty for the daemon's.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>How much it may use, which an update changes.</summary>
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>Limits of each of its processes.</summary>
    public IReadOnlyList<UlimitSpec> Ulimits { get; init; } = [];

    /// <summary>Devices of the host's that it has.</summary>
    public DeviceSpec Devices { get; init; } = new();

    /// <summary>Where its output goes.</summary>
    public required LogSpec Log { get; init; }

    /// <summary>Whether it is started again when it ends.</summary>
    public RestartSpec Restart { get; init; } = RestartSpec.Never;

    /// <summary>Whether it is removed when it ends.</summary>
    public bool AutoRemove { get; init; }

    /// <summary>The OCI runtime's name.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>What is shown again and means nothing here.</summary>
    public ShownSettings Shown { get; init; } = new();
}
