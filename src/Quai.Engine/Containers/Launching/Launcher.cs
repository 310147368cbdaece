using Quai.Cdi;
using Quai.Api.Containers;
using Quai.Content.Snapshots;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.State;
using Quai.Engine.Logs.Drivers;
using Quai.Engine.Security;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Networks;
using Quai.Networks.Sandboxes;
using Quai.Runtime;
using Quai.Runtime.Logging;
using Quai.Runtime.Cgroups;
using Quai.Volumes;

namespace Quai.Engine.Containers.Launching;

/// <summary>Turns a container into what the runtime starts: its files, mounts, namespaces, user and runtime configuration.</summary>
internal sealed class Launcher
{
    private static readonly string[] s_inits = ["/usr/libexec/docker/docker-init", "/usr/bin/docker-init", "/usr/bin/tini-static", "/usr/bin/tini"];
    private static readonly Lazy<string?> s_init = new(FindInit);
    private readonly EngineOptions _options;
    private readonly EnginePaths _paths;
    private readonly IImageStore _images;
    private readonly ContainerLinks _links;
    private readonly JoinedNamespaces _namespaces;
    private readonly MountSources _mounts;
    private readonly RootReader _roots;
    private readonly IReadOnlyList<UlimitSpec> _ulimits;

    public Launcher(EngineOptions options, EnginePaths paths, IImageStore images, INetworkService networks, VolumeStore volumes, ContainerRegistry registry, AppArmor appArmor)
    {
        _options = options;
        _paths = paths;
        _images = images;
        _namespaces = new JoinedNamespaces(registry);
        _mounts = new MountSources(volumes, images, paths);
        _roots = new RootReader(paths.RootFs);
        SeccompProfile = options.SeccompProfile is null or "unconfined" or "builtin" or "" ? options.SeccompProfile : SeccompProfileFile.Read(options.SeccompProfile);
        _ulimits = LimitsReader.Ulimits(options.DefaultUlimits);
        AppArmor = appArmor;
        _links = new ContainerLinks(registry, networks);
        Logging = new LogPreparation(options, paths);
        Files = new NetworkFiles(options, paths, networks, registry, _links);
        SharedMemory = new SharedMemory(paths, _namespaces);
    }

    /// <summary>Where containers' output goes.</summary>
    public LogPreparation Logging { get; }

    /// <summary>The files from which containers know their names and networks.</summary>
    public NetworkFiles Files { get; }

    /// <summary>The system call filter of programs that name none: the content of a profile, or as <see cref="EngineOptions.SeccompProfile"/> has it.</summary>
    public string? SeccompProfile { get; }

    /// <summary>Shared memory of containers.</summary>
    public SharedMemory SharedMemory { get; }

    /// <summary>What confines containers besides their system call filter.</summary>
    public AppArmor AppArmor { get; }

    /// <summary>The cgroup of a container.</summary>
    public string CgroupsPath(Container container)
    {
        string parent = container.Spec.CgroupParent.Length > 0 ? container.Spec.CgroupParent : _options.CgroupParent;
        return CgroupTree.Base + CgroupParents.PathOf(parent, container.Id);
    }

    /// <summary>Everything for a start. Writes files and mounts volumes on the way.</summary>
    /// <param name="container">Locked by the caller.</param>
    /// <param name="endpoints">Its endpoints on its networks.</param>
    /// <param name="log">Where its output goes: see <see cref="Logging"/>.</param>
    /// <exception cref="QuaiException">Something requested does not exist (any more).</exception>
    public ContainerLaunch Build(Container container, IReadOnlyList<Endpoint> endpoints, LogSettings log)
    {
        if (container.Spec.Damage is { } damage)
        {
            throw QuaiException.System($"the record of container {container.Id} cannot be read, so that it cannot be started: {damage}");
        }

        _links.CheckRunning(container);
        Snapshot snapshot = _images.GetSnapshot(container.Id);
        RootReader.Accounts accounts = _roots.Read(container.ImageId, snapshot);
        ResolvedUser user = UserResolver.Resolve(container.Spec.Program.User, accounts.Passwd, accounts.Group, container.Spec.Program.Groups);
        NamespaceModes modes = container.Spec.Namespaces;
        SandboxSetup sandbox = SandboxSetup.Of(endpoints);
        SpecRequest request = Describe(container) with
        {
            User = user,
            Network = _namespaces.Network(container.Spec.Network.Mode),
            NetworkSettings = sandbox.Settings,
            Pid = _namespaces.Pid(modes.Pid),
            Ipc = _namespaces.Ipc(modes.Ipc),
            Uts = modes.Uts.IsHost ? NamespaceChoice.Host : NamespaceChoice.Private,
            Cgroup = modes.Cgroup.IsHost ? NamespaceChoice.Host : NamespaceChoice.Private,
            Mounts = [.. Files.Mounts(container, endpoints), .. container.Spec.Mounts.Select(m => _mounts.Prepare(container, m))],
            SharedMemoryPath = SharedMemory.Prepare(container),
            Injected = container.Spec.Devices.Named.Count == 0 ? DeviceEdits.None : new DeviceCatalog(_options.CdiFolders).Resolve(container.Spec.Devices.Named),
        };
        AppArmor.Ensure(request.AppArmorProfile);
        bool network = request.Network.IsPrivate;
        return new ContainerLaunch
        {
            Id = container.Id,
            RunDirectory = _paths.Run(container.Id),
            Spec = WithHome(RuntimeSpecBuilder.Build(request), user),
            Overlay = new OverlayRoot(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work) { IsNew = container.State.StartedAt is null },
            Network = network ? RequestsOf(sandbox) : [],
            NameSockets = network && endpoints.Any(e => e.Network.HasNames),
            Log = log,
            OpenStdin = container.Spec.Program.OpenStdin,
            StdinOnce = container.Spec.Program.StdinOnce,
        };
    }

    /// <summary>What the runtime sends to connect a namespace.</summary>
    internal static IReadOnlyList<NetlinkRequest> RequestsOf(SandboxSetup sandbox) =>
        [.. sandbox.Messages.Select(m => new NetlinkRequest(m.InHost, m.Bytes, m.NamespaceOffset, m.What) { AwaitedErrno = m.AwaitedErrno, ToleratedErrno = m.ToleratedErrno })];

    /// <summary>A program without HOME gets its user's home directory, as with runc.</summary>
    private static Oci.Runtime.Process WithHome(Oci.Runtime.Process process, ResolvedUser user)
    {
        process.Env ??= [];
        if (!process.Env.Exists(e => e.StartsWith("HOME=", StringComparison.Ordinal)))
        {
            process.Env.Add("HOME=" + user.Home);
        }

        return process;
    }

    /// <inheritdoc cref="WithHome(Oci.Runtime.Process, ResolvedUser)"/>
    internal static Oci.Runtime.RuntimeSpec WithHome(Oci.Runtime.RuntimeSpec spec, ResolvedUser user)
    {
        WithHome(spec.Process!, user);
        return spec;
    }

    /// <summary>The part of the configuration that execs need too.</summary>
    public SpecRequest Describe(Container container) => new()
    {
        Id = container.Id,
        Spec = container.Spec,
        User = ResolvedUser.Root,
        RootPath = _paths.RootFs,
        Hostname = Files.HostnameOf(container),
        LinkVariables = _links.Variables(container),
        CgroupsPath = CgroupsPath(container),
        InitPath = _options.InitPath ?? s_init.Value,
        InitByDefault = _options.Init,
        NoNewPrivileges = _options.NoNewPrivileges,
        DefaultUlimits = _ulimits,
        SeccompProfile = SeccompProfile,
        AppArmorProfile = AppArmor.ProfileOf(container.Spec.Security),
    };

    /// <summary>The configuration of a process to be executed in a running container: confined as the container is.</summary>
    /// <exception cref="QuaiException">An option is malformed, or the container's AppArmor profile cannot be loaded again.</exception>
    public Oci.Runtime.Process BuildExec(Container container, ExecCreateRequest exec, ResolvedUser user)
    {
        SpecRequest request = Describe(container);
        AppArmor.Ensure(request.AppArmorProfile);
        return WithHome(RuntimeSpecBuilder.BuildExec(request, exec, user), user);
    }

    /// <summary>The system call filter of a container that an earlier daemon started; its execs need it. Null for none.</summary>
    public Oci.Runtime.Seccomp? FilterOf(Container container) => RuntimeSpecBuilder.Build(Describe(container)).Linux?.Seccomp;

    /// <summary>Unmounts what <see cref="Build"/> mounted on the host. Idempotent.</summary>
    public void Undo(Container container)
    {
        SharedMemory.Release(container);
        _mounts.Release(container);
    }

    private static string? FindInit()
    {
        string own = Path.Combine(AppContext.BaseDirectory, "quai-init");
        return File.Exists(own) ? own : s_inits.FirstOrDefault(File.Exists);
    }
}
