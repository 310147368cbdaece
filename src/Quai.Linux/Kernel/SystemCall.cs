using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

/// <summary>
/// The C library's <c>syscall(2)</c>, for calls that have no wrapper and for code that runs between clone and execve,
/// where nothing managed but plain static code may run.
/// </summary>
public static unsafe partial class SystemCall
{
    /// <summary>Makes a call that returns soon. Never blocks the garbage collector's bookkeeping, so it must not wait. Returns the result, or minus the errno.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Quick(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
    {
        long result = QuickRaw(number, a, b, c, d, e, f);
        return result == -1 ? -*ErrnoLocation() : result;
    }

    /// <summary>Makes a call that may wait. Returns the result, or minus the errno.</summary>
    public static long Waiting(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
    {
        long result = WaitingRaw(number, a, b, c, d, e, f);
        return result == -1 ? -*ErrnoLocation() : result;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [SuppressGCTransition]
    private static partial long QuickRaw(long number, long a, long b, long c, long d, long e, long f);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long WaitingRaw(long number, long a, long b, long c, long d, long e, long f);

    [LibraryImport("libc", EntryPoint = "__errno_location")]
    [SuppressGCTransition]
    private static partial int* ErrnoLocation();
}
