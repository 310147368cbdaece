namespace Quai.Runtime.Cgroups;

/// <summary>The machine's control groups, as far as limits depend on them.</summary>
/// <param name="Hierarchies">Those that containers are put into: all of v1, or the one of v2.</param>
/// <param name="HasSwapAccounting">v1: whether memory and swap together can be limited.</param>
/// <param name="BlockWeightFile">v1: the file for a block device weight; it depends on the kernel's I/O scheduler.</param>
/// <param name="Controllers">v2: the controllers that the root has, such as <c>cpu</c>, <c>memory</c>.</param>
public sealed record CgroupLayout(IReadOnlyList<CgroupHierarchy> Hierarchies, bool HasSwapAccounting, string BlockWeightFile, IReadOnlyList<string> Controllers)
{
    private static readonly Lazy<CgroupLayout> Machine = new(Read);

    /// <summary>This machine's.</summary>
    public static CgroupLayout Current => Machine.Value;

    /// <summary>Whether cgroup v2 is used.</summary>
    public bool IsUnified => Hierarchies is [{ Unified: true }];

    private static CgroupLayout Read()
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupTree.Hierarchies;
        bool swap = CgroupTree.MountPointOf("memory") is { } memory && File.Exists(memory + "/memory.memsw.limit_in_bytes");
        bool weight = CgroupTree.MountPointOf("blkio") is { } block && File.Exists(block + "/blkio.weight");
        string controllers = CgroupTree.IsUnified ? CgroupFiles.Text(hierarchies[0].MountPoint + "/cgroup.controllers") ?? "" : "";
        return new CgroupLayout(hierarchies, swap, weight ? "blkio.weight" : "blkio.bfq.weight", controllers.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
