using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps that place mounts over what the container must not see or change. Each opens its target once, on the mount that it is meant for, and acts on that descriptor.</content>
public static unsafe partial class PlanInterpreter
{
    private static long BindDevice(byte* host, int mountPoint)
    {
        long tree = Quick(SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)host, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC);
        return tree < 0 ? tree : MoveOnto((int)tree, mountPoint);
    }

    private static long MoveOnto(int tree, int mountPoint)
    {
        long moved = Move(tree, mountPoint);
        Quick(SystemCallNumber.Close, tree);
        return moved;
    }

    /// <summary>Opens what is to be hidden or made read-only: <see cref="Absent"/> if it does not exist.</summary>
    private static long Target(int directory, byte* path, bool links)
    {
        if (directory == Absent)
        {
            return Absent;
        }

        long fd = OpenInRoot(directory, path, OpenFlags.O_PATH, links);
        return fd is -Errno.ENOENT or -Errno.ENOTDIR ? Absent : fd;
    }

    private static long Mask(int directory, byte* path, int nullDevice, bool links, long* slots)
    {
        long fd = Target(directory, path, links);
        if (fd is < 0 or Absent)
        {
            return fd < 0 ? fd : 0;
        }

        long result;
        if ((ModeOf((int)fd) & ProcessConstants.S_IFMT) != ProcessConstants.S_IFDIR)
        {
            result = nullDevice == Absent ? -PlanError.WrongDevice : CloneOnto(nullDevice, (int)fd);
        }
        else if (slots[PlanSlot.EmptyDirectory] > 0)
        {
            result = CloneOnto((int)slots[PlanSlot.EmptyDirectory], (int)fd);
        }
        else
        {
            // The first one is mounted; it is cloned for the others.
            result = MakeEmptyDirectory();
            if (result >= 0)
            {
                slots[PlanSlot.EmptyDirectory] = result;
                result = Move((int)result, (int)fd);
            }
        }

        Quick(SystemCallNumber.Close, fd);
        return result;
    }

    private static long MakeEmptyDirectory()
    {
        byte* text = stackalloc byte[32];
        text[Append(text, 0, "tmpfs"u8)] = 0;
        long context = Quick(SystemCallNumber.Fsopen, (long)text, MountFlags.FSOPEN_CLOEXEC);
        if (context < 0)
        {
            return context;
        }

        byte* value = stackalloc byte[2];
        value[0] = (byte)'1';
        value[1] = 0;
        text[Append(text, 0, "nr_blocks"u8)] = 0;
        Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_SET_STRING, (long)text, (long)value, 0);
        text[Append(text, 0, "nr_inodes"u8)] = 0;
        Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_SET_STRING, (long)text, (long)value, 0);
        text[Append(text, 0, "ro"u8)] = 0;
        Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_SET_FLAG, (long)text, 0, 0);
        long result = Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_CMD_CREATE, 0, 0, 0);
        if (result >= 0)
        {
            result = Quick(
                SystemCallNumber.Fsmount, context, MountFlags.FSMOUNT_CLOEXEC,
                (long)(MountFlags.MOUNT_ATTR_RDONLY | MountFlags.MOUNT_ATTR_NOSUID | MountFlags.MOUNT_ATTR_NODEV | MountFlags.MOUNT_ATTR_NOEXEC));
        }

        Quick(SystemCallNumber.Close, context);
        return result;
    }

    private static long ReadOnlyPath(int directory, byte* path, bool links)
    {
        long fd = Target(directory, path, links);
        if (fd is < 0 or Absent)
        {
            return fd < 0 ? fd : 0;
        }

        byte empty = 0;
        long result = Quick(
            SystemCallNumber.OpenTree, fd, (long)&empty, OpenFlags.AT_EMPTY_PATH | MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC | OpenFlags.AT_RECURSIVE);
        if (result >= 0)
        {
            long tree = result;
            MountAttributes attributes = default;
            attributes.Set = MountFlags.MOUNT_ATTR_RDONLY;
            result = Quick(SystemCallNumber.MountSetattr, tree, (long)&empty, OpenFlags.AT_EMPTY_PATH | OpenFlags.AT_RECURSIVE, (long)&attributes, sizeof(MountAttributes));
            if (result >= 0)
            {
                result = Move((int)tree, (int)fd);
            }

            Quick(SystemCallNumber.Close, tree);
        }

        Quick(SystemCallNumber.Close, fd);
        return result;
    }

    /// <summary>Mounts what one descriptor names onto what another names.</summary>
    private static long CloneOnto(int what, int mountPoint)
    {
        byte empty = 0;
        long tree = Quick(SystemCallNumber.OpenTree, what, (long)&empty, OpenFlags.AT_EMPTY_PATH | MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC);
        return tree < 0 ? tree : MoveOnto((int)tree, mountPoint);
    }

    private static long Move(int tree, int mountPoint)
    {
        byte empty = 0;
        return Quick(
            SystemCallNumber.MoveMount, tree, (long)&empty, mountPoint, (long)&empty, MountFlags.MOVE_MOUNT_F_EMPTY_PATH | MountFlags.MOVE_MOUNT_T_EMPTY_PATH);
    }
}
