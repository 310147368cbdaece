using Quai.Linux.Kernel;
using Quai.Plans;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>Memory straight from the kernel: a page costs nothing until it is touched.</summary>
internal static unsafe class Memory
{
    private const int ReadWrite = 3, Private = 2, Anonymous = 0x20, SeekEnd = 2;

    /// <summary>Zeroed pages.</summary>
    public static byte* Map(long size)
    {
        long at = Quick(SystemCallNumber.Mmap, 0, size, ReadWrite, Private | Anonymous, -1, 0);
        return at < 0 && at > -4096 ? null : (byte*)at;
    }

    /// <summary>Releases pages.</summary>
    public static void Unmap(byte* at, long size) => Quick(SystemCallNumber.Munmap, (long)at, size);

    /// <summary>Maps a plan from its descriptor, closes the descriptor in any case, and relocates the plan.</summary>
    public static bool MapPlan(int descriptor, out byte* plan, out long size)
    {
        plan = null;
        size = 0;

        // Not more than there is: memory beyond a file's end cannot be touched.
        long length = Quick(SystemCallNumber.Lseek, descriptor, 0, SeekEnd);
        long at = length < sizeof(PlanHeader) ? -1 : Quick(SystemCallNumber.Mmap, 0, length, ReadWrite, Private, descriptor, 0);
        Quick(SystemCallNumber.Close, descriptor);
        if (at < 0 && at > -4096)
        {
            return false;
        }

        plan = (byte*)at;
        size = length;
        if (PlanInterpreter.Relocate(plan, size))
        {
            return true;
        }

        Unmap(plan, size);
        plan = null;
        return false;
    }
}
