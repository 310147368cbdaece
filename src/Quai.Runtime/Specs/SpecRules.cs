using Quai.Errors;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Specs;

/// <summary>
/// What a runtime config may request, whoever the caller is: anything that would reach beyond the container, or could not be honoured, is refused before anything is created.
/// </summary>
public static class SpecRules
{
    private const int HostnameLimit = 64;

    // What lxcfs puts over files of procfs, and the two that nested containers need (as in runc).
    private static readonly HashSet<string> s_insideProc =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo",
        "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    /// <summary>Checks a container's config.</summary>
    /// <exception cref="QuaiException">It requests something forbidden; the message says what.</exception>
    public static void Check(RuntimeSpec spec)
    {
        CheckDocument(spec);
        if (spec.Process is null)
        {
            throw QuaiException.Invalid("the config has no process to run");
        }

        if (spec.Root is not { Path.Length: > 0 })
        {
            throw QuaiException.Invalid("the config has no root");
        }

        Check(spec.Process);
        LinuxSection linux = spec.Linux ?? new LinuxSection();
        NamespaceRules namespaces = NamespaceRules.Of(linux);
        CheckRoot(spec.Root, linux);
        CheckNames(spec, namespaces);
        foreach ((string name, _) in linux.Sysctl ?? [])
        {
            namespaces.CheckSysctl(name);
        }

        foreach (Mount mount in spec.Mounts ?? [])
        {
            Check(mount, linux);
        }

        foreach (Device device in linux.Devices ?? [])
        {
            if (!device.Path.StartsWith('/') || Normal(device.Path) is var path && (IsIn(path, "/proc") || IsIn(path, "/sys") || path.Length < 2))
            {
                throw QuaiException.Invalid($"device path \"{device.Path}\" is not a place for a device node");
            }
        }

        foreach (string path in (linux.MaskedPaths ?? []).Concat(linux.ReadonlyPaths ?? []))
        {
            if (!path.StartsWith('/'))
            {
                throw QuaiException.Invalid($"masked or read-only path \"{path}\" is not absolute");
            }
        }

        if (linux.NetDevices is { Count: > 0 } && !namespaces.OwnNetwork)
        {
            throw QuaiException.Invalid("the config has netDevices, but no network namespace of its own");
        }

        CheckHooks(spec.Hooks);
        CheckCgroup(linux.CgroupsPath);
        foreach (string file in (linux.Resources?.Unified?.Keys ?? Enumerable.Empty<string>()).Concat(linux.Resources?.HugepageLimits?.Select(h => h.PageSize) ?? []))
        {
            if (file.Length == 0 || file.AsSpan().ContainsAny('/', '\n'))
            {
                throw QuaiException.Invalid($"\"{file}\" is not the name of a resource");
            }
        }

        CheckUnsupported(linux);
    }

    /// <summary>Checks a process: a container's first or a further one.</summary>
    /// <exception cref="QuaiException">As above.</exception>
    public static void Check(Process process)
    {
        if (process.Args.Count == 0)
        {
            throw QuaiException.Invalid("the config has no process to run");
        }

        if (!process.Cwd.StartsWith('/'))
        {
            throw QuaiException.Invalid($"working directory \"{process.Cwd}\" is not an absolute path");
        }

        if (process.User.Uid == uint.MaxValue || process.User.Gid == uint.MaxValue || process.User.AdditionalGids?.Contains(uint.MaxValue) is true)
        {
            throw QuaiException.Invalid($"{uint.MaxValue} is no user's or group's number");
        }

        if (process.OomScoreAdj is < -1000 or > 1000)
        {
            throw QuaiException.Invalid($"oomScoreAdj {process.OomScoreAdj} is not between -1000 and 1000");
        }

        HashSet<string> limits = [];
        foreach (Rlimit limit in process.Rlimits ?? [])
        {
            if (!limits.Add(limit.Type))
            {
                throw QuaiException.Invalid($"limit {limit.Type} is given twice");
            }
        }

        if (process.IoPriority is { } io && (io.Class is not ("IOPRIO_CLASS_RT" or "IOPRIO_CLASS_BE" or "IOPRIO_CLASS_IDLE") || io.Priority is < 0 or > 7))
        {
            throw QuaiException.Invalid($"I/O priority {io.Class} {io.Priority} is not known");
        }

        if (process.Scheduler is { } scheduler
            && scheduler.Policy is not ("SCHED_OTHER" or "SCHED_FIFO" or "SCHED_RR" or "SCHED_BATCH" or "SCHED_ISO" or "SCHED_IDLE" or "SCHED_DEADLINE"))
        {
            throw QuaiException.Invalid($"scheduler policy \"{scheduler.Policy}\" is not known");
        }

        foreach (string? processors in (ReadOnlySpan<string?>)[process.ExecCpuAffinity?.Initial, process.ExecCpuAffinity?.Final])
        {
            _ = string.IsNullOrEmpty(processors) ? [] : NumberList.MaskOf("execCPUAffinity", processors);
        }

        if (process.SelinuxLabel is { Length: > 0 } && !SecurityModules.HasSelinux)
        {
            throw QuaiException.Invalid("SELinux label is specified in config, but SELinux is disabled or not supported");
        }

        if (process.ApparmorProfile is { Length: > 0 } and not "unconfined" && !SecurityModules.HasAppArmor)
        {
            throw QuaiException.Invalid("AppArmor profile is specified in config, but AppArmor is disabled or not supported");
        }
    }

    /// <summary>Checks the path of a control group: it must not lead out of its starting point.</summary>
    /// <exception cref="QuaiException">It does, or is not a path.</exception>
    public static void CheckCgroup(string? path)
    {
        if (!string.IsNullOrEmpty(path) && !IsCgroup(path))
        {
            throw QuaiException.Invalid($"cgroup path \"{path}\" is not an absolute path to a group of its own, without \".\" and \"..\"");
        }
    }

    /// <summary>Whether a path names a group below the hierarchies' roots, and nothing outside them.</summary>
    public static bool IsCgroup(string path) =>
        path.StartsWith('/') && path.AsSpan().ContainsAnyExcept('/') && !path.AsSpan().ContainsAny('\n', '\0') && !path.Split('/').Any(part => part is "." or "..");

    /// <summary>A path of a config as the kernel would see it, if there were no links: absolute, without <c>.</c>, <c>..</c> and double slashes.</summary>
    public static string Normal(string path) => Path.GetFullPath(Path.Join("/", path)) is var full && full.Length > 1 ? full.TrimEnd('/') : full;

    /// <summary>Whether a path, as returned by <see cref="Normal"/>, is one where the kernel's file systems are mounted, or below one.</summary>
    public static bool IsKernels(string path) => IsIn(path, "/proc") || IsIn(path, "/sys") || IsIn(path, "/dev");

    /// <summary>Whether a mount at a path, as returned by <see cref="Normal"/>, may be, or be inside, a procfs.</summary>
    public static bool MayLieInProcfs(string path) => path == "/proc" || s_insideProc.Contains(path);

    /// <summary>The file of a sysctl below /proc/sys, given in either notation of sysctl(8).</summary>
    public static string PathOfSysctl(string name)
    {
        // Whichever comes first is the separator; the other one then stands for itself (net/ipv4/conf/eth0.1, net.ipv4.conf.eth0/1).
        int at = name.AsSpan().IndexOfAny('.', '/');
        if (at >= 0 && name[at] == '/')
        {
            return "sys/" + name;
        }

        return "sys/" + string.Create(name.Length, name, static (text, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                text[i] = source[i] switch { '.' => '/', '/' => '.', var c => c };
            }
        });
    }

    private static bool IsIn(string path, string directory) => path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    private static void CheckOwners(Mount mount, MountOptions options, bool bind, LinuxSection linux)
    {
        bool uids = mount.UidMappings is { Count: > 0 }, gids = mount.GidMappings is { Count: > 0 };
        if (uids != gids)
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} has {(uids ? "uidMappings" : "gidMappings")} alone: both are needed");
        }

        if (!uids && !options.MapsOwners)
        {
            return;
        }

        if (!bind || mount.Source is null)
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} is to have its ids mapped, which is possible for binds alone");
        }

        if (!uids && linux.Namespaces?.Any(n => n.Type == "user") is not true)
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} is to have its ids mapped, but has no uidMappings and gidMappings, and the container has no user namespace");
        }
    }

    private static void Check(Mount mount, LinuxSection linux)
    {
        string destination = Normal(mount.Destination);
        if (mount.Destination.Length == 0 || destination == "/")
        {
            throw QuaiException.Invalid($"a mount at \"{mount.Destination}\" would take the root's place");
        }

        MountOptions options = MountOptions.Parse(mount.Options);
        bool bind = mount.Type == "bind" || options.Bind || options.Recursive;
        if (destination == "/proc" ? !bind && mount.Type != "proc" : IsIn(destination, "/proc") && !s_insideProc.Contains(destination))
        {
            throw QuaiException.Invalid($"\"{mount.Destination}\" cannot be mounted because it is inside /proc");
        }

        CheckOwners(mount, options, bind, linux);
        if (options.CopiesUp && mount.Type != "tmpfs")
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} has the option tmpcopyup, which is for tmpfs");
        }

        if (mount.Subpath is { } subpath && (subpath.StartsWith('/') || subpath.Split('/').Contains("..")))
        {
            throw QuaiException.Invalid($"the path {subpath} of the mount at {mount.Destination} leads out of its source");
        }
    }

    /// <summary>A SemVer version of the specification's first major version, and annotations that have names.</summary>
    private static void CheckDocument(RuntimeSpec spec)
    {
        string[] numbers = spec.OciVersion.Split(['-', '+'], 2)[0].Split('.');
        if (numbers.Length != 3 || !numbers.All(n => n.Length is > 0 and < 10 && n.All(char.IsAsciiDigit) && (n.Length == 1 || n[0] != '0')))
        {
            throw QuaiException.Invalid($"ociVersion \"{spec.OciVersion}\" is not a version such as 1.2.0 (SemVer 2.0.0)");
        }

        if (numbers[0] != "1")
        {
            throw QuaiException.Invalid($"ociVersion {spec.OciVersion} is not known: this runtime follows the specification's versions 1");
        }

        if (spec.Annotations?.ContainsKey("") is true)
        {
            throw QuaiException.Invalid("an annotation's name is empty");
        }

        if (spec.Linux?.Seccomp is { } seccomp)
        {
            CheckErrno(seccomp.DefaultAction, seccomp.DefaultErrnoRet);
            foreach (SeccompSyscall rule in seccomp.Syscalls ?? [])
            {
                CheckErrno(rule.Action, rule.ErrnoRet);
                if (rule.Names is not { Count: > 0 })
                {
                    throw QuaiException.Invalid("seccomp: a rule names no system call");
                }
            }

            if (string.IsNullOrEmpty(seccomp.ListenerPath) && !string.IsNullOrEmpty(seccomp.ListenerMetadata))
            {
                throw QuaiException.Invalid("seccomp: listenerMetadata is set, but no listenerPath");
            }
        }
    }

    private static void CheckErrno(string action, uint? errno)
    {
        if (errno is not null && action is not ("SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE"))
        {
            throw QuaiException.Invalid($"seccomp: {action} has an errnoRet ({errno}), which SCMP_ACT_ERRNO and SCMP_ACT_TRACE alone return");
        }
    }

    private static void CheckHooks(Hooks? hooks)
    {
        List<Hook>?[] all = [hooks?.Prestart, hooks?.CreateRuntime, hooks?.CreateContainer, hooks?.StartContainer, hooks?.Poststart, hooks?.Poststop];
        foreach (Hook hook in all.SelectMany(list => list ?? []))
        {
            if (!hook.Path.StartsWith('/'))
            {
                throw QuaiException.Invalid($"the path \"{hook.Path}\" of a hook is not absolute");
            }

            if (hook.Timeout is <= 0)
            {
                throw QuaiException.Invalid($"the timeout {hook.Timeout} of the hook {hook.Path} is not above zero");
            }
        }
    }

    private static void CheckRoot(Root root, LinuxSection linux)
    {
        if (!root.Path.StartsWith('/'))
        {
            throw QuaiException.Invalid($"the root {root.Path} is not an absolute path");
        }

        if (new DirectoryInfo(root.Path).LinkTarget is not null)
        {
            throw QuaiException.Invalid($"the root {root.Path} is a symbolic link");
        }

        if (linux.RootfsPropagation is { Length: > 0 } propagation
            && propagation is not ("shared" or "rshared" or "private" or "rprivate" or "slave" or "rslave" or "unbindable" or "runbindable"))
        {
            throw QuaiException.Invalid($"rootfsPropagation \"{propagation}\" is not known");
        }
    }

    private static void CheckNames(RuntimeSpec spec, NamespaceRules namespaces)
    {
        CheckName(nameof(spec.Hostname), spec.Hostname, namespaces);
        CheckName(nameof(spec.Domainname), spec.Domainname, namespaces);
    }

    private static void CheckName(string what, string? name, NamespaceRules namespaces)
    {
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        if (!namespaces.OwnUts)
        {
            throw QuaiException.Invalid($"unable to set {what.ToLowerInvariant()} without a private UTS namespace");
        }

        if (System.Text.Encoding.UTF8.GetByteCount(name) > HostnameLimit || name.Any(c => char.IsControl(c) || c is '/' or ' '))
        {
            throw QuaiException.Invalid($"{what.ToLowerInvariant()} is longer than {HostnameLimit} bytes or has characters that no name has");
        }
    }

    private static void CheckUnsupported(LinuxSection linux)
    {
        foreach ((string clock, TimeOffset offset) in linux.TimeOffsets ?? [])
        {
            if (clock is not ("monotonic" or "boottime") || offset.Nanosecs >= 1_000_000_000)
            {
                throw QuaiException.Invalid($"timeOffsets: \"{clock}\" is neither monotonic nor boottime, or its nanosecs are a second and more");
            }

            if (linux.Namespaces?.Any(n => n.Type == "time" && string.IsNullOrEmpty(n.Path)) is not true)
            {
                throw QuaiException.Invalid("the config has time offsets, but no time namespace of its own");
            }
        }

        if (linux.MemoryPolicy is { } policy)
        {
            _ = MemoryPolicies.Parse(policy);
        }

        if (!string.IsNullOrEmpty(linux.MountLabel))
        {
            throw QuaiException.Invalid("SELinux mount label is specified in config, but SELinux labels of mounts are not supported");
        }

        if (linux.Personality is { } personality && (personality.Domain is not ("LINUX" or "LINUX32") || personality.Flags is { Count: > 0 }))
        {
            throw QuaiException.Invalid($"personality \"{personality.Domain}\" is not known, or has flags, of which none are");
        }
    }
}
