using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Mounts that show other owners than their files have.</content>
public static unsafe partial class PlanInterpreter
{
    /// <summary>A user namespace is made with a process in it, which is gone once the namespace is open.</summary>
    private static long OwnersNamespace(byte* uids, int uidsLength, byte* gids, int gidsLength)
    {
        // The maps of a non-dumpable process cannot be written.
        long dumpable = Quick(SystemCallNumber.Prctl, ProcessConstants.PR_GET_DUMPABLE);
        Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 1);
        long pid = Quick(SystemCallNumber.Clone, (long)CloneFlags.CLONE_NEWUSER | ProcessConstants.SIGCHLD, 0, 0, 0, 0);
        if (pid == 0)
        {
            // Should this process be killed, that one goes as well.
            Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL);
            TimeSpec time = default;
            time.Seconds = 10;
            Quick(SystemCallNumber.PPoll, 0, 0, (long)&time, 0, 0);
            Quick(SystemCallNumber.ExitGroup, 0);
        }

        Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, dumpable);
        if (pid < 0)
        {
            return pid;
        }

        long result = -WriteProcess((int)pid, "uid_map"u8, uids, uidsLength);
        if (result == 0)
        {
            result = -WriteProcess((int)pid, "gid_map"u8, gids, gidsLength);
        }

        if (result == 0)
        {
            byte* path = stackalloc byte[64];
            int at = Append(path, 0, "/proc/"u8);
            at = AppendNumber(path, at, pid);
            path[Append(path, at, "/ns/user"u8)] = 0;
            result = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        }

        Quick(SystemCallNumber.Kill, pid, ProcessConstants.SIGKILL);
        byte* info = stackalloc byte[128];
        while (Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PID, pid, (long)info, ProcessConstants.WEXITED, 0) == -Errno.EINTR)
        {
        }

        return result;
    }

    private static long MapOwners(int tree, long owners, bool recursive)
    {
        MountAttributes attributes = default;
        attributes.Set = MountFlags.MOUNT_ATTR_IDMAP;
        attributes.UserNamespace = (ulong)owners;
        byte empty = 0;
        return Quick(SystemCallNumber.MountSetattr, tree, (long)&empty, OpenFlags.AT_EMPTY_PATH | (recursive ? OpenFlags.AT_RECURSIVE : 0), (long)&attributes, sizeof(MountAttributes));
    }
}
