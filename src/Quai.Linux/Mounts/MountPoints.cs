namespace Quai.Linux.Mounts;

/// <summary>Finds the place in a root where something is to be mounted, and creates it if missing.</summary>
internal static unsafe class MountPoints
{
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    /// <summary>Opens a mount point; no link and no <c>..</c> leads out of the root. Missing parts of the path are created, owned by root.</summary>
    /// <param name="root">The root.</param>
    /// <param name="path">The place, as seen from inside.</param>
    /// <param name="directory">Whether a directory is to be mounted there, or a file.</param>
    public static FileDescriptor OpenOrMake(FileDescriptor root, string path, bool directory)
    {
        if (TryOpen(root, path) is { } there)
        {
            return there;
        }

        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string above = "/";
        for (int i = 0; i < parts.Length; i++)
        {
            string here = above == "/" ? "/" + parts[i] : $"{above}/{parts[i]}";
            if (TryOpen(root, here) is { } found)
            {
                found.Dispose();
            }
            else
            {
                using FileDescriptor parent = TryOpen(root, above) ?? throw new LinuxException("open", Errno.ENOENT, above);
                Make(parent, parts[i], directory || i < parts.Length - 1, here);
            }

            above = here;
        }

        return TryOpen(root, path) ?? throw new LinuxException("open", Errno.ENOENT, path);
    }

    private static void Make(FileDescriptor parent, string name, bool directory, string path)
    {
        fixed (byte* n = FileCalls.Terminated(name))
        {
            int errno = directory ? FileCalls.TryMakeDirectory(parent.Number, n, 0x1ed) : FileCalls.TryMakeNode(parent.Number, n, FileCalls.S_IFREG | 0x1ed, 0, 0);
            if (errno is not (0 or Errno.EEXIST))
            {
                throw new LinuxException(directory ? "mkdir" : "mknod", errno, path);
            }
        }
    }

    private static FileDescriptor? TryOpen(FileDescriptor root, string path)
    {
        fixed (byte* p = FileCalls.Terminated(path))
        {
            int fd = Openat2.TryOpen(root.Number, p, FileCalls.O_PATH | FileCalls.O_CLOEXEC, 0, Inside);
            return fd >= 0 ? new FileDescriptor(fd) : -fd == Errno.ENOENT ? null : throw new LinuxException("open", -fd, path);
        }
    }
}
