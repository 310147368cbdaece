using Quai.Linux.Processes;

namespace Quai.Runtime.Cgroups;

/// <summary>
/// Finds a container's control groups below the machine's hierarchies. A machine that mounts v1 controllers uses v1,
/// even if a unified hierarchy without them is also mounted; otherwise v2 is used.
/// </summary>
public static class CgroupTree
{
    private static readonly string[] KnownControllers =
        ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc"];

    private static readonly Lazy<IReadOnlyList<CgroupHierarchy>> s_mounted = new(() => Parse(File.ReadLines("/proc/self/mountinfo")));

    private static readonly Lazy<(IReadOnlyList<CgroupHierarchy> Hierarchies, string Base)> s_usable = new(FindUsable);

    /// <summary>The hierarchies that containers are put into: all of v1, or the one of v2. In a user namespace only those that were delegated.</summary>
    public static IReadOnlyList<CgroupHierarchy> Hierarchies => s_usable.Value.Hierarchies;

    /// <summary>The group beneath which this process may make others: empty for the roots, or what was delegated (<see cref="DelegatedGroups"/>).</summary>
    public static string Base => s_usable.Value.Base;

    /// <summary>All hierarchies that containers would be put into by the machine's root.</summary>
    internal static IReadOnlyList<CgroupHierarchy> Mounted => s_mounted.Value;

    /// <summary>Whether cgroup v2 is used.</summary>
    public static bool IsUnified => Hierarchies is [{ Unified: true }];

    /// <summary>The groups of a container.</summary>
    /// <param name="cgroupsPath">Absolute path below each hierarchy's root, such as <c>/quai/ID</c>.</param>
    public static ICgroup Open(string cgroupsPath) => IsUnified ? new UnifiedCgroup(Hierarchies[0].MountPoint + cgroupsPath) : new LegacyCgroup(cgroupsPath);

    /// <summary>The mount point of a v1 controller, or null.</summary>
    internal static string? MountPointOf(string controller)
    {
        foreach (CgroupHierarchy hierarchy in Hierarchies)
        {
            if (!hierarchy.Unified && hierarchy.Controllers.Contains(controller))
            {
                return hierarchy.MountPoint;
            }
        }

        return null;
    }

    private static (IReadOnlyList<CgroupHierarchy>, string) FindUsable()
    {
        if (!OwnUserNamespace.IsNested)
        {
            return (Mounted, "");
        }

        IReadOnlyList<CgroupHierarchy> ours = DelegatedGroups.Select(Mounted, File.ReadAllLines("/proc/self/cgroup"), DelegatedGroups.IsOurs, out string path);
        return (ours, path);
    }

    /// <summary>Reads mountinfo's lines (proc(5)).</summary>
    internal static IReadOnlyList<CgroupHierarchy> Parse(IEnumerable<string> lines)
    {
        List<CgroupHierarchy> legacy = [];
        CgroupHierarchy? unified = null;
        foreach (string line in lines)
        {
            int dash = line.IndexOf(" - ", StringComparison.Ordinal);
            if (dash < 0)
            {
                continue;
            }

            string[] tail = line[(dash + 3)..].Split(' ');
            string[] head = line[..dash].Split(' ');
            if (head.Length < 5 || tail.Length < 3 || head[3] != "/")
            {
                continue;
            }

            string mountPoint = head[4];
            if (tail[0] == "cgroup2")
            {
                unified ??= new CgroupHierarchy(mountPoint, [], null, true);
            }
            else if (tail[0] == "cgroup")
            {
                string[] options = tail[2].Split(',');
                string? name = options.FirstOrDefault(o => o.StartsWith("name=", StringComparison.Ordinal))?[5..];
                string[] controllers = [.. options.Where(o => KnownControllers.Contains(o))];
                if (legacy.All(h => h.MountPoint != mountPoint) && (controllers.Length > 0 || name is not null)
                    && !legacy.Any(h => h.Name == name && h.Controllers.SequenceEqual(controllers)))
                {
                    legacy.Add(new CgroupHierarchy(mountPoint, controllers, controllers.Length > 0 ? null : name, false));
                }
            }
        }

        return legacy.Any(h => h.Controllers.Count > 0) ? legacy : unified is null ? [] : [unified];
    }
}
