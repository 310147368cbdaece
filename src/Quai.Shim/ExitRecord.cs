using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The exit record: "code oomKilled nanoseconds" in a file that is either complete or absent.</summary>
internal static unsafe class ExitRecord
{
    public static void Write(byte* temporary, byte* path, int code, int oom, long nanoseconds)
    {
        if (path == null)
        {
            return;
        }

        byte* text = stackalloc byte[64];
        int at = 0;
        Number(text, ref at, code);
        text[at++] = (byte)' ';
        Number(text, ref at, oom);
        text[at++] = (byte)' ';
        Number(text, ref at, nanoseconds);
        text[at++] = (byte)'\n';
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)temporary, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC | OpenFlags.O_CLOEXEC, 0x180);
        if (fd < 0)
        {
            return;
        }

        Quick(SystemCallNumber.Write, fd, (long)text, at);
        Waiting(SystemCallNumber.Fdatasync, fd);
        Quick(SystemCallNumber.Close, fd);
        Quick(SystemCallNumber.Renameat, OpenFlags.AT_FDCWD, (long)temporary, OpenFlags.AT_FDCWD, (long)path);
    }

    private static void Number(byte* text, ref int at, long value)
    {
        byte* digits = stackalloc byte[20];
        int count = 0;
        do
        {
            digits[count++] = (byte)('0' + (value % 10));
            value /= 10;
        }
        while (value != 0);
        while (count > 0)
        {
            text[at++] = digits[--count];
        }
    }
}
