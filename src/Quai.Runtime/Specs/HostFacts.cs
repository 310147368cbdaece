using System.Globalization;
using Quai.Linux.Processes;
using Quai.Runtime.Cgroups;

namespace Quai.Runtime.Specs;

/// <summary>What a plan depends on besides the config: properties of the machine.</summary>
/// <param name="Cgroups">Its control groups.</param>
/// <param name="LastCapability">The highest capability that its kernel knows.</param>
/// <param name="HasKcore">Whether its procfs has a <c>kcore</c>, for which <c>/dev/core</c> is created.</param>
public sealed record HostFacts(CgroupLayout Cgroups, int LastCapability, bool HasKcore)
{
    private static readonly Lazy<HostFacts> Machine = new(() => new HostFacts(CgroupLayout.Current, ReadLastCapability(), File.Exists("/proc/kcore"))
    {
        RootIsMounted = ReadRootIsMounted(), IsInUserNamespace = OwnUserNamespace.IsNested,
    });

    /// <summary>Whether <c>/</c> is a mount, and not a directory of one (in a chroot).</summary>
    public bool RootIsMounted { get; init; } = true;

    /// <summary>Whether whoever starts containers lives in a user namespace: device nodes are bound there, not made, and nobody decides which devices a group may use.</summary>
    public bool IsInUserNamespace { get; init; }

    /// <summary>This machine's.</summary>
    public static HostFacts Current => Machine.Value;

    /// <summary>The files of a cgroup (v2) that whoever it is delegated to owns (cgroups(7)).</summary>
    public IReadOnlyList<string> DelegatedFiles { get => field ??= ReadDelegatedFiles(); init; }

    private static string[] ReadDelegatedFiles() => File.Exists("/sys/kernel/cgroup/delegate")
        ? [.. File.ReadAllLines("/sys/kernel/cgroup/delegate").Where(name => name.Length > 0)]
        : ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

    // The kernel lists those mounts that can be reached from this process's root, by their paths from there.
    private static bool ReadRootIsMounted()
    {
        try
        {
            return File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ', 6) is [_, _, _, _, "/", ..]);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static int ReadLastCapability()
    {
        const string Path = "/proc/sys/kernel/cap_last_cap";
        return File.Exists(Path) ? int.Parse(File.ReadAllText(Path), CultureInfo.InvariantCulture) : CapabilityMask.LastKnown;
    }
}
