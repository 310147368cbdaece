using System.Runtime.InteropServices;

namespace Quai.Linux.Processes;

/// <summary>The user namespace that this process lives in.</summary>
public static partial class OwnUserNamespace
{
    private static readonly Lazy<bool> s_isNested = new(() => IsNestedBy(File.ReadAllText("/proc/self/uid_map")));

    /// <summary>
    /// Whether it is not the machine's own: then root is root in it only. The kernel lets nobody there make device nodes, use attributes in <c>trusted.</c>,
    /// or decide about devices, and gives only those ids to files that the namespace has.
    /// </summary>
    public static bool IsNested => s_isNested.Value;

    /// <summary>The user by whose rights this process acts, as the namespace numbers them.</summary>
    public static uint User => EffectiveUser();

    /// <summary>The group of <see cref="User"/>.</summary>
    public static uint Group => EffectiveGroup();

    /// <summary>Reads a <c>uid_map</c>: the machine's own namespace has all ids, each as itself.</summary>
    public static bool IsNestedBy(string map) => map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not ["0", "0", "4294967295"];

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
