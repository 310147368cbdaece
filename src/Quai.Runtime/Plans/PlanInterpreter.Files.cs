using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Runtime.Plans;

/// <content>Steps on the container's files: mount points, masks, nodes. No link inside the root can lead a step outside of it.</content>
public static unsafe partial class PlanInterpreter
{
    private const int PathLimit = 4096;

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set, Clear, Propagation, UserNamespace;
    }

    private static long OpenInRoot(int root, byte* path, int flags, int mode = 0)
    {
        OpenHow how;
        how.Flags = (ulong)(flags | OpenFlags.O_CLOEXEC);
        how.Mode = (ulong)mode;
        how.Resolve = OpenFlags.RESOLVE_IN_ROOT | OpenFlags.RESOLVE_NO_MAGICLINKS;
        long fd;
        int tries = 0;
        do
        {
            // EAGAIN: something was renamed meanwhile.
            fd = Quick(SystemCallNumber.Openat2, root, (long)path, (long)&how, sizeof(OpenHow));
        }
        while (fd == -Errno.EAGAIN && ++tries < 100);
        return fd;
    }

    [SkipLocalsInit]
    private static long MountPoint(int root, byte* path, bool file)
    {
        long fd = OpenInRoot(root, path, OpenFlags.O_PATH);
        if (fd != -Errno.ENOENT)
        {
            return fd;
        }

        byte* copy = stackalloc byte[PathLimit];
        byte* name;
        long parent = OpenParent(root, path, copy, &name);
        if (parent < 0)
        {
            return parent;
        }

        long made = file
            ? Quick(SystemCallNumber.Mknodat, parent, (long)name, ProcessConstants.S_IFREG | 0x1ED, 0)
            : Quick(SystemCallNumber.Mkdirat, parent, (long)name, 0x1ED);
        Quick(SystemCallNumber.Close, parent);
        return made < 0 && made != -Errno.EEXIST ? made : OpenInRoot(root, path, OpenFlags.O_PATH);
    }

    [SkipLocalsInit]
    private static long MakeNode(int root, byte* path, int mode, long device, int uid, int gid)
    {
        byte* copy = stackalloc byte[PathLimit];
        byte* name;
        long parent = OpenParent(root, path, copy, &name);
        if (parent < 0)
        {
            return parent;
        }

        long made = Quick(SystemCallNumber.Mknodat, parent, (long)name, mode, device);
        if (made == -Errno.EEXIST)
        {
            // A node of that name from the image gives way.
            Quick(SystemCallNumber.Unlinkat, parent, (long)name, 0);
            made = Quick(SystemCallNumber.Mknodat, parent, (long)name, mode, device);
        }

        if (made >= 0 && (uid | gid) != 0)
        {
            made = Quick(SystemCallNumber.Fchownat, parent, (long)name, uid, gid, OpenFlags.AT_SYMLINK_NOFOLLOW);
        }

        Quick(SystemCallNumber.Close, parent);
        return made;
    }

    /// <summary>Opens the directory that a path is in, resolved inside the root, and makes it where it is missing.</summary>
    /// <param name="root">The root's descriptor.</param>
    /// <param name="path">The path, absolute in the root.</param>
    /// <param name="copy">Room for <see cref="PathLimit"/> bytes.</param>
    /// <param name="name">The path's last component, within the room.</param>
    [SkipLocalsInit]
    private static long OpenParent(int root, byte* path, byte* copy, byte** name)
    {
        int length = 0;
        for (; path[length] != 0; length++)
        {
            if (length >= PathLimit - 2)
            {
                return -Errno.ENAMETOOLONG;
            }

            copy[length] = path[length];
        }

        while (length > 1 && copy[length - 1] == '/')
        {
            length--;
        }

        copy[length] = 0;
        int start = length;
        while (start > 0 && copy[start - 1] != '/')
        {
            start--;
        }

        *name = copy + start;
        byte* directory = stackalloc byte[PathLimit];
        directory[0] = (byte)'/';
        int end = 1;
        for (int i = 1; i < start - 1; i++)
        {
            directory[end++] = copy[i];
        }

        directory[end] = 0;
        long fd = OpenInRoot(root, directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        return fd == -Errno.ENOENT ? MakeDirectoriesInRoot(root, directory) : fd;
    }

    /// <summary>Makes what is missing of a directory, one component after the other, each within its parent, which was resolved inside the root.</summary>
    private static long MakeDirectoriesInRoot(int root, byte* path)
    {
        byte* top = stackalloc byte[2];
        top[0] = (byte)'/';
        top[1] = 0;
        long parent = OpenInRoot(root, top, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        for (int at = 1; parent >= 0;)
        {
            int end = at;
            while (path[end] is not (byte)'/' and not 0)
            {
                end++;
            }

            byte saved = path[end];
            path[end] = 0;
            long fd = OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            if (fd == -Errno.ENOENT)
            {
                long made = Quick(SystemCallNumber.Mkdirat, parent, (long)(path + at), 0x1ED);
                fd = made < 0 && made != -Errno.EEXIST ? made : OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            }

            Quick(SystemCallNumber.Close, parent);
            path[end] = saved;
            if (saved == 0 || fd < 0)
            {
                return fd;
            }

            parent = fd;
            at = end;
            while (path[at] == '/')
            {
                at++;
            }

            if (path[at] == 0)
            {
                return parent;
            }
        }

        return parent;
    }

    private static long BindDevice(byte* host, int mountPoint)
    {
        long tree = Quick(SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)host, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC);
        return tree < 0 ? tree : MoveOnto((int)tree, mountPoint);
    }

    private static long MoveOnto(int tree, int mountPoint)
    {
        byte empty = 0;
        long moved = Quick(
            SystemCallNumber.MoveMount, tree, (long)&empty, mountPoint, (long)&empty, MountFlags.MOVE_MOUNT_F_EMPTY_PATH | MountFlags.MOVE_MOUNT_T_EMPTY_PATH);
        Quick(SystemCallNumber.Close, tree);
        return moved;
    }

    private static long Mask(byte* path)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return fd is -Errno.ENOENT or -Errno.ENOTDIR ? 0 : fd;
        }

        uint mode = ModeOf((int)fd);
        long result;
        if ((mode & ProcessConstants.S_IFMT) == ProcessConstants.S_IFDIR)
        {
            byte* type = stackalloc byte[6];
            type[Append(type, 0, "tmpfs"u8)] = 0;
            byte* options = stackalloc byte[24];
            options[Append(options, 0, "nr_blocks=1,nr_inodes=1"u8)] = 0;
            result = Quick(
                SystemCallNumber.Mount, (long)type, (long)path, (long)type, (long)(MountFlags.MS_RDONLY | MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC), (long)options);
        }
        else
        {
            byte* device = stackalloc byte[12];
            device[Append(device, 0, "/dev/null"u8)] = 0;
            long tree = Quick(SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)device, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC);
            result = tree < 0 ? tree : MoveOnto((int)tree, (int)fd);
        }

        Quick(SystemCallNumber.Close, fd);
        return result;
    }

    private static long ReadOnlyPath(byte* path)
    {
        long tree = Quick(
            SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)path, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC | OpenFlags.AT_RECURSIVE);
        if (tree < 0)
        {
            return tree is -Errno.ENOENT or -Errno.ENOTDIR ? 0 : tree;
        }

        MountAttributes attributes = default;
        attributes.Set = MountFlags.MOUNT_ATTR_RDONLY;
        byte empty = 0;
        long set = Quick(SystemCallNumber.MountSetattr, tree, (long)&empty, OpenFlags.AT_EMPTY_PATH | OpenFlags.AT_RECURSIVE, (long)&attributes, sizeof(MountAttributes));
        if (set < 0)
        {
            Quick(SystemCallNumber.Close, tree);
            return set;
        }

        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            Quick(SystemCallNumber.Close, tree);
            return fd;
        }

        long moved = MoveOnto((int)tree, (int)fd);
        Quick(SystemCallNumber.Close, fd);
        return moved;
    }

    private static uint ModeOf(int fd)
    {
        // struct stat differs between architectures; st_mode does too.
        byte* stat = stackalloc byte[256];
        byte empty = 0;
        if (Quick(SystemCallNumber.Newfstatat, fd, (long)&empty, (long)stat, OpenFlags.AT_EMPTY_PATH) < 0)
        {
            return 0;
        }

        return *(uint*)(stat + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 16 : 24));
    }
}
