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
            Check(mount);
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

    private static void Check(Mount mount)
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

        if (mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 } || mount.Options?.Any(o => o is "idmap" or "ridmap") is true)
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} is to have its ids mapped, which this runtime does not do");
        }

        if (mount.Options?.Contains("tmpcopyup") is true)
        {
            throw QuaiException.Invalid($"the mount at {mount.Destination} has the option tmpcopyup, which this runtime does not have");
        }

        if (mount.Subpath is { } subpath && (subpath.StartsWith('/') || subpath.Split('/').Contains("..")))
        {
            throw QuaiException.Invalid($"the path {subpath} of the mount at {mount.Destination} leads out of its source");
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
        if (linux.TimeOffsets is { Count: > 0 })
        {
            throw QuaiException.Invalid("the config has time offsets, which this runtime does not set");
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
