using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quai.Linux;

public static unsafe partial class FileCalls
{
    private const int EntriesBufferSize = 32 * 1024, DeepEntriesBufferSize = 2 * 1024, ShallowLevels = 8;
    private const int NameOffset = 19;

    /// <summary>No path that a system call accepts leads deeper: 4,096 bytes. Anything nested deeper step by step counts nothing.</summary>
    private const int DeepestMeasured = 2048;

    private static readonly long SYS_getdents64 = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 217 : 61;

    /// <summary>
    /// Makes ext4 spread a directory's subdirectories over the disk, as it does with those of its root (<c>chattr +T</c>). If trees are created and removed
    /// in turn, a new tree then does not share the last one's place: ext4 skips recently freed inodes one by one. Other file systems need no such hint.
    /// </summary>
    /// <returns>Whether the file system accepted it.</returns>
    public static bool TrySpreadSubdirectories(int directory)
    {
        const uint Get = 0x80086601, Set = 0x40086602;
        const int TopDirectory = 0x00020000;
        long flags = 0;
        if (Kernel.SystemCall.Quick(Kernel.SystemCallNumber.Ioctl, directory, Get, (long)&flags) < 0)
        {
            return false;
        }

        // The kernel reads and writes an int, whatever the request's number says.
        *(int*)&flags |= TopDirectory;
        return Kernel.SystemCall.Quick(Kernel.SystemCallNumber.Ioctl, directory, Set, (long)&flags) >= 0;
    }

    /// <summary>
    /// Gives an empty file another's content without copying it (FICLONE): both share the blocks until one is written to. Btrfs, xfs and others can do that
    /// within one file system.
    /// </summary>
    /// <returns>Whether the file system did; otherwise nothing has changed.</returns>
    public static bool TryShareContent(int source, int target)
    {
        const uint FICLONE = 0x40049409;
        return Kernel.SystemCall.Waiting(Kernel.SystemCallNumber.Ioctl, target, FICLONE, source) >= 0;
    }

    /// <summary>
    /// Removes an entry of a directory with everything below it. Links are removed, never followed, and a mount point inside stops it
    /// with <c>EBUSY</c>. A missing entry is not an error. The tree may have any depth and width.
    /// </summary>
    public static void RemoveTree(int directory, string name)
    {
        fixed (byte* n = Terminated(name))
        {
            Check(TryRemoveTree(directory, n), "remove", name);
        }
    }

    /// <inheritdoc cref="RemoveTree"/>
    /// <returns>0 or an error number.</returns>
    public static int TryRemoveTree(int directory, byte* name)
    {
        int errno = TryUnlink(directory, name);
        if (errno is 0 or Errno.ENOENT)
        {
            return 0;
        }

        if (errno is not (Errno.EISDIR or Errno.EPERM))
        {
            return errno;
        }

        errno = TryUnlink(directory, name, AT_REMOVEDIR);
        if (errno is 0 or Errno.ENOENT)
        {
            return 0;
        }

        if (errno is not (Errno.ENOTEMPTY or Errno.EEXIST))
        {
            return errno;
        }

        int fd = Openat2.TryOpen(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, Openat2.RESOLVE_NO_XDEV);
        if (fd < 0)
        {
            return -fd == Errno.EXDEV ? Errno.EBUSY : -fd;
        }

        try
        {
            errno = Trees.TreeRemoval.TryEmpty(fd);
        }
        finally
        {
            _ = TryClose(fd);
        }

        return errno != 0 ? errno : TryUnlink(directory, name, AT_REMOVEDIR) is var last and not Errno.ENOENT ? last : 0;
    }

    /// <summary>Whether something is mounted at any depth below a directory. One that is too deep to be searched counts as having a mount.</summary>
    /// <param name="parent">The directory it lies in.</param>
    /// <param name="name">Its name; a link is not followed.</param>
    public static bool HoldsMount(int parent, byte* name)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return true;
        }

        int fd = Openat2.TryOpen(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, Openat2.RESOLVE_NO_XDEV);
        if (fd < 0)
        {
            return -fd is Errno.EXDEV or Errno.EMFILE;
        }

        try
        {
            byte[] buffer = new byte[DeepEntriesBufferSize];
            fixed (byte* b = buffer)
            {
                nint length;
                while ((length = TryReadEntries(fd, b, buffer.Length)) > 0)
                {
                    for (nint at = 0; at < length; at += *(ushort*)(b + at + 16))
                    {
                        byte* entry = b + at + NameOffset;
                        if (!IsDots(entry) && TryStatus(fd, entry, out FileStatus status) == 0 && (status.IsMountRoot || (status.IsDirectory && HoldsMount(fd, entry))))
                        {
                            return true;
                        }
                    }
                }
            }

            return false;
        }
        finally
        {
            _ = TryClose(fd);
        }
    }

    /// <summary>Bytes of all files below an open directory, each counted once however many names it has; directories do not count.</summary>
    public static long TreeSize(int directory)
    {
        HashSet<ulong> linked = [];
        return TreeSize(directory, linked, 0, blocks: false);
    }

    /// <summary>Disk space of everything below an open directory, in bytes, counted as <c>du</c> does: blocks, of directories too, each file once however many names it has.</summary>
    public static long TreeUsage(int directory)
    {
        HashSet<ulong> linked = [];
        return TreeSize(directory, linked, 0, blocks: true);
    }

    private static long TreeSize(int directory, HashSet<ulong> linked, int depth, bool blocks)
    {
        if (depth == DeepestMeasured || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return 0;
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>(depth < ShallowLevels ? EntriesBufferSize : DeepEntriesBufferSize);
        long total = 0;
        fixed (byte* b = buffer)
        {
            nint length;
            while ((length = TryReadEntries(directory, b, buffer.Length)) > 0)
            {
                for (nint at = 0; at < length; at += *(ushort*)(b + at + 16))
                {
                    byte* name = b + at + NameOffset;
                    if (IsDots(name) || TryStatus(directory, name, out FileStatus status) != 0)
                    {
                        continue;
                    }

                    if (status.IsDirectory)
                    {
                        total += blocks ? status.Blocks * 512 : 0;
                        int fd = Openat2.TryOpen(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, Openat2.RESOLVE_NO_XDEV);
                        if (fd >= 0)
                        {
                            try
                            {
                                total += TreeSize(fd, linked, depth + 1, blocks);
                            }
                            finally
                            {
                                _ = TryClose(fd);
                            }
                        }
                    }
                    else if (status.Links == 1 || linked.Add(status.Inode))
                    {
                        total += blocks ? status.Blocks * 512 : status.Size;
                    }
                }
            }
        }

        return total;
    }

    /// <summary>Reads entries of an open directory as <c>getdents64(2)</c> returns them; returns their size in bytes, 0 at the end, or a negative error number.</summary>
    internal static nint TryReadEntries(int directory, byte* buffer, int size)
    {
        long length = GetDirectoryEntries(SYS_getdents64, directory, buffer, (nuint)size);
        return length >= 0 ? (nint)length : -Marshal.GetLastPInvokeError();
    }

    internal static bool IsDots(byte* name) => name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}
