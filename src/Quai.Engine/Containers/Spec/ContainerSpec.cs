using System.Text.Json.Serialization;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.Spec.Networking;

namespace Quai.Engine.Containers.Spec;

/// <summary>
/// What a container is to be: its request, completed from its image and the daemon's defaults, parsed and validated once, on arrival. It never changes;
/// an update makes a new one. It is stored as it is, and <see cref="Views.SpecView"/> shows it in the API's form.
/// </summary>
/// <remarks>A null list or map was not given, which the API distinguishes from an empty one.</remarks>
public sealed record ContainerSpec
{
    /// <summary>The image as the request named it.</summary>
    public required string Image { get; init; }

    /// <summary>The host name in the container; empty if another container or the host decides it.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The domain name in the container.</summary>
    public string Domainname { get; init; } = "";

    /// <summary>Labels, including the image's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations of the runtime's configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What runs.</summary>
    public required ProgramSpec Program { get; init; }

    /// <summary>Its health check; null for none.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>Whose namespaces it uses, except for the network's.</summary>
    public NamespaceModes Namespaces { get; init; } = new();

    /// <summary>Its network, names and ports.</summary>
    public required NetworkSpec Network { get; init; }

    /// <summary>Its mounts, parents before their children.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>The mounts as written in the request.</summary>
    public MountsAsked MountsAsked { get; init; } = new();

    /// <summary>Size of its /dev/shm, in bytes.</summary>
    public long SharedMemorySize { get; init; }

    /// <summary>Its privileges.</summary>
    public SecuritySpec Security { get; init; } = new();

    /// <summary>Kernel settings by their sysctl names.</summary>
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    /// <summary>The parent of its cgroup; empty for the daemon's.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Resource limits, which an update can change.</summary>
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>Limits of each of its processes.</summary>
    public IReadOnlyList<UlimitSpec> Ulimits { get; init; } = [];

    /// <summary>Host devices that it has.</summary>
    public DeviceSpec Devices { get; init; } = new();

    /// <summary>Where its output goes.</summary>
    public required LogSpec Log { get; init; }

    /// <summary>Whether it is restarted when it ends.</summary>
    public RestartSpec Restart { get; init; } = RestartSpec.Never;

    /// <summary>Whether it is removed when it ends.</summary>
    public bool AutoRemove { get; init; }

    /// <summary>The OCI runtime's name.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>What is wrong with its record if that cannot be read: it can be looked at and removed, but not started. Null for nothing, as with all that are created.</summary>
    [JsonIgnore]
    public string? Damage { get; init; }

    /// <summary>Settings that are shown again and have no meaning here.</summary>
    public ShownSettings Shown { get; init; } = new();

    /// <summary>What is left of a specification that cannot be read.</summary>
    /// <param name="image">The image's id, which is recorded apart.</param>
    /// <param name="damage">Why it cannot be read.</param>
    public static ContainerSpec Damaged(string image, string damage) => new()
    {
        Image = image,
        Program = new ProgramSpec(),
        Network = new NetworkSpec { Mode = new("none") },
        Log = LogSpec.Nowhere,
        Damage = damage,
    };
}
