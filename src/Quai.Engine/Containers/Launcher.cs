using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Images;
using Quai.Linux.Mounts;
using Quai.Networks;
using Quai.Runtime;
using Quai.Volumes;

namespace Quai.Engine.Containers;

/// <summary>Turns a container into what the runtime starts: its files, mounts, namespaces, user and runtime configuration.</summary>
internal sealed class Launcher
{
    private static readonly string[] s_inits = ["/usr/libexec/docker/docker-init", "/usr/bin/docker-init", "/usr/bin/tini-static", "/usr/bin/tini"];
    private static readonly Lazy<string?> s_init = new(FindInit);
    private readonly EngineOptions _options;
    private readonly EnginePaths _paths;
    private readonly IImageStore _images;
    private readonly INetworkService _networks;
    private readonly VolumeStore _volumes;
    private readonly ContainerRegistry _registry;
    private readonly RootReader _roots;
    private readonly string? _seccompProfile;
    private readonly bool _appArmor;

    public Launcher(EngineOptions options, EnginePaths paths, IImageStore images, INetworkService networks, VolumeStore volumes, ContainerRegistry registry)
    {
        _options = options;
        _paths = paths;
        _images = images;
        _networks = networks;
        _volumes = volumes;
        _registry = registry;
        _roots = new RootReader(paths.RootFs);
        _seccompProfile = options.SeccompProfile is null or "unconfined" or "builtin" or "" ? options.SeccompProfile : ReadProfile(options.SeccompProfile);
        _appArmor = File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y');
    }

    /// <summary>The cgroup of a container.</summary>
    public string CgroupsPath(Container container)
    {
        string parent = container.HostConfig.CgroupParent.Length > 0 ? container.HostConfig.CgroupParent : _options.CgroupParent;
        return $"{(parent.StartsWith('/') ? "" : "/")}{parent.TrimEnd('/')}/{container.Id}";
    }

    /// <summary>Everything for a start. Files are written and volumes mounted on the way.</summary>
    /// <param name="container">Locked by the caller.</param>
    /// <param name="endpoint">Its place on its network, if it has one.</param>
    /// <exception cref="QuaiException">What is asked for is not there (anymore).</exception>
    public ContainerLaunch Build(Container container, Endpoint? endpoint)
    {
        Snapshot snapshot = _images.GetSnapshot(container.Id);
        RootReader.Accounts accounts = _roots.Read(container.ImageId, snapshot);
        ResolvedUser user = UserResolver.Resolve(container.Config.User, accounts.Passwd, accounts.Group, container.HostConfig.GroupAdd);
        HostConfig host = container.HostConfig;
        SpecRequest request = Describe(container) with
        {
            User = user,
            Network = Namespace(host.NetworkMode, "net"),
            Pid = Namespace(host.PidMode, "pid"),
            Ipc = Namespace(host.IpcMode, "ipc"),
            Uts = host.UTSMode == "host" ? NamespaceChoice.Host : NamespaceChoice.Private,
            Cgroup = host.CgroupnsMode == "host" ? NamespaceChoice.Host : NamespaceChoice.Private,
            Mounts = [.. NetworkFiles(container, endpoint), .. container.Mounts.Select(m => ToSpec(container, m))],
            SharedMemoryPath = SharedMemory(container, mount: true),
        };
        bool network = request.Network.IsPrivate;
        return new ContainerLaunch
        {
            Id = container.Id,
            RunDirectory = _paths.Run(container.Id),
            Spec = WithHome(RuntimeSpecBuilder.Build(request), user),
            Overlay = new OverlayRoot(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work),
            Network = network ? [.. (endpoint?.Setup ?? SandboxSetup.Empty).Messages.Select(m => new NetlinkRequest(m.InHost, m.Bytes, m.HostNamespaceFdOffset, m.What))] : [],
            Log = LogOf(container),
            OpenStdin = container.Config.OpenStdin,
            StdinOnce = container.Config.StdinOnce,
        };
    }

    /// <summary>A program that is told no home has its user's, as runc gives it.</summary>
    public static Oci.Runtime.Process WithHome(Oci.Runtime.Process process, ResolvedUser user)
    {
        process.Env ??= [];
        if (!process.Env.Exists(e => e.StartsWith("HOME=", StringComparison.Ordinal)))
        {
            process.Env.Add("HOME=" + user.Home);
        }

        return process;
    }

    private static Oci.Runtime.RuntimeSpec WithHome(Oci.Runtime.RuntimeSpec spec, ResolvedUser user)
    {
        WithHome(spec.Process!, user);
        return spec;
    }

    /// <summary>The part of the configuration that execs need too.</summary>
    public SpecRequest Describe(Container container) => new()
    {
        Id = container.Id,
        Config = container.Config,
        HostConfig = container.HostConfig,
        User = ResolvedUser.Root,
        RootPath = _paths.RootFs,
        Hostname = HostnameOf(container),
        CgroupParent = _options.CgroupParent,
        InitPath = _options.InitPath ?? s_init.Value,
        InitByDefault = _options.Init,
        NoNewPrivileges = _options.NoNewPrivileges,
        DefaultUlimits = _options.DefaultUlimits,
        SeccompProfile = _seccompProfile,
        AppArmor = _appArmor,
    };

    /// <summary>The system call filter of a container that an earlier daemon started: its execs need it. Null for none.</summary>
    public Oci.Runtime.Seccomp? FilterOf(Container container) => RuntimeSpecBuilder.Build(Describe(container)).Linux?.Seccomp;

    /// <summary>Gives back what <see cref="Build"/> mounted on the host. Idempotent.</summary>
    public void Undo(Container container)
    {
        if (container.HostConfig.IpcMode == "shareable")
        {
            DropSharedMemory(container.Id);
        }

        if (container.Mounts.Any(m => m.Type == "volume"))
        {
            _volumes.Unmount(container.Id);
        }
    }

    /// <summary>Unmounts shared memory that a crash left; <paramref name="keep"/> tells which ids still use theirs.</summary>
    public void SweepSharedMemory(Func<string, bool> keep)
    {
        string folder = Path.Combine(_options.ExecRoot, "shm");
        foreach (string path in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            if (!keep(Path.GetFileName(path)))
            {
                DropSharedMemory(Path.GetFileName(path));
            }
        }
    }

    /// <summary>A container that is named by a mode and must run.</summary>
    /// <exception cref="QuaiException">It does not exist or does not run.</exception>
    public Container Running(string reference, string what)
    {
        Container other = _registry.Resolve(reference);
        return other.State.Status switch
        {
            ContainerStatus.Running or ContainerStatus.Paused => other,
            ContainerStatus.Restarting => throw QuaiException.Conflict($"Container {other.Id} is restarting, wait until the container is running"),
            _ => throw QuaiException.Conflict($"cannot join {what} of a non running container: {other.Id}"),
        };
    }

    /// <summary>Whose hosts, hostname and resolv.conf a container shows: its own, or those of the container whose network it shares.</summary>
    public Container FilesOwner(Container container) =>
        NetworkMode.ContainerOf(container.HostConfig.NetworkMode) is { } other ? _registry.Find(other) ?? container : container;

    private static string? FindInit()
    {
        string own = Path.Combine(AppContext.BaseDirectory, "quai-init");
        return File.Exists(own) ? own : s_inits.FirstOrDefault(File.Exists);
    }

    private static string ReadProfile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException e)
        {
            throw QuaiException.System($"opening seccomp profile ({path}) failed: {e.Message}", e);
        }
    }

    private static LogFile? LogOf(string path, LogConfig config)
    {
        if (config.Type == "none")
        {
            return null;
        }

        long size = config.Config?.GetValueOrDefault("max-size") is { } text ? Math.Max(0, LogSize.Parse(text)) : 0;
        int files = config.Config?.GetValueOrDefault("max-file") is { } count ? int.Parse(count) : 1;
        return new LogFile(path, size, files);
    }

    private LogFile? LogOf(Container container) => LogOf(_paths.Log(container.Id), container.HostConfig.LogConfig);

    private string HostnameOf(Container container) =>
        NetworkMode.ContainerOf(container.HostConfig.NetworkMode) is { } other && _registry.Find(other) is { } donor ? HostnameOf(donor) : container.Config.Hostname;

    private NamespaceChoice Namespace(string mode, string kind)
    {
        if (mode == "host")
        {
            return NamespaceChoice.Host;
        }

        if (NetworkMode.ContainerOf(mode) is not { } reference)
        {
            return NamespaceChoice.Private;
        }

        string what = kind switch { "net" => "network", "pid" => "PID", _ => "IPC" };
        Container other = Running(reference, what);
        return kind == "ipc" && other.HostConfig.IpcMode is not ("shareable" or "host")
            ? throw QuaiException.Conflict($"can not join IPC of container {other.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
            : NamespaceChoice.Of(other.State.Pid, kind);
    }

    private string? SharedMemory(Container container, bool mount)
    {
        if (NetworkMode.ContainerOf(container.HostConfig.IpcMode) is { } reference)
        {
            Container donor = Running(reference, "IPC");
            return donor.HostConfig.IpcMode == "host" ? "/dev/shm" : Path.Combine(_options.ExecRoot, "shm", donor.Id);
        }

        if (container.HostConfig.IpcMode != "shareable")
        {
            return null;
        }

        string path = Path.Combine(_options.ExecRoot, "shm", container.Id);
        if (mount)
        {
            DropSharedMemory(container.Id);
            Directory.CreateDirectory(path);
            HostMount.Mount("shm", path, "tmpfs", HostMount.MS_NOSUID | HostMount.MS_NODEV | HostMount.MS_NOEXEC, $"mode=1777,size={container.HostConfig.ShmSize}");
        }

        return path;
    }

    private void DropSharedMemory(string id)
    {
        string path = Path.Combine(_options.ExecRoot, "shm", id);
        HostMount.Unmount(path);
        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }
    }

    private IEnumerable<SpecMount> NetworkFiles(Container container, Endpoint? endpoint)
    {
        string folder = _paths.Container(container.Id);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        Container owner = FilesOwner(container);
        if (owner == container)
        {
            WriteNetworkFiles(container, folder, endpoint);
        }
        else
        {
            folder = _paths.Container(owner.Id);
        }

        foreach (string name in (string[])["resolv.conf", "hostname", "hosts"])
        {
            if (container.Mounts.All(m => m.Destination != "/etc/" + name))
            {
                yield return new SpecMount { Destination = "/etc/" + name, Source = Path.Combine(folder, name), Propagation = "rprivate" };
            }
        }
    }

    private void WriteNetworkFiles(Container container, string folder, Endpoint? endpoint)
    {
        HostConfig host = container.HostConfig;
        bool hostNetwork = NetworkMode.IsHost(host.NetworkMode);
        string hosts = hostNetwork ? HostsOfHost(host.ExtraHosts)
            : _networks.HostsFile(container.Config.Hostname, container.Config.Domainname, endpoint is null ? [] : [endpoint], host.ExtraHosts ?? []);
        File.WriteAllText(Path.Combine(folder, "hosts"), hosts);
        File.WriteAllText(Path.Combine(folder, "hostname"), container.Config.Hostname + "\n");
        File.WriteAllText(
            Path.Combine(folder, "resolv.conf"),
            _networks.ResolvConf(
                host.Dns is { Count: > 0 } ? host.Dns : _options.Dns,
                host.DnsSearch is { Count: > 0 } ? host.DnsSearch : _options.DnsSearch,
                host.DnsOptions is { Count: > 0 } ? host.DnsOptions : _options.DnsOptions,
                hostNetwork));
    }

    private static string HostsOfHost(List<string>? extra)
    {
        string text = File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "127.0.0.1\tlocalhost\n";
        foreach (string entry in extra ?? [])
        {
            int colon = entry.AsSpan().IndexOfAny(':', '=');
            if (colon > 0)
            {
                text += $"{(text.EndsWith('\n') ? "" : "\n")}{entry[(colon + 1)..].Trim('[', ']')}\t{entry[..colon]}\n";
            }
        }

        return text;
    }

    private SpecMount ToSpec(Container container, ContainerMount mount)
    {
        if (mount.Type == "tmpfs")
        {
            return new SpecMount { Destination = mount.Destination, TmpfsOptions = mount.TmpfsOptions ?? "", ReadOnly = !mount.ReadWrite };
        }

        string source = mount.Source;
        if (mount.Type == "volume")
        {
            source = _volumes.Mount(mount.Name!, container.Id);
            source = mount.Subpath is null ? source : Subpath(source, mount);
        }
        else if (!Path.Exists(source))
        {
            if (!mount.CreateSource)
            {
                throw QuaiException.Invalid($"invalid mount config for type \"bind\": bind source path does not exist: {source}");
            }

            try
            {
                Directory.CreateDirectory(source);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw QuaiException.System($"error while creating mount source path '{source}': {e.Message}", e);
            }
        }

        return new SpecMount
        {
            Destination = mount.Destination,
            Source = source,
            ReadOnly = !mount.ReadWrite,
            NonRecursive = mount.NonRecursive,
            Propagation = mount.Type == "bind" ? mount.Propagation : "",
        };
    }

    /// <summary>The folder inside a volume that a mount names.</summary>
    public static string Subpath(string folder, ContainerMount mount)
    {
        // No link inside the volume may lead out of it: the path is resolved with the volume as root.
        using Linux.FileDescriptor root = Linux.Trees.RootedFiles.OpenDirectory(folder);
        using Linux.FileDescriptor? inside = Linux.Trees.RootedFiles.TryOpen(root, mount.Subpath!);
        return inside is null
            ? throw QuaiException.System($"cannot access path {Path.Combine(folder, mount.Subpath!)}: no such file or directory")
            : File.ResolveLinkTarget($"/proc/self/fd/{inside.Number}", returnFinalTarget: false)!.FullName;
    }
}
