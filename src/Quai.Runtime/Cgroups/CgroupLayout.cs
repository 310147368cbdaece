namespace Quai.Runtime.Cgroups;

/// <summary>The machine's control groups, as far as limits depend on them.</summary>
/// <param name="Hierarchies">Those that containers are put into: all of v1, or the one of v2.</param>
/// <param name="HasSwapAccounting">v1: whether memory and swap together can be limited.</param>
/// <param name="BlockWeightFile">The file for the weight of block devices; it depends on the version and on the kernel's I/O scheduler.</param>
/// <param name="Controllers">v2: the controllers that the root has, such as <c>cpu</c>, <c>memory</c>.</param>
public sealed record CgroupLayout(IReadOnlyList<CgroupHierarchy> Hierarchies, bool HasSwapAccounting, string BlockWeightFile, IReadOnlyList<string> Controllers)
{
    private static readonly Lazy<CgroupLayout> Machine = new(Read);

    // Looked for when somebody limits huge pages: few do, and this is read at each start of quai-runtime.
    private Lazy<bool> _reservations = new(() => false);

    /// <summary>The group beneath which containers' are made; empty for the hierarchies' roots.</summary>
    public string Base { get; init; } = "";

    /// <summary>This machine's.</summary>
    public static CgroupLayout Current => Machine.Value;

    /// <summary>Whether reservations of huge pages can be limited, and not only their use.</summary>
    public bool LimitsHugeReservations { get => _reservations.Value; init => _reservations = new Lazy<bool>(() => value); }

    /// <summary>Whether cgroup v2 is used.</summary>
    public bool IsUnified => Hierarchies is [{ Unified: true }];

    /// <summary>Whether groups can be limited by a controller.</summary>
    /// <param name="controller">Its name: <c>memory</c>, <c>cpu</c>, <c>cpuset</c>, <c>pids</c>, and <c>io</c> for v1's <c>blkio</c>, too.</param>
    public bool Has(string controller) =>
        IsUnified ? Controllers.Contains(controller) : Hierarchies.Any(h => h.Controllers.Contains(controller == "io" ? "blkio" : controller));

    private static CgroupLayout Read()
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupTree.Hierarchies;
        bool swap = CgroupTree.MountPointOf("memory") is { } memory && File.Exists(memory + "/memory.memsw.limit_in_bytes");
        bool weight = CgroupTree.MountPointOf("blkio") is { } block && File.Exists(block + "/blkio.weight");

        // Of a delegated group those that groups beneath it have.
        string file = CgroupTree.Base.Length == 0 ? "/cgroup.controllers" : CgroupTree.Base + "/cgroup.subtree_control";
        string controllers = CgroupTree.IsUnified ? CgroupFiles.Text(hierarchies[0].MountPoint + file) ?? "" : "";
        string weightFile = CgroupTree.IsUnified ? "io.weight" : weight ? "blkio.weight" : "blkio.bfq.weight";
        return new CgroupLayout(hierarchies, swap, weightFile, controllers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Base = CgroupTree.Base, _reservations = new Lazy<bool>(() => LimitsReservations(hierarchies)),
        };
    }

    // The root group has the files that limit reservations on v1; on v2 only groups below it have.
    private static bool LimitsReservations(IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        try
        {
            return CgroupTree.IsUnified
                ? Directory.EnumerateDirectories(hierarchies[0].MountPoint).Any(group => Directory.EnumerateFiles(group, "hugetlb.*.rsvd.max").Any())
                : CgroupTree.MountPointOf("hugetlb") is { } huge && Directory.EnumerateFiles(huge, "hugetlb.*.rsvd.limit_in_bytes").Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
