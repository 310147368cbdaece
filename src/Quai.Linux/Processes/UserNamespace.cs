using System.Globalization;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>User namespaces in which nobody lives: maps of ids, for mounts (<c>MOUNT_ATTR_IDMAP</c>).</summary>
public static unsafe class UserNamespace
{
    private const int WaitAll = 0x40000000;

    /// <summary>Makes one. It lives as long as its descriptor, or a mount that uses it.</summary>
    /// <param name="uids">Lines for <c>uid_map</c>: first id inside, first id outside, count.</param>
    /// <param name="gids">Lines for <c>gid_map</c>.</param>
    /// <exception cref="LinuxException">The kernel has no user namespaces, or refuses a map.</exception>
    public static FileDescriptor Create(string uids, string gids)
    {
        int pidfd = -1;
        byte* info = stackalloc byte[128];
        int pid = StartMember(&pidfd);
        using FileDescriptor member = new(pidfd);
        try
        {
            string process = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
            Write($"{process}/uid_map", uids);
            Write($"{process}/gid_map", gids);
            return Openat2.Open(OpenFlags.AT_FDCWD, $"{process}/ns/user", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0, 0);
        }
        finally
        {
            SystemCall.Quick(SystemCallNumber.PidfdSendSignal, pidfd, ProcessConstants.SIGKILL, 0, 0);
            SystemCall.Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PIDFD, pidfd, (long)info, ProcessConstants.WEXITED | WaitAll, 0);
        }
    }

    /// <summary>
    /// A namespace needs somebody to make it: a process that does nothing but wait to be killed. It is a copy of this one with a single thread, in which nothing
    /// managed may happen: it only makes system calls, which were bound before.
    /// </summary>
    private static int StartMember(int* pidfd)
    {
        ulong* arguments = stackalloc ulong[11];
        new Span<ulong>(arguments, 11).Clear();
        arguments[0] = CloneFlags.CLONE_NEWUSER | CloneFlags.CLONE_PIDFD;
        arguments[1] = (ulong)pidfd;
        TimeSpec* hour = stackalloc TimeSpec[1];
        hour->Seconds = 3600;

        // Binds the call: in the child nothing may be looked up any more.
        SystemCall.Quick(SystemCallNumber.Getpid);
        long clone = SystemCallNumber.Clone3, poll = SystemCallNumber.PPoll, prctl = SystemCallNumber.Prctl;
        long pid = SystemCall.Quick(clone, (long)arguments, 88);
        if (pid == 0)
        {
            // Should this process be killed, the other goes with it.
            SystemCall.Quick(prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL);
            while (true)
            {
                SystemCall.Quick(poll, 0, 0, (long)hour, 0, 0);
            }
        }

        return pid > 0 ? (int)pid : throw new LinuxException("clone3", (int)-pid, null);
    }

    private static void Write(string path, string lines)
    {
        using FileDescriptor file = Openat2.Open(OpenFlags.AT_FDCWD, path, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0, 0);
        int errno = FileCalls.TryWrite(file.Number, System.Text.Encoding.ASCII.GetBytes(lines));
        if (errno != 0)
        {
            throw new LinuxException("write", errno, path);
        }
    }
}
