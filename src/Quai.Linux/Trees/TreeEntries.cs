using System.Buffers;
using System.Runtime.InteropServices;

namespace Quai.Linux.Trees;

/// <summary>
/// Operations for walking a directory that others may change meanwhile: everything by an open directory and a single name,
/// no link ever followed. Names are NUL-terminated bytes, as in the kernel.
/// </summary>
public static unsafe partial class TreeEntries
{
    /// <summary>How many statuses are worth a thread: some half a millisecond's.</summary>
    private const int NamesOfAThread = 256;

    private const long SYS_listxattrat = 465, AT_SYMLINK_NOFOLLOW = 0x100;

    private const int BufferSize = 64 * 1024, NameOffset = 19, MaximumLink = 64 * 1024;

    private static volatile bool s_isWithoutListAt;

    private static readonly long SYS_getdents64 = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 217 : 61;

    /// <summary>
    /// The next names of a directory's entries except <c>.</c> and <c>..</c>, sorted by their bytes; empty at its end. A directory with more entries than
    /// the caller wants to hold at once comes in several parts, each sorted separately.
    /// </summary>
    /// <param name="directory">Open for reading, positioned by the last call.</param>
    /// <param name="most">Approximate maximum.</param>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public static List<byte[]> NextNames(int directory, int most)
    {
        List<byte[]> names = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        fixed (byte* b = buffer)
        {
            while (names.Count < most)
            {
                long length = ReadEntries(SYS_getdents64, directory, b, BufferSize);
                if (length < 0)
                {
                    // A removed directory has no entries any more.
                    return Marshal.GetLastPInvokeError() == Errno.ENOENT ? names : throw LinuxException.FromLastError("getdents");
                }

                if (length == 0)
                {
                    break;
                }

                for (long at = 0; at < length; at += *(ushort*)(b + at + 16))
                {
                    ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(b + at + NameOffset);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        byte[] copy = new byte[name.Length + 1];
                        name.CopyTo(copy);
                        names.Add(copy);
                    }
                }
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    /// <summary>The status of an entry, or null if it is gone.</summary>
    /// <exception cref="LinuxException">Anything but absence.</exception>
    public static NodeStatus? TryStatus(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* n = name)
        {
            return NodeStatusReader.TryRead(directory, n);
        }
    }

    /// <summary>What each of some entries is; null for one that is gone. Where there are many, all processors ask.</summary>
    /// <param name="directory">The open directory.</param>
    /// <param name="names">Names in it.</param>
    /// <param name="attributes">Whether to ask for extended attributes, too, which takes as long again.</param>
    /// <exception cref="LinuxException">Anything but absence.</exception>
    public static FoundEntry?[] Find(int directory, IReadOnlyList<byte[]> names, bool attributes)
    {
        var found = new FoundEntry?[names.Count];
        int parts = Math.Clamp(names.Count / NamesOfAThread, 1, Environment.ProcessorCount);
        Parallel.For(0, parts, part =>
        {
            int end = (int)((long)names.Count * (part + 1) / parts);
            for (int i = (int)((long)names.Count * part / parts); i < end; i++)
            {
                found[i] = TryStatus(directory, names[i]) is { } status ? new FoundEntry(names[i], status, attributes && status.IsRegular && HasAttributes(directory, names[i])) : null;
            }
        });
        return found;
    }

    /// <summary>Opens a directory for reading; null if the name is now something else or gone.</summary>
    public static FileDescriptor? TryOpenDirectory(int directory, ReadOnlySpan<byte> name) => TryOpen(directory, name, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY);

    /// <summary>Opens a regular file for reading; null if the name is gone or now something else, which is then not opened: no device is touched, no FIFO waited for.</summary>
    /// <exception cref="LinuxException">It cannot be opened; <c>EAGAIN</c> if somebody keeps a lease on it.</exception>
    public static FileDescriptor? TryOpenFile(int directory, ReadOnlySpan<byte> name)
    {
        using FileDescriptor? found = TryOpen(directory, name, FileCalls.O_PATH);
        return found is null || !NodeStatusReader.Read(found).IsRegular ? null
            : RegularFile.TryReopen(found.Number, out int errno) ?? throw new LinuxException("open", errno, System.Text.Encoding.UTF8.GetString(name.TrimEnd((byte)0)));
    }

    /// <summary>Whether an open directory has no entries.</summary>
    /// <param name="directory">Open for reading, at its start.</param>
    public static bool IsEmpty(int directory)
    {
        byte* buffer = stackalloc byte[1024];
        long length;
        while ((length = ReadEntries(SYS_getdents64, directory, buffer, 1024)) > 0)
        {
            for (long at = 0; at < length; at += *(ushort*)(buffer + at + 16))
            {
                ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + NameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The target of a symbolic link; null if it is no longer one.</summary>
    public static byte[]? TryReadLink(int directory, ReadOnlySpan<byte> name)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            fixed (byte* n = name, b = buffer)
            {
                nint length = ReadLinkAt(directory, n, b, (nuint)buffer.Length);
                if (length < 0)
                {
                    return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.EINVAL ? null : throw LinuxException.FromLastError("readlink");
                }

                if (length < buffer.Length || buffer.Length >= MaximumLink)
                {
                    return buffer[..(int)length];
                }
            }

            buffer = new byte[buffer.Length * 4];
        }
    }

    /// <summary>Extended attributes of an open file or directory: names without NUL.</summary>
    public static List<(byte[] Name, byte[] Value)> Attributes(int fd) => Read([0], fd);

    /// <summary>Extended attributes of one entry that is not a directory.</summary>
    public static List<(byte[] Name, byte[] Value)> Attributes(int directory, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[EntryPath.MaximumLength];
        return EntryPath.TryWrite(path, directory, name[..^1]) ? Read(path, -1) : throw new LinuxException("llistxattr", Errno.ENAMETOOLONG, null);
    }

    private static bool HasAttributes(int directory, ReadOnlySpan<byte> name)
    {
        if (!s_isWithoutListAt)
        {
            fixed (byte* n = name)
            {
                if (ListXattrAt(SYS_listxattrat, directory, n, AT_SYMLINK_NOFOLLOW, null, 0) is var count and >= 0)
                {
                    return count > 0;
                }
            }

            if (Marshal.GetLastPInvokeError() is not (Errno.ENOSYS or Errno.EPERM))
            {
                return false;
            }

            // Before Linux 6.13; and container runtimes refuse calls that they do not know.
            s_isWithoutListAt = true;
        }

        byte* path = stackalloc byte[EntryPath.MaximumLength];
        return EntryPath.TryWrite(new Span<byte>(path, EntryPath.MaximumLength), directory, name[..^1]) && LListXattr(path, null, 0) > 0;
    }

    private static List<(byte[] Name, byte[] Value)> Read(ReadOnlySpan<byte> path, int fd)
    {
        fixed (byte* p = path)
        {
            byte* buffer = stackalloc byte[1024];
            nint length = fd >= 0 ? FListXattr(fd, buffer, 1024) : LListXattr(p, buffer, 1024);
            if (length == 0)
            {
                return [];
            }

            byte[] names;
            if (length > 0)
            {
                names = new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
            }
            else if (Marshal.GetLastPInvokeError() == Errno.ERANGE)
            {
                names = new byte[65536];
                fixed (byte* n = names)
                {
                    length = fd >= 0 ? FListXattr(fd, n, 65536) : LListXattr(p, n, 65536);
                }

                names = length > 0 ? names[..(int)length] : [];
            }
            else
            {
                // A file system without attributes, or a file that is gone.
                return [];
            }

            return ReadValues(p, fd, names);
        }
    }

    private static List<(byte[] Name, byte[] Value)> ReadValues(byte* path, int fd, byte[] names)
    {
        List<(byte[] Name, byte[] Value)> result = [];
        byte[] value = new byte[65536];
        int start = 0;
        while (start < names.Length)
        {
            int end = start + names.AsSpan(start).IndexOf((byte)0);
            fixed (byte* n = names, v = value)
            {
                nint length = fd >= 0 ? FGetXattr(fd, n + start, v, (nuint)value.Length) : LGetXattr(path, n + start, v, (nuint)value.Length);
                if (length >= 0)
                {
                    result.Add((names[start..end], value[..(int)length]));
                }
            }

            start = end + 1;
        }

        return result;
    }

    private static FileDescriptor? TryOpen(int directory, ReadOnlySpan<byte> name, int flags)
    {
        fixed (byte* n = name)
        {
            int fd = Openat2.TryOpen(directory, n, flags | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_NO_SYMLINKS | Openat2.RESOLVE_NO_MAGICLINKS);
            return fd >= 0 ? new FileDescriptor(fd)
                : -fd is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENXIO or Errno.ENODEV ? null
                : throw new LinuxException("open", -fd, System.Text.Encoding.UTF8.GetString(name.TrimEnd((byte)0)));
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long ReadEntries(long number, long fd, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long ListXattrAt(long number, long fd, byte* path, long flags, byte* list, nuint size);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAt(int directory, byte* name, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    private static partial nint FListXattr(int fd, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static partial nint LListXattr(byte* path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true)]
    private static partial nint FGetXattr(int fd, byte* name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint LGetXattr(byte* path, byte* name, byte* value, nuint size);
}
