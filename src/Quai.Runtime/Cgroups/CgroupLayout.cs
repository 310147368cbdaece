namespace Quai.Runtime.Cgroups;

/// <summary>The machine's control groups, as far as limits depend on them.</summary>
/// <param name="Hierarchies">Those that containers are put into: all of v1, or the one of v2.</param>
/// <param name="HasSwapAccounting">v1: whether memory and swap together can be limited.</param>
/// <param name="BlockWeightFile">The file for the weight of block devices; it depends on the version and on the kernel's I/O scheduler.</param>
/// <param name="Controllers">v2: the controllers that the root has, such as <c>cpu</c>, <c>memory</c>.</param>
public sealed record CgroupLayout(IReadOnlyList<CgroupHierarchy> Hierarchies, bool HasSwapAccounting, string BlockWeightFile, IReadOnlyList<string> Controllers)
{
    private static readonly Lazy<CgroupLayout> Machine = new(Read);

    /// <summary>This machine's.</summary>
    public static CgroupLayout Current => Machine.Value;

    /// <summary>Whether reservations of huge pages can be limited, and not only their use.</summary>
    public bool LimitsHugeReservations { get; init; }

    /// <summary>Whether cgroup v2 is used.</summary>
    public bool IsUnified => Hierarchies is [{ Unified: true }];

    private static CgroupLayout Read()
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupTree.Hierarchies;
        bool swap = CgroupTree.MountPointOf("memory") is { } memory && File.Exists(memory + "/memory.memsw.limit_in_bytes");
        bool weight = CgroupTree.MountPointOf("blkio") is { } block && File.Exists(block + "/blkio.weight");
        string controllers = CgroupTree.IsUnified ? CgroupFiles.Text(hierarchies[0].MountPoint + "/cgroup.controllers") ?? "" : "";
        string weightFile = CgroupTree.IsUnified ? "io.weight" : weight ? "blkio.weight" : "blkio.bfq.weight";
        return new CgroupLayout(hierarchies, swap, weightFile, controllers.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { LimitsHugeReservations = LimitsReservations(hierarchies) };
    }

    // The root group has the files that limit reservations on v1; on v2 only groups below it have.
    private static bool LimitsReservations(IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        if (CgroupTree.IsUnified)
        {
            return Directory.EnumerateDirectories(hierarchies[0].MountPoint).Any(group => Directory.EnumerateFiles(group, "hugetlb.*.rsvd.max").Any());
        }

        return CgroupTree.MountPointOf("hugetlb") is { } huge && Directory.EnumerateFiles(huge, "hugetlb.*.rsvd.limit_in_bytes").Any();
    }
}
