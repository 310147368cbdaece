using Quai.Linux.Kernel;
using Quai.Runtime.Plans;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>Memory straight from the kernel: a page costs something only once it is touched.</summary>
internal static unsafe class Memory
{
    private const int ReadWrite = 3, Private = 2, Anonymous = 0x20;

    /// <summary>Zeroed pages.</summary>
    public static byte* Map(long size)
    {
        long at = Quick(SystemCallNumber.Mmap, 0, size, ReadWrite, Private | Anonymous, -1, 0);
        return at < 0 && at > -4096 ? null : (byte*)at;
    }

    /// <summary>Gives pages back.</summary>
    public static void Unmap(byte* at, long size) => Quick(SystemCallNumber.Munmap, (long)at, size);

    /// <summary>Maps a plan from its descriptor, closes that, and relocates it.</summary>
    public static bool MapPlan(int descriptor, out byte* plan, out long size)
    {
        // The header tells the size.
        long header = Quick(SystemCallNumber.Mmap, 0, sizeof(PlanHeader), ReadWrite, Private, descriptor, 0);
        plan = null;
        size = 0;
        if (header < 0 && header > -4096)
        {
            return false;
        }

        size = ((PlanHeader*)header)->Magic == PlanHeader.CurrentMagic ? ((PlanHeader*)header)->Size : 0;
        Unmap((byte*)header, sizeof(PlanHeader));
        if (size <= 0)
        {
            return false;
        }

        long at = Quick(SystemCallNumber.Mmap, 0, size, ReadWrite, Private, descriptor, 0);
        Quick(SystemCallNumber.Close, descriptor);
        if (at < 0 && at > -4096)
        {
            return false;
        }

        plan = (byte*)at;
        return PlanInterpreter.Relocate(plan, size);
    }
}
