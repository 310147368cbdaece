using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps that write to files of the kernel: control groups, and what procfs offers.</content>
public static unsafe partial class PlanInterpreter
{
    private static int WriteFile(byte* path, byte* text, int length)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return (int)-fd;
        }

        long written = Quick(SystemCallNumber.Write, fd, (long)text, length);
        Quick(SystemCallNumber.Close, fd);
        return written < 0 ? (int)-written : written == length ? 0 : Errno.EIO;
    }

    private static int WriteLines(byte* path, byte* text, int length)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return (int)-fd;
        }

        long written = 0;
        for (int at = 0; at < length && written >= 0;)
        {
            int end = at;
            while (end < length && text[end] != '\n')
            {
                end++;
            }

            written = Quick(SystemCallNumber.Write, fd, (long)(text + at), end - at);
            at = end + 1;
        }

        Quick(SystemCallNumber.Close, fd);
        return written < 0 ? (int)-written : 0;
    }

    private static long MakeDirectories(byte* path, int mode)
    {
        long made = Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
        if (made != -Errno.ENOENT)
        {
            return made;
        }

        for (int i = 1; path[i] != 0; i++)
        {
            if (path[i] == '/')
            {
                path[i] = 0;
                made = Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
                path[i] = (byte)'/';
                if (made < 0 && made != -Errno.EEXIST)
                {
                    return made;
                }
            }
        }

        return Quick(SystemCallNumber.Mkdirat, OpenFlags.AT_FDCWD, (long)path, mode);
    }

    private static long InheritFile(byte* from, byte* to)
    {
        byte* text = stackalloc byte[512];
        long length = SmallFile.Read(to, text, 512);
        if (length > 1)
        {
            return 0;
        }

        length = SmallFile.Read(from, text, 512);
        return length < 0 ? length : -WriteFile(to, text, (int)length);
    }

    /// <summary>Writes to a file beneath a directory, on that directory's mount alone: anything mounted over it is not the intended file.</summary>
    private static long WriteBeneath(int directory, byte* path, byte* text, int length, byte* otherwise)
    {
        long fd = Open(directory, path, OpenFlags.O_WRONLY, OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_XDEV | OpenFlags.RESOLVE_NO_MAGICLINKS);
        if (fd == -Errno.ENOENT && otherwise != null)
        {
            fd = Open(directory, otherwise, OpenFlags.O_WRONLY, OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_XDEV | OpenFlags.RESOLVE_NO_MAGICLINKS);
        }

        if (fd < 0)
        {
            return fd;
        }

        long written = Quick(SystemCallNumber.Write, fd, (long)text, length);
        Quick(SystemCallNumber.Close, fd);
        return written < 0 ? written : written == length ? 0 : -Errno.EIO;
    }
}
