using Quai.Cdi;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;

namespace Quai.Engine.Specs;

/// <summary>Everything that a container's runtime configuration is built from, already resolved.</summary>
public sealed record SpecRequest
{
    /// <summary>The container's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its specification.</summary>
    public required ContainerSpec Spec { get; init; }

    /// <summary>The program's user: see <see cref="UserResolver"/>.</summary>
    public required ResolvedUser User { get; init; }

    /// <summary>Where the root is mounted.</summary>
    public required string RootPath { get; init; }

    /// <summary>The name shown by <c>hostname</c> and the variable <c>HOSTNAME</c>; the host's own if the container shares its network.</summary>
    public required string Hostname { get; init; }

    /// <summary>Whether the program has the variable <c>HOSTNAME</c>.</summary>
    public bool TellsHostname { get; init; } = true;

    /// <summary>Variables by which it knows the containers that it is linked to; its own take precedence.</summary>
    public IReadOnlyList<string> LinkVariables { get; init; } = [];

    /// <summary>Binds, volumes, tmpfs and the network's files; in any order.</summary>
    public IReadOnlyList<SpecMount> Mounts { get; init; } = [];

    /// <summary>What devices of the container device interface change.</summary>
    public DeviceEdits Injected { get; init; } = DeviceEdits.None;

    /// <summary>The container's cgroup beneath the hierarchies' roots.</summary>
    public required string CgroupsPath { get; init; }

    /// <summary>The network namespace.</summary>
    public NamespaceChoice Network { get; init; } = NamespaceChoice.Private;

    /// <summary>Kernel settings that the network's setup needs, by their sysctl names, if <see cref="Network"/> is a new one; the user's take precedence.</summary>
    public IReadOnlyDictionary<string, string> NetworkSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>The process id namespace.</summary>
    public NamespaceChoice Pid { get; init; } = NamespaceChoice.Private;

    /// <summary>The namespace of System V IPC and message queues.</summary>
    public NamespaceChoice Ipc { get; init; } = NamespaceChoice.Private;

    /// <summary>The UTS namespace.</summary>
    public NamespaceChoice Uts { get; init; } = NamespaceChoice.Private;

    /// <summary>The cgroup namespace.</summary>
    public NamespaceChoice Cgroup { get; init; } = NamespaceChoice.Private;

    /// <summary>What to bind to <c>/dev/shm</c> if it is shared with others: another container's folder, or the container's own; null for a private one.</summary>
    public string? SharedMemoryPath { get; init; }

    /// <summary>The init program for <c>--init</c>, on the host.</summary>
    public string? InitPath { get; init; }

    /// <summary>Whether containers that do not specify it have an init (the daemon's <c>--init</c>).</summary>
    public bool InitByDefault { get; init; }

    /// <summary>The daemon's <c>--no-new-privileges</c>.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The daemon's <c>--default-ulimit</c>.</summary>
    public IReadOnlyList<UlimitSpec> DefaultUlimits { get; init; } = [];

    /// <summary>The daemon's <c>--seccomp-profile</c>: its content, <c>unconfined</c>, or null for the default.</summary>
    public string? SeccompProfile { get; init; }

    /// <summary>The AppArmor profile, or <c>unconfined</c>; null if the kernel's AppArmor is off. See <see cref="Security.AppArmor.ProfileOf"/>.</summary>
    public string? AppArmorProfile { get; init; }
}

/// <summary>A namespace of a container: its own, the host's, or another's.</summary>
/// <param name="IsHost">Whether it is the host's.</param>
/// <param name="Path">Another's, such as <c>/proc/1/ns/net</c>; null otherwise.</param>
public sealed record NamespaceChoice(bool IsHost, string? Path)
{
    /// <summary>A new one.</summary>
    public static NamespaceChoice Private { get; } = new(false, null);

    /// <summary>The host's.</summary>
    public static NamespaceChoice Host { get; } = new(true, null);

    /// <summary>The namespace of a process on the host.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="kind">The namespace's name in <c>/proc/PID/ns</c>.</param>
    public static NamespaceChoice Of(int pid, string kind) => new(false, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{pid}/ns/{kind}"));

    /// <summary>Whether it is a new one.</summary>
    public bool IsPrivate => !IsHost && Path is null;
}

/// <summary>A mount requested by a user or the engine.</summary>
public sealed record SpecMount
{
    /// <summary>The destination in the container: clean and absolute.</summary>
    public required string Destination { get; init; }

    /// <summary>The host's file or folder; null for a tmpfs.</summary>
    public string? Source { get; init; }

    /// <summary>The part beneath the source to bind; null for the source itself. See <see cref="Oci.Runtime.Mount.Subpath"/>.</summary>
    public string? Subpath { get; init; }

    /// <summary>The layers of an image that is bound instead of a source, which is then not looked at; null for none.</summary>
    public Oci.Runtime.MountLayers? Layers { get; init; }

    /// <summary>See <see cref="Oci.Runtime.Mount.OwnersFile"/>.</summary>
    public string? OwnersFile { get; init; }

    /// <summary>Whether it is read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Leaves what is mounted below the destination writable.</summary>
    public bool ReadOnlyNonRecursive { get; init; }

    /// <summary>Binds the source without what is mounted below it.</summary>
    public bool NonRecursive { get; init; }

    /// <summary>Propagation of a bind such as <c>rprivate</c>; empty for volumes.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Options of a tmpfs as in <c>--tmpfs PATH:OPTIONS</c> (<c>size=10m,mode=1777</c>).</summary>
    public string TmpfsOptions { get; init; } = "";
}
