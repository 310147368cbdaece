namespace Quai.Linux.Kernel;

/// <summary>Files of a few lines, as the kernel shows them; read where nothing may be allocated.</summary>
public static unsafe class SmallFile
{
    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="path">Ended by a zero.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="size">How many bytes there is room for.</param>
    /// <returns>How many there are, or minus the errno.</returns>
    public static long Read(byte* path, byte* buffer, int size)
    {
        long fd = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return fd;
        }

        long got = SystemCall.Quick(SystemCallNumber.Read, fd, (long)buffer, size);
        SystemCall.Quick(SystemCallNumber.Close, fd);
        return got;
    }
}
