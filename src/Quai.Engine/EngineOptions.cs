using Quai.Cdi;

namespace Quai.Engine;

/// <summary>The engine's settings (dockerd's flags of the same names).</summary>
public sealed record EngineOptions
{
    /// <summary>Persistent state (<c>--data-root</c>).</summary>
    public required string DataRoot { get; init; }

    /// <summary>State that need not survive a reboot (<c>--exec-root</c>).</summary>
    public required string ExecRoot { get; init; }

    /// <summary>Parent of the containers' cgroups (<c>--cgroup-parent</c>).</summary>
    public string CgroupParent { get; init; } = "/quai";

    /// <summary>Whether the daemon runs as an ordinary user's, in a user namespace of that user.</summary>
    public bool IsRootless { get; init; }

    /// <summary><c>--log-driver</c>: one of <see cref="Logs.Options.LogDrivers"/>.</summary>
    public string LogDriver { get; init; } = "json-file";

    /// <summary><c>--log-opt</c>: for containers that use the daemon's driver and do not say otherwise.</summary>
    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>The program that encrypts logs on their way to a server, and what comes before its arguments (<see cref="Logs.Relaying.LogRelay"/>).</summary>
    public IReadOnlyList<string> LogRelay { get; init; } = [];

    /// <summary><c>--default-runtime</c>: the name shown for containers that request none. Whatever its name, it is Quai's own runtime.</summary>
    public string DefaultRuntime { get; init; } = "quai";

    /// <summary>Bytes (<c>--default-shm-size</c>).</summary>
    public long DefaultShmSize { get; init; } = 64L << 20;

    /// <summary>Seconds given to each container when the daemon stops (<c>--shutdown-timeout</c>).</summary>
    public int ShutdownTimeout { get; init; } = 15;

    /// <summary>Whether containers keep running when the daemon stops (<c>--live-restore</c>).</summary>
    public bool LiveRestore { get; init; }

    /// <summary>Whether <c>--init</c> is the default.</summary>
    public bool Init { get; init; }

    /// <summary>Path of the init program for <c>--init</c> (<c>--init-path</c>); null for the one installed beside quaid.</summary>
    public string? InitPath { get; init; }

    /// <summary>Folders with specifications of the container device interface (<c>--cdi-spec-dir</c>).</summary>
    public IReadOnlyList<string> CdiFolders { get; init; } = DeviceCatalog.UsualFolders;

    /// <summary>Other OCI runtimes by name → path (<c>runtimes</c> of daemon.json).</summary>
    public IReadOnlyDictionary<string, string> Runtimes { get; init; } = new Dictionary<string, string>();

    /// <summary><c>--default-ulimit</c>.</summary>
    public IReadOnlyList<Quai.Api.Containers.Ulimit> DefaultUlimits { get; init; } = [];

    /// <summary><c>--no-new-privileges</c>.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary><c>--seccomp-profile</c>: a file, <c>unconfined</c> or null for the default.</summary>
    public string? SeccompProfile { get; init; }

    /// <summary><c>--default-ipc-mode</c>: private or shareable.</summary>
    public string DefaultIpcMode { get; init; } = "private";

    /// <summary><c>--default-cgroupns-mode</c>: private or host.</summary>
    public string DefaultCgroupnsMode { get; init; } = "private";

    /// <summary>Where to find the host's AppArmor.</summary>
    public Security.AppArmorHost AppArmor { get; init; } = new();

    /// <summary><c>--dns</c>, <c>--dns-search</c>, <c>--dns-opt</c>.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <inheritdoc cref="Dns"/>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <inheritdoc cref="Dns"/>
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary>The daemon's labels (<c>--label</c>).</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
