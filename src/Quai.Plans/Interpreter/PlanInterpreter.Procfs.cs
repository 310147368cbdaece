using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>A procfs shows the process namespace of its creator. For a namespace that is only joined, the kernel is told which; before Linux 6.18, a member's procfs is used.</content>
public static unsafe partial class PlanInterpreter
{
    private static long MountProcfs(int place, int processIds, long attributes, int memberMounts, int procfs)
    {
        long mount = MakeProcfs(processIds, attributes);
        if (mount == -Errno.EINVAL)
        {
            mount = memberMounts < 0 ? -PlanError.NoProcfs : TakeProcfs(processIds, attributes, memberMounts, procfs);
        }

        return mount < 0 ? mount : MoveOnto((int)mount, place);
    }

    /// <summary>Creates a procfs of a process namespace.</summary>
    private static long MakeProcfs(int processIds, long attributes)
    {
        byte* text = stackalloc byte[16];
        text[Append(text, 0, "proc"u8)] = 0;
        long context = Quick(SystemCallNumber.Fsopen, (long)text, MountFlags.FSOPEN_CLOEXEC);
        if (context < 0)
        {
            return context;
        }

        text[Append(text, 0, "pidns"u8)] = 0;
        long result = Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_SET_FD, (long)text, 0, processIds);
        if (result >= 0)
        {
            result = Quick(SystemCallNumber.Fsconfig, context, MountFlags.FSCONFIG_CMD_CREATE, 0, 0, 0);
        }

        if (result >= 0)
        {
            result = Quick(SystemCallNumber.Fsmount, context, MountFlags.FSMOUNT_CLOEXEC, attributes);
        }

        Quick(SystemCallNumber.Close, context);
        return result;
    }

    /// <summary>
    /// Clones the procfs that a process of the namespace has at /proc, as a separate mount. This process enters that one's mount namespace and returns; it is never in its
    /// process namespace, where others may trace it. Anything mounted over or in that procfs (masks, whatever its owner mounted) is not cloned, and the procfs must belong
    /// to the joined namespace, identified by the first process that the kernel shows in it.
    /// </summary>
    private static long TakeProcfs(int processIds, long attributes, int memberMounts, int procfs)
    {
        byte* path = stackalloc byte[16];
        path[Append(path, 0, "self/ns/mnt"u8)] = 0;
        long own = Quick(SystemCallNumber.Openat, procfs, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (own < 0)
        {
            return own;
        }

        long tree = Quick(SystemCallNumber.Setns, memberMounts, (long)CloneFlags.CLONE_NEWNS);
        if (tree >= 0)
        {
            path[Append(path, 0, "/proc"u8)] = 0;
            tree = Quick(SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)path, (long)(MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC) | OpenFlags.AT_SYMLINK_NOFOLLOW);
            long back = Quick(SystemCallNumber.Setns, own, (long)CloneFlags.CLONE_NEWNS);
            tree = back < 0 ? back : tree;
        }

        Quick(SystemCallNumber.Close, own);
        if (tree < 0)
        {
            return tree;
        }

        ulong* change = stackalloc ulong[4];
        byte empty = 0;
        change[0] = (ulong)attributes;
        change[1] = (MountFlags.MOUNT_ATTR_RDONLY | MountFlags.MOUNT_ATTR_NOSUID | MountFlags.MOUNT_ATTR_NODEV | MountFlags.MOUNT_ATTR_NOEXEC) & ~(ulong)attributes;
        change[2] = MountFlags.MS_PRIVATE;
        change[3] = 0;
        long result = CheckProcfs((int)tree) == 0 && ShowsNamespace((int)tree, processIds)
            ? Quick(SystemCallNumber.MountSetattr, tree, (long)&empty, OpenFlags.AT_EMPTY_PATH, (long)change, 32)
            : -PlanError.NoProcfs;
        if (result < 0)
        {
            Quick(SystemCallNumber.Close, tree);
            return result;
        }

        return tree;
    }

    /// <summary>Whether the first process that a procfs shows belongs to a process namespace. If so it is that namespace's procfs, for every process namespace has its own first process.</summary>
    private static bool ShowsNamespace(int tree, int processIds)
    {
        byte* path = stackalloc byte[16];
        path[Append(path, 0, "1/ns/pid"u8)] = 0;
        long shown = Quick(SystemCallNumber.Openat, tree, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (shown < 0)
        {
            return false;
        }

        long inode = InodeOf((int)shown);
        bool same = inode > 0 && inode == InodeOf(processIds) && FileSystemOf((int)shown) == FileSystemOf(processIds);
        Quick(SystemCallNumber.Close, shown);
        return same;
    }
}
