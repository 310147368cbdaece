using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>What the C library keeps of memory that nobody uses.</summary>
public static partial class FreeMemory
{
    /// <summary>Gives it back to the system.</summary>
    public static void Release() => _ = Trim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
