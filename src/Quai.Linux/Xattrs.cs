using System.Runtime.InteropServices;
using System.Text;

namespace Quai.Linux;

/// <summary>Extended attributes, <c>xattr(7)</c>.</summary>
public static unsafe partial class Xattrs
{
    /// <summary>Sets an attribute of an open file or directory; returns 0 or an error number.</summary>
    public static int TrySet(int fd, byte* name, ReadOnlySpan<byte> value)
    {
        fixed (byte* v = value)
        {
            return FSetXattr(fd, name, v, (nuint)value.Length, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <inheritdoc cref="TrySet(int, byte*, ReadOnlySpan{byte})"/>
    public static int TrySet(SafeHandle file, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* n = FileCalls.Terminated(name))
        {
            bool held = false;
            try
            {
                file.DangerousAddRef(ref held);
                return TrySet((int)file.DangerousGetHandle(), n, value);
            }
            finally
            {
                if (held)
                {
                    file.DangerousRelease();
                }
            }
        }
    }

    /// <summary>Sets an attribute of one entry of a directory, not following a link; returns 0 or an error number.</summary>
    /// <param name="directory">The open directory.</param>
    /// <param name="entry">A single component, NUL-terminated.</param>
    /// <param name="name">The attribute, NUL-terminated.</param>
    /// <param name="value">Its value.</param>
    public static int TrySetEntry(int directory, byte* entry, byte* name, ReadOnlySpan<byte> value)
    {
        Span<byte> path = stackalloc byte[EntryPath.MaximumLength];
        if (!EntryPath.TryWrite(path, directory, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry)))
        {
            return Errno.ENAMETOOLONG;
        }

        fixed (byte* p = path, v = value)
        {
            return LSetXattr(p, name, v, (nuint)value.Length, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>The value of an attribute of a path, not following a link; null if it has none.</summary>
    public static byte[]? Get(string path, string name)
    {
        fixed (byte* p = FileCalls.Terminated(path), n = FileCalls.Terminated(name))
        {
            byte[] value = new byte[65536];
            fixed (byte* v = value)
            {
                nint length = LGetXattr(p, n, v, (nuint)value.Length);
                if (length >= 0)
                {
                    return value[..(int)length];
                }
            }

            int errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ENODATA or Errno.EOPNOTSUPP ? null : throw new LinuxException("lgetxattr", errno, path);
        }
    }

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    private static partial int FSetXattr(int fd, byte* name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    private static partial int LSetXattr(byte* path, byte* name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint LGetXattr(byte* path, byte* name, byte* value, nuint size);
}
