using Quai.Linux.Kernel;
using Quai.Linux.Processes;

namespace Quai.Linux.Mounts;

/// <summary>The source of the root that is shown.</summary>
public abstract record RootSource
{
    private RootSource()
    {
    }

    /// <summary>The root mount of a running process's mount namespace, alone: what is mounted on it is not visible.</summary>
    /// <param name="Pid">The process.</param>
    public sealed record OfProcess(int Pid) : RootSource;

    /// <summary>An overlay that nobody else has mounted.</summary>
    /// <param name="Root">The folder that the other paths are relative to.</param>
    /// <param name="Lower">Read-only layers, topmost first.</param>
    /// <param name="Upper">The writable layer.</param>
    /// <param name="Work">overlayfs's work directory.</param>
    public sealed record Overlay(string Root, IReadOnlyList<string> Lower, string Upper, string Work) : RootSource;

    /// <summary>A folder of this machine, without what is mounted beneath it.</summary>
    /// <param name="Path">The folder.</param>
    public sealed record Folder(string Path) : RootSource;
}

/// <summary>A folder or file of this machine that is shown in a root.</summary>
/// <param name="Source">Its path.</param>
/// <param name="Destination">Where it is shown; absolute, links in it are the root's own.</param>
/// <param name="ReadOnly">Whether it can only be read there.</param>
/// <param name="Recursive">Whether what is mounted beneath it is shown too.</param>
public sealed record ShownMount(string Source, string Destination, bool ReadOnly, bool Recursive)
{
    /// <summary>
    /// The part beneath the source that is shown; null for the source itself. A hostile party may change what is there:
    /// it is opened once, no link on the way is followed, and what was opened is what is shown.
    /// </summary>
    public string? Subpath { get; init; }

    /// <summary>Layers that make the file system that is shown instead of the source, relative to it, topmost first; null for the source itself.</summary>
    public IReadOnlyList<string>? Lower { get; init; }
}

/// <summary>
/// A container's root, assembled again with its mounts, but attached nowhere: only a descriptor leads into it, and all of it is gone
/// when that is closed, or with this process. No device in it can be opened and no program executed.
/// It is created on a separate thread that sees mount namespaces no other thread does, and ends.
/// </summary>
public static unsafe class DetachedRoot
{
    private const uint AT_RECURSIVE = 0x8000;
    private const ulong Hardened = MountFlags.MOUNT_ATTR_NOSUID | MountFlags.MOUNT_ATTR_NODEV | MountFlags.MOUNT_ATTR_NOEXEC;

    /// <summary>Creates the root and returns a descriptor of it.</summary>
    /// <param name="source">The root itself.</param>
    /// <param name="mounts">What is shown in it. Missing mount points are created.</param>
    /// <param name="rootReadOnly">Whether the root, apart from its mounts, is read-only.</param>
    /// <param name="allReadOnly">Whether nothing can be written, nor access times be changed.</param>
    /// <param name="mountPoint">Any existing directory; others never see anything there.</param>
    /// <exception cref="LinuxException">A step failed; with <c>ENOENT</c> or <c>ESRCH</c> also if the process is gone.</exception>
    public static FileDescriptor Open(RootSource source, IReadOnlyList<ShownMount> mounts, bool rootReadOnly, bool allReadOnly, string mountPoint)
    {
        FileDescriptor? result = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = OpenHere(source, mounts, rootReadOnly, allReadOnly, mountPoint);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw failure;
    }

    private static FileDescriptor OpenHere(RootSource source, IReadOnlyList<ShownMount> mounts, bool rootReadOnly, bool allReadOnly, string mountPoint)
    {
        using FileDescriptor? root = source switch
        {
            RootSource.OfProcess process => CloneRootOf(process.Pid),
            RootSource.Folder folder => Clone(FileCalls.AT_FDCWD, folder.Path, 0),
            _ => null,
        };
        if (root is not null && mounts.Count == 0)
        {
            SetAttributes(root, 0, Hardened | ReadOnlyBits(rootReadOnly || allReadOnly, allReadOnly), "/");
            return Keep(root);
        }

        // Also gives this thread its own working directory (CLONE_NEWNS implies CLONE_FS); the thread ends after this.
        Check(SystemCall.Waiting(SystemCallNumber.Unshare, (long)CloneFlags.CLONE_NEWNS), "unshare", null);

        // Mount points that are created stay in the container, with the modes that they are given.
        SystemCall.Quick(SystemCallNumber.Umask, 0);
        HostMount.PartFromOthers();
        if (root is not null)
        {
            SetAttributes(root, 0, 0, "/", privately: true);
            Move(root, FileCalls.AT_FDCWD, mountPoint, MountFlags.MOVE_MOUNT_F_EMPTY_PATH);
        }
        else
        {
            var overlay = (RootSource.Overlay)source;
            fixed (byte* path = FileCalls.Terminated(overlay.Root))
            {
                Check(SystemCall.Waiting(SystemCallNumber.Chdir, (long)path), "chdir", overlay.Root);
            }

            HostMount.Mount("overlay", mountPoint, "overlay", 0, $"lowerdir={string.Join(':', overlay.Lower)},upperdir={overlay.Upper},workdir={overlay.Work}{OverlayMarks.MountOption}");
        }

        using FileDescriptor top = Openat2.Open(FileCalls.AT_FDCWD, mountPoint, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        foreach (ShownMount mount in mounts)
        {
            Show(top, mount, mountPoint);
        }

        using FileDescriptor whole = Clone(top.Number, "", AT_RECURSIVE);
        SetAttributes(whole, AT_RECURSIVE, Hardened | ReadOnlyBits(allReadOnly, allReadOnly), "/");
        if (rootReadOnly)
        {
            SetAttributes(whole, 0, MountFlags.MOUNT_ATTR_RDONLY, "/");
        }

        return Keep(whole);
    }

    private static FileDescriptor CloneRootOf(int pid)
    {
        using FileDescriptor theirs = Openat2.Open(FileCalls.AT_FDCWD, $"/proc/{pid}/ns/mnt", FileCalls.O_RDONLY | FileCalls.O_CLOEXEC, 0, 0);
        using FileDescriptor ours = Openat2.Open(FileCalls.AT_FDCWD, "/proc/thread-self/ns/mnt", FileCalls.O_RDONLY | FileCalls.O_CLOEXEC, 0, 0);
        if (Trees.NodeStatusReader.Read(theirs).Inode == Trees.NodeStatusReader.Read(ours).Inode)
        {
            // The process has ended and its number has been reused: this machine's root must not be shown to anybody.
            throw new LinuxException("open", Errno.ESRCH, $"/proc/{pid}/ns/mnt");
        }


        // A thread that shares its working directory with others may not change its mount namespace.
        Check(SystemCall.Waiting(SystemCallNumber.Unshare, 0x200), "unshare", null);
        Check(SystemCall.Waiting(SystemCallNumber.Setns, theirs.Number, (long)CloneFlags.CLONE_NEWNS), "setns", $"/proc/{pid}/ns/mnt");
        try
        {
            return Clone(FileCalls.AT_FDCWD, "/", 0);
        }
        finally
        {
            Check(SystemCall.Waiting(SystemCallNumber.Setns, ours.Number, (long)CloneFlags.CLONE_NEWNS), "setns", "/proc/self/ns/mnt");
        }
    }

    private static void Show(FileDescriptor top, ShownMount mount, string cover)
    {
        using FileDescriptor tree = mount.Lower is { Count: > 1 } lower ? CloneLayers(mount, lower, cover) : CloneSource(mount);
        if (mount.ReadOnly)
        {
            SetAttributes(tree, mount.Recursive ? AT_RECURSIVE : 0, MountFlags.MOUNT_ATTR_RDONLY, mount.Source);
        }

        using FileDescriptor point = MountPoints.OpenOrMake(top, mount.Destination, Trees.NodeStatusReader.Read(tree).IsDirectory);
        Move(tree, point.Number, "", MountFlags.MOVE_MOUNT_F_EMPTY_PATH | MountFlags.MOVE_MOUNT_T_EMPTY_PATH);
    }

    // Mounted for a moment over the root, which is open.
    private static FileDescriptor CloneLayers(ShownMount mount, IReadOnlyList<string> lower, string cover)
    {
        fixed (byte* path = FileCalls.Terminated(mount.Source))
        {
            Check(SystemCall.Waiting(SystemCallNumber.Chdir, (long)path), "chdir", mount.Source);
        }

        HostMount.Mount("overlay", cover, "overlay", HostMount.MS_RDONLY, "lowerdir=" + string.Join(':', lower) + OverlayMarks.MountOption);
        try
        {
            return CloneSource(mount with { Source = cover, Lower = null });
        }
        finally
        {
            HostMount.Unmount(cover);
        }
    }

    private static FileDescriptor CloneSource(ShownMount mount)
    {
        if (mount.Lower is [var only])
        {
            return CloneSource(mount with { Source = Path.Combine(mount.Source, only), Lower = null });
        }

        uint recursive = mount.Recursive ? AT_RECURSIVE : 0;
        if (mount.Subpath is null)
        {
            return Clone(FileCalls.AT_FDCWD, mount.Source, recursive);
        }

        using FileDescriptor folder = Openat2.Open(FileCalls.AT_FDCWD, mount.Source, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        using FileDescriptor part = Trees.ScopedPath.OpenBeneath(folder, mount.Subpath);
        return Clone(part.Number, "", recursive);
    }

    private static ulong ReadOnlyBits(bool readOnly, bool noAccessTime) =>
        // In a user namespace nobody may change the rule for access times that the machine's mounts have.
        (readOnly ? MountFlags.MOUNT_ATTR_RDONLY : 0) | (noAccessTime && !OwnUserNamespace.IsNested ? MountFlags.MOUNT_ATTR_NOATIME : 0);

    private static FileDescriptor Clone(int directory, string path, uint flags)
    {
        fixed (byte* p = FileCalls.Terminated(path))
        {
            uint empty = path.Length == 0 ? (uint)FileCalls.AT_EMPTY_PATH : 0;
            long fd = SystemCall.Waiting(SystemCallNumber.OpenTree, directory, (long)p, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC | flags | empty);
            Check(fd, "open_tree", path);
            return new FileDescriptor((int)fd);
        }
    }

    private static void Move(FileDescriptor tree, int directory, string path, uint flags)
    {
        fixed (byte* empty = "\0"u8, p = FileCalls.Terminated(path))
        {
            Check(SystemCall.Waiting(SystemCallNumber.MoveMount, tree.Number, (long)empty, directory, (long)p, flags), "move_mount", path);
        }
    }

    private static void SetAttributes(FileDescriptor mount, uint flags, ulong set, string path, bool privately = false)
    {
        ulong* attributes = stackalloc ulong[4];
        attributes[0] = set;
        // Any other rule for access times has to be cleared to set this one.
        attributes[1] = (set & MountFlags.MOUNT_ATTR_NOATIME) != 0 ? MountFlags.MOUNT_ATTR_ATIME : 0;
        attributes[2] = privately ? MountFlags.MS_PRIVATE : 0;
        attributes[3] = 0;
        fixed (byte* empty = "\0"u8)
        {
            Check(SystemCall.Waiting(SystemCallNumber.MountSetattr, mount.Number, (long)empty, (uint)FileCalls.AT_EMPTY_PATH | flags, (long)attributes, 32), "mount_setattr", path);
        }
    }

    // The mount lives as long as a copy of the descriptor returned by open_tree.
    private static FileDescriptor Keep(FileDescriptor tree)
    {
        long copy = SystemCall.Quick(SystemCallNumber.Fcntl, tree.Number, IoConstants.F_DUPFD_CLOEXEC, 3);
        Check(copy, "fcntl", null);
        return new FileDescriptor((int)copy);
    }

    private static void Check(long result, string call, string? path)
    {
        if (result < 0)
        {
            throw new LinuxException(call, (int)-result, path is "" ? null : path);
        }
    }
}
