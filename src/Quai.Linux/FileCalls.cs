using System.Runtime.InteropServices;
using System.Text;

namespace Quai.Linux;

/// <summary>
/// Files and directories relative to an open directory. Names are NUL-terminated bytes, as in the kernel:
/// a name need not be valid UTF-8. The <c>Try</c> forms return 0 or an error number and allocate nothing.
/// </summary>
public static unsafe partial class FileCalls
{
#pragma warning disable CS1591 // named by open(2), stat(2)
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_TRUNC = 0x200, O_APPEND = 0x400, O_CLOEXEC = 0x80000, O_PATH = 0x200000;
    public const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_EACCESS = 0x200, AT_EMPTY_PATH = 0x1000;
    public const uint S_IFMT = 0xF000, S_IFSOCK = 0xC000, S_IFLNK = 0xA000, S_IFREG = 0x8000, S_IFBLK = 0x6000, S_IFDIR = 0x4000, S_IFCHR = 0x2000, S_IFIFO = 0x1000;
    public const uint S_ISUID = 0x800, S_ISGID = 0x400, S_ISVTX = 0x200;

    // These two differ between processors.
    public static readonly int O_DIRECTORY = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;
#pragma warning restore CS1591

    /// <summary>Opens a directory by path.</summary>
    public static FileDescriptor OpenDirectory(string path) =>
        Openat2.Open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0);

    /// <summary>Whether this process, with the rights it has now, may write to a file, or make entries in a directory.</summary>
    public static bool IsWritable(string path)
    {
        fixed (byte* p = Terminated(path))
        {
            return Kernel.SystemCall.Quick(Kernel.SystemCallNumber.Faccessat2, AT_FDCWD, (long)p, 2, AT_EACCESS) == 0;
        }
    }

    /// <summary>Creates a directory with exactly these permissions, regardless of the process's umask.</summary>
    public static void MakeDirectory(int directory, string name, uint mode)
    {
        fixed (byte* n = Terminated(name))
        {
            Check(TryMakeDirectory(directory, n, mode), "mkdir", name);
            Check(TryChangeMode(directory, n, mode), "chmod", name);
        }
    }

    /// <summary>Sets the owner of an entry of a directory.</summary>
    public static void ChangeOwner(int directory, string name, uint uid, uint gid)
    {
        fixed (byte* n = Terminated(name))
        {
            Check(TryChangeOwner(directory, n, uid, gid), "chown", name);
        }
    }

    /// <summary>Renames within or between directories.</summary>
    public static void Rename(int fromDirectory, string from, int toDirectory, string to)
    {
        fixed (byte* f = Terminated(from), t = Terminated(to))
        {
            Check(Result(RenameAt(fromDirectory, f, toDirectory, t)), "rename", from);
        }
    }

    /// <summary>Syncs a file's data to disk, and what is needed to find it.</summary>
    public static void SyncData(int fd, string path) => Check(Result(FDataSync(fd)), "fdatasync", path);

    /// <summary>Syncs a directory's entries to disk.</summary>
    public static void Sync(int fd, string path) => Check(Result(FSync(fd)), "fsync", path);

    /// <summary>Syncs the whole file system that holds <paramref name="fd"/> to disk.</summary>
    public static void SyncFileSystem(int fd, string path) => Check(Result(SyncFs(fd)), "syncfs", path);

    /// <summary>Truncates an open file and seeks to its start.</summary>
    public static void Truncate(int fd, string path)
    {
        Check(Result(FTruncate(fd, 0)), "ftruncate", path);
        Check(Seek(fd, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError(), "lseek", path);
    }

    /// <summary>Writes all bytes; returns 0 or an error number.</summary>
    public static int TryWrite(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data)
        {
            nint done = 0;
            while (done < data.Length)
            {
                nint count = Write(fd, p + done, (nuint)(data.Length - done));
                if (count < 0)
                {
                    int errno = Marshal.GetLastPInvokeError();
                    if (errno == Errno.EINTR)
                    {
                        continue;
                    }

                    return errno;
                }

                done += count;
            }
        }

        return 0;
    }

    /// <summary>Reads what is available, at most as much as fits; returns the count, 0 at the end, or a negative error number.</summary>
    public static int TryRead(int fd, Span<byte> room)
    {
        fixed (byte* p = room)
        {
            while (true)
            {
                nint count = Read(fd, p, (nuint)room.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return -errno;
                }
            }
        }
    }

#pragma warning disable CS1591 // each is the call its name says
    public static int TryMakeDirectory(int directory, byte* name, uint mode) => Result(MkdirAt(directory, name, mode));

    public static int TrySymlink(byte* target, int directory, byte* name) => Result(SymlinkAt(target, directory, name));

    public static int TryLink(int fromDirectory, byte* from, int toDirectory, byte* to) => Result(LinkAt(fromDirectory, from, toDirectory, to, 0));

    public static int TryMakeNode(int directory, byte* name, uint mode, uint major, uint minor) =>
        Result(MknodAt(directory, name, mode, ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff)));

    public static int TryChangeOwner(int directory, byte* name, uint uid, uint gid) => Result(FChownAt(directory, name, uid, gid, AT_SYMLINK_NOFOLLOW));

    public static int TryChangeOwner(int fd, uint uid, uint gid) => Result(FChown(fd, uid, gid));

    /// <remarks>Follows a link: only for an entry known not to be one.</remarks>
    public static int TryChangeMode(int directory, byte* name, uint mode) => Result(FChmodAt(directory, name, mode, 0));

    public static int TryChangeMode(int fd, uint mode) => Result(FChmod(fd, mode));

    /// <remarks>For what an <c>O_PATH</c> descriptor names, which must not be a link.</remarks>
    public static int TryChangeModeByPath(int fd, uint mode)
    {
        fixed (byte* p = Terminated($"/proc/self/fd/{fd}"))
        {
            return Result(FChmodAt(AT_FDCWD, p, mode, 0));
        }
    }

    public static int TrySkip(int fd, long count) => Seek(fd, count, 1) >= 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Goes to a place of a file; returns 0 or an error number.</summary>
    public static int TrySeek(int fd, long place) => Seek(fd, place, 0) >= 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Finds the next data of a file at or behind a place, and goes there. A file system that knows no holes has data up to the end.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="from">The place.</param>
    /// <param name="start">Where the data begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>Whether there is any.</returns>
    public static bool TryNextData(int fd, long from, out long start, out long end)
    {
        const int SEEK_END = 2, SEEK_DATA = 3, SEEK_HOLE = 4;
        start = Seek(fd, from, SEEK_DATA);
        if (start < 0)
        {
            end = from;
            if (Marshal.GetLastPInvokeError() == Errno.ENXIO || Seek(fd, 0, SEEK_END) <= from)
            {
                start = from;
                return false;
            }

            start = from;
        }

        end = Seek(fd, start, SEEK_HOLE);
        if (end < 0)
        {
            end = Seek(fd, 0, SEEK_END);
        }

        return end > start && TrySeek(fd, start) == 0;
    }

    public static int TryTruncate(int fd, long length) => Result(FTruncate(fd, length));

    public static int TrySetTimes(int fd, in FileTimes times)
    {
        fixed (FileTimes* t = &times)
        {
            return Result(FUtimens(fd, t));
        }
    }

    public static int TrySetTimes(int directory, byte* name, in FileTimes times)
    {
        fixed (FileTimes* t = &times)
        {
            return Result(UtimensAt(directory, name, t, AT_SYMLINK_NOFOLLOW));
        }
    }

    public static int TryUnlink(int directory, byte* name, int flags = 0) => Result(UnlinkAt(directory, name, flags));

    public static int TryRename(int fromDirectory, byte* from, int toDirectory, byte* to) => Result(RenameAt(fromDirectory, from, toDirectory, to));

    public static int TryClose(int fd) => Result(Close(fd));
#pragma warning restore CS1591

    /// <summary>The status of an entry of a directory, not following a link; returns 0 or an error number. An empty name means the directory itself.</summary>
    public static int TryStatus(int directory, byte* name, out FileStatus status)
    {
        const uint BasicStats = 0x7ff;
        const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;
        StatxBuffer buffer;
        int errno = Result(Statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, BasicStats, &buffer));
        status = errno != 0 ? default : new FileStatus(buffer.Mode, buffer.Uid, buffer.Gid, (long)buffer.Size, buffer.Links, buffer.Inode, buffer.DevMajor, buffer.DevMinor) 
        {
            Blocks = (long)buffer.Blocks,
            IsMountRoot = (buffer.Attributes & STATX_ATTR_MOUNT_ROOT) != 0,
            Times = new FileTimes
            {
                AccessSeconds = buffer.Accessed,
                AccessNanoseconds = buffer.AccessedNanoseconds,
                ModifySeconds = buffer.Modified,
                ModifyNanoseconds = buffer.ModifiedNanoseconds,
            },
        };
        return errno;
    }

    /// <summary>The status of an entry of a directory, not following a link.</summary>
    public static FileStatus Status(int directory, string name)
    {
        fixed (byte* n = Terminated(name))
        {
            Check(TryStatus(directory, n, out FileStatus status), "stat", name);
            return status;
        }
    }

    /// <summary>The name's bytes with a NUL at the end.</summary>
    internal static byte[] Terminated(string name)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(name) + 1];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    private static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }

    private static int Result(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();
}
