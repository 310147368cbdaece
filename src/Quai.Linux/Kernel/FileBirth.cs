namespace Quai.Linux.Kernel;

/// <summary>By what a file is told from all others, also from those that later have its number: for code that must not allocate, too.</summary>
public static unsafe class FileBirth
{
    private const int StatusSize = 256, InodeAt = 32, SecondsAt = 80, NanosecondsAt = 88, AskedInode = 0x100, AskedBirth = 0x800;

    /// <summary>The number of an open file and when it was made, in nanoseconds since 1970; 0 where the file system does not know that.</summary>
    /// <returns>Whether the kernel answered.</returns>
    public static bool TryRead(int descriptor, out ulong inode, out long birth)
    {
        byte* status = stackalloc byte[StatusSize];
        byte* none = stackalloc byte[1];
        none[0] = 0;
        inode = 0;
        birth = 0;
        if (SystemCall.Quick(SystemCallNumber.Statx, descriptor, (long)none, OpenFlags.AT_EMPTY_PATH, AskedInode | AskedBirth, (long)status) != 0)
        {
            return false;
        }

        inode = *(ulong*)(status + InodeAt);
        birth = (*(uint*)status & AskedBirth) == 0 ? 0 : (*(long*)(status + SecondsAt) * 1_000_000_000) + *(uint*)(status + NanosecondsAt);
        return true;
    }
}
