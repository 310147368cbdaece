using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Runtime.Plans;

/// <content>Steps on the container's files: mount points, masks, nodes. No link inside the root can lead a step outside of it.</content>
public static unsafe partial class PlanInterpreter
{
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

    private static long MountPoint(int root, byte* path, bool file)
    {
        long fd = OpenInRoot(root, path, OpenFlags.O_PATH);
        if (fd != -Errno.ENOENT)
        {
            return fd;
        }

        // Make what is missing, one component after the other, each within its parent, which was resolved inside the root.
        byte* partial = stackalloc byte[4096];
        int length = 0;
        while (path[length] != 0)
        {
            if (length >= 4095)
            {
                return -Errno.ENAMETOOLONG;
            }

            partial[length] = path[length];
            length++;
        }

        while (length > 1 && partial[length - 1] == '/')
        {
            length--;
        }

        partial[length] = 0;
        byte* top = stackalloc byte[2];
        top[0] = (byte)'/';
        top[1] = 0;
        for (int at = 1; at <= length; at++)
        {
            if (partial[at] != '/' && partial[at] != 0)
            {
                continue;
            }

            bool last = at == length;
            byte saved = partial[at];
            partial[at] = 0;
            fd = OpenInRoot(root, partial, OpenFlags.O_PATH);
            if (fd == -Errno.ENOENT)
            {
                int name = at - 1;
                while (name > 0 && partial[name - 1] != '/')
                {
                    name--;
                }

                long parent;
                if (name <= 1)
                {
                    parent = OpenInRoot(root, top, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
                }
                else
                {
                    partial[name - 1] = 0;
                    parent = OpenInRoot(root, partial, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
                    partial[name - 1] = (byte)'/';
                }

                if (parent < 0)
                {
                    return parent;
                }

                long made = last && file
                    ? Quick(SystemCallNumber.Mknodat, parent, (long)(partial + name), ProcessConstants.S_IFREG | 0x1ED, 0)
                    : Quick(SystemCallNumber.Mkdirat, parent, (long)(partial + name), 0x1ED);
                Quick(SystemCallNumber.Close, parent);
                if (made < 0 && made != -Errno.EEXIST)
                {
                    return made;
                }

                fd = OpenInRoot(root, partial, OpenFlags.O_PATH);
            }

            if (fd < 0)
            {
                return fd;
            }

            partial[at] = saved;
            if (last)
            {
                return fd;
            }

            Quick(SystemCallNumber.Close, fd);
        }

        return -Errno.ENOENT;
    }

    private static long MakeNode(int root, byte* path, int mode, long device, int uid, int gid)
    {
        long fd = MountPoint(root, path, file: true);
        if (fd < 0)
        {
            return fd;
        }

        Quick(SystemCallNumber.Close, fd);
        int length = 0;
        byte* parentPath = stackalloc byte[4096];
        for (; path[length] != 0; length++)
        {
            parentPath[length] = path[length];
        }

        int name = length;
        while (name > 0 && path[name - 1] != '/')
        {
            name--;
        }

        parentPath[name > 1 ? name - 1 : 1] = 0;
        long parent = OpenInRoot(root, parentPath, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        if (parent < 0)
        {
            return parent;
        }

        // What MountPoint just made is an empty file; a node of that name from the image gives way too.
        Quick(SystemCallNumber.Unlinkat, parent, (long)(path + name), 0);
        long made = Quick(SystemCallNumber.Mknodat, parent, (long)(path + name), mode, device);
        if (made >= 0)
        {
            made = Quick(SystemCallNumber.Fchownat, parent, (long)(path + name), uid, gid, OpenFlags.AT_SYMLINK_NOFOLLOW);
        }

        Quick(SystemCallNumber.Close, parent);
        return made;
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
