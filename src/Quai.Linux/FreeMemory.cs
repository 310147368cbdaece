using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>Unused memory that the C library keeps.</summary>
public static partial class FreeMemory
{
    /// <summary>Returns it to the system.</summary>
    public static void Release() => _ = Trim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
