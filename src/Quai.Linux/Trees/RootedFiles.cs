
namespace Quai.Linux.Trees;

/// <summary>
/// Opens and reads what others chose (an image, a container) beneath a directory as if it were the root: no link and no <c>..</c> leads out
/// (openat2's RESOLVE_IN_ROOT). What is found is first opened as itself (<c>O_PATH</c>), inspected, and opened for reading only if it is what was expected,
/// through that same descriptor: a FIFO never blocks the caller, a device is never touched, and nothing can be swapped between the check and the open.
/// </summary>
public static unsafe class RootedFiles
{
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;
    private const ulong Strictly = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;

    /// <summary>Opens a directory of this process's own file system, where nobody else decides what the path leads to.</summary>
    public static FileDescriptor OpenDirectory(string path) =>
        Openat2.Open(FileCalls.AT_FDCWD, path, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);

    /// <summary>Opens a directory in a root for reading; null if there is none.</summary>
    /// <param name="root">The directory that counts as <c>/</c>.</param>
    /// <param name="path">Absolute or relative, as seen from inside.</param>
    /// <exception cref="LinuxException">Anything but absence.</exception>
    public static FileDescriptor? TryOpenDirectory(FileDescriptor root, string path) =>
        TryOpen(root, path, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY, Inside);

    /// <summary>Opens what is beneath a directory as itself (<c>O_PATH</c>); null if it does not exist, or a link is on the way.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Relative to it.</param>
    public static FileDescriptor? TryOpenBeneath(FileDescriptor directory, string path) =>
        TryOpen(directory, path, FileCalls.O_PATH | FileCalls.O_NOFOLLOW, Strictly);

    /// <summary>The content of a regular file in a root; null if there is no file.</summary>
    /// <param name="root">The directory that counts as <c>/</c>.</param>
    /// <param name="path">Absolute or relative, as seen from inside; links are followed within the root.</param>
    /// <param name="limit">The maximum number of bytes to read.</param>
    /// <exception cref="UnreadableFileException">It is not a regular file, is one of the kernel's own, is larger than the limit, or is blocked by its owner.</exception>
    /// <exception cref="LinuxException">A call failed.</exception>
    public static byte[]? TryRead(FileDescriptor root, string path, int limit)
    {
        using FileDescriptor? found = TryOpen(root, path, FileCalls.O_PATH, Inside);
        if (found is null)
        {
            return null;
        }

        NodeStatus status = NodeStatusReader.Read(found);
        if (!status.IsRegular)
        {
            throw new UnreadableFileException(path, status.IsDirectory ? "is a directory" : "not a regular file");
        }

        if (RegularFile.IsOfTheKernel(found.Number))
        {
            throw new UnreadableFileException(path, "not a file on a disk");
        }

        using FileDescriptor file = RegularFile.TryReopen(found.Number, out int errno) ?? throw (errno == Errno.EAGAIN
            ? new UnreadableFileException(path, "somebody holds a lease on it and does not give it up")
            : new LinuxException("open", errno, path));
        return Read(file, path, status.Size, limit);
    }

    private static byte[] Read(FileDescriptor file, string path, ulong size, int limit)
    {
        if (size > (ulong)limit)
        {
            throw new UnreadableFileException(path, $"larger than {limit} bytes");
        }

        byte[] content = new byte[(int)size + 1];
        int filled = 0;
        while (true)
        {
            int count = FileCalls.TryRead(file.Number, content.AsSpan(filled));
            if (count < 0)
            {
                throw new LinuxException("read", -count, path);
            }

            if (count == 0)
            {
                return content[..filled];
            }

            filled += count;
            if (filled > limit)
            {
                // It grew while being read.
                throw new UnreadableFileException(path, $"larger than {limit} bytes");
            }

            if (filled == content.Length)
            {
                Array.Resize(ref content, Math.Min(limit + 1, content.Length * 2));
            }
        }
    }

    private static FileDescriptor? TryOpen(FileDescriptor directory, string path, int flags, ulong resolve)
    {
        fixed (byte* p = FileCalls.Terminated(path))
        {
            int fd = Openat2.TryOpen(directory.Number, p, flags | FileCalls.O_CLOEXEC, 0, resolve);
            return fd >= 0 ? new FileDescriptor(fd)
                : -fd is Errno.ENOENT or Errno.ENOTDIR ? null
                : -fd == Errno.ELOOP && resolve == Strictly ? null
                : throw new LinuxException("open", -fd, path);
        }
    }
}
