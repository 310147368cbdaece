using Quai.Linux.Processes;
using System.Globalization;
using Quai.Runtime.Cgroups;

namespace Quai.Runtime.Specs;

/// <summary>What a plan depends on besides the config: properties of the machine.</summary>
/// <param name="Cgroups">Its control groups.</param>
/// <param name="LastCapability">The highest capability that its kernel knows.</param>
/// <param name="HasKcore">Whether its procfs has a <c>kcore</c>, for which <c>/dev/core</c> is created.</param>
public sealed record HostFacts(CgroupLayout Cgroups, int LastCapability, bool HasKcore)
{
    private static readonly Lazy<HostFacts> Machine = new(() => new HostFacts(CgroupLayout.Current, ReadLastCapability(), File.Exists("/proc/kcore")) { IsInUserNamespace = OwnUserNamespace.IsNested });

    /// <summary>Whether whoever starts containers lives in a user namespace: device nodes are bound there, not made, and nobody decides which devices a group may use.</summary>
    public bool IsInUserNamespace { get; init; }

    /// <summary>This machine's.</summary>
    public static HostFacts Current => Machine.Value;

    private static int ReadLastCapability()
    {
        const string Path = "/proc/sys/kernel/cap_last_cap";
        return File.Exists(Path) ? int.Parse(File.ReadAllText(Path), CultureInfo.InvariantCulture) : CapabilityMask.LastKnown;
    }
}
