using System.Runtime.CompilerServices;

namespace Quai.Linux.Trees;

/// <summary>
/// Copies a directory's whole content: owners, modes, times, links, hard links, nodes and extended attributes. A hostile party may change both sides
/// meanwhile: every step uses an open directory and a single name, no link is followed, and changes are made by descriptor.
/// </summary>
public static unsafe class FileTree
{
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const int MostNames = 4096;

    /// <summary>Copies the content and the attributes of one directory into another existing one.</summary>
    /// <param name="source">Open for reading, at its start.</param>
    /// <param name="target">Open for reading.</param>
    /// <exception cref="LinuxException">A step failed; <c>EEXIST</c> also if somebody created a file of that name in the target meanwhile.</exception>
    public static void CopyContent(FileDescriptor source, FileDescriptor target)
    {
        new Copy(target).Children(source, target, "");
        TreeAttributes.Copy(source, target, marks: false);
    }

    /// <summary>Whether a directory of this machine has no entries.</summary>
    public static bool IsEmpty(string directory)
    {
        using FileDescriptor opened = RootedFiles.OpenDirectory(directory);
        return TreeEntries.IsEmpty(opened.Number);
    }

    /// <summary>
    /// Bytes of all files and links beneath, each hard link once, including holes but not directories, as Docker counts; 0 for a directory that is gone. Writers there cannot make this fail, however deep they nest.
    /// </summary>
    public static long ApparentSize(string directory)
    {
        try
        {
            using FileDescriptor opened = RootedFiles.OpenDirectory(directory);
            return FileCalls.TreeSize(opened.Number);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return 0;
        }
    }

    /// <summary>Bytes of all regular files beneath, each hard link counted once: what copying them moves.</summary>
    public static long Size(string directory)
    {
        long total = 0;
        HashSet<ulong>? seen = null;
        var pending = new Stack<string>();
        pending.Push(directory);
        while (pending.TryPop(out string? folder))
        {
            foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [])
            {
                if (NodeStatusReader.TryRead(path) is not { } status)
                {
                    continue;
                }

                if (status.IsDirectory)
                {
                    pending.Push(path);
                }
                else if (status.IsRegular && (status.Links < 2 || (seen ??= []).Add(status.Inode)))
                {
                    total += (long)status.Size;
                }
            }
        }

        return total;
    }

    private static void CheckAttribute(int errno)
    {
        if (errno != Errno.EOPNOTSUPP)
        {
            Check(errno, "fsetxattr", "");
        }
    }

    private static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path.Length == 0 ? null : path);
        }
    }

    /// <summary>One copy: it remembers where it put the first name of each file with several names.</summary>
    private sealed class Copy(FileDescriptor top)
    {
        private readonly Dictionary<(uint Major, uint Minor, ulong Inode), (string Folder, byte[] Name)> _linked = [];

        public void Children(FileDescriptor source, FileDescriptor target, string folder)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            while (TreeEntries.NextNames(source.Number, MostNames) is { Count: > 0 } names)
            {
                foreach (byte[] name in names)
                {
                    if (TreeEntries.TryStatus(source.Number, name) is { } status)
                    {
                        Child(source, target, folder, name, status);
                    }
                }
            }
        }

        private void Child(FileDescriptor source, FileDescriptor target, string folder, byte[] name, in NodeStatus status)
        {
            string path = (folder.Length == 0 ? "" : folder + "/") + System.Text.Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1));
            fixed (byte* n = name)
            {
                if (status.IsDirectory)
                {
                    Folder(source, target, n, name, path);
                }
                else if (!TryLink(target, n, status, path))
                {
                    Entry(source, target, n, name, status, path);
                    Remember(status, folder, name);
                }
            }
        }

        private void Folder(FileDescriptor from, FileDescriptor to, byte* n, byte[] name, string path)
        {
            using FileDescriptor? source = TreeEntries.TryOpenDirectory(from.Number, name);
            if (source is null)
            {
                return;
            }

            Check(FileCalls.TryMakeDirectory(to.Number, n, 0x1c0), "mkdir", path);
            using FileDescriptor target = Opened(Openat2.TryOpen(to.Number, n, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Single), path);
            Children(source, target, path);
            TreeAttributes.Copy(source, target, marks: false);
        }

        private static void Entry(FileDescriptor source, FileDescriptor target, byte* n, byte[] name, in NodeStatus status, string path)
        {
            if (status.IsRegular)
            {
                Content(source, target, n, name, path);
                return;
            }

            List<(byte[] Name, byte[] Value)> attributes = TreeEntries.Attributes(source.Number, name);
            if (status.IsLink)
            {
                if (TreeEntries.TryReadLink(source.Number, name) is not { } says)
                {
                    return;
                }

                fixed (byte* s = (byte[])[.. says, 0])
                {
                    Check(FileCalls.TrySymlink(s, target.Number, n), "symlink", path);
                }

                Check(FileCalls.TryChangeOwner(target.Number, n, status.Uid, status.Gid), "lchown", path);
            }
            else
            {
                Check(FileCalls.TryMakeNode(target.Number, n, status.Mode, status.NodeMajor, status.NodeMinor), "mknod", path);
                Check(FileCalls.TryChangeOwner(target.Number, n, status.Uid, status.Gid), "lchown", path);
                SetMode(target, n, status.Mode);
            }

            foreach ((byte[] key, byte[] value) in attributes)
            {
                if (TreeAttributes.IsOfTheFile(key))
                {
                    fixed (byte* k = (byte[])[.. key, 0])
                    {
                        CheckAttribute(Xattrs.TrySetEntry(target.Number, n, k, value));
                    }
                }
            }

            Check(FileCalls.TrySetTimes(target.Number, n, TreeAttributes.Times(status)), "utimensat", path);
        }

        /// <summary>Changing the mode by name would follow a link that took the node's place: use a descriptor of what is there, if that is what was created.</summary>
        private static void SetMode(FileDescriptor directory, byte* n, uint mode)
        {
            int fd = Openat2.TryOpen(directory.Number, n, FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Single);
            if (fd >= 0)
            {
                using FileDescriptor node = new(fd);
                if ((NodeStatusReader.Read(node).Mode & FileCalls.S_IFMT) == (mode & FileCalls.S_IFMT))
                {
                    Check(FileCalls.TryChangeModeByPath(fd, mode & 0xfff), "chmod", "");
                }
            }
        }

        private static void Content(FileDescriptor source, FileDescriptor target, byte* n, byte[] name, string path)
        {
            using FileDescriptor? from = TreeEntries.TryOpenFile(source.Number, name);
            if (from is null)
            {
                return;
            }

            const int flags = FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC;
            using FileDescriptor to = Opened(Openat2.TryOpen(target.Number, n, flags | FileCalls.O_NOFOLLOW, 0x180, Single), path);
            FileContent.Copy(from, to, path, CancellationToken.None);
            TreeAttributes.Copy(from, to, marks: false);
        }

        private void Remember(in NodeStatus status, string folder, byte[] name)
        {
            if (status.Links > 1)
            {
                _linked.TryAdd((status.DeviceMajor, status.DeviceMinor, status.Inode), (folder, name));
            }
        }

        private bool TryLink(FileDescriptor target, byte* n, in NodeStatus status, string path)
        {
            if (status.Links < 2 || !_linked.TryGetValue((status.DeviceMajor, status.DeviceMinor, status.Inode), out (string Folder, byte[] Name) first))
            {
                return false;
            }

            using FileDescriptor folder = ScopedPath.OpenBeneath(top, first.Folder);
            fixed (byte* f = first.Name)
            {
                Check(FileCalls.TryLink(folder.Number, f, target.Number, n), "link", path);
            }

            return true;
        }

        private static FileDescriptor Opened(int fd, string path) => fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException("open", -fd, path);
    }
}
