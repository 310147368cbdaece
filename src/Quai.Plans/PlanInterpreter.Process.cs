using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps on the process itself: its network, its terminal, its execution.</content>
public static unsafe partial class PlanInterpreter
{
    // /dev/pts/ptmx: 5, 2.
    private const long TerminalMultiplexer = 0x502;

    private static long Netlink(int socket, byte* request, int length, int namespaceOffset, int hostNamespace)
    {
        if (namespaceOffset >= 0)
        {
            *(int*)(request + namespaceOffset) = hostNamespace;
        }

        long sent = Quick(SystemCallNumber.Sendto, socket, (long)request, length, 0, 0, 0);
        if (sent < 0)
        {
            return sent;
        }

        byte* answer = stackalloc byte[4096];
        while (true)
        {
            long got = Quick(SystemCallNumber.Recvfrom, socket, (long)answer, 4096, 0, 0, 0);
            if (got == -Errno.EINTR)
            {
                continue;
            }

            if (got < 0)
            {
                return got;
            }

            // nlmsghdr: length, type, flags, sequence, pid; NLMSG_ERROR (2) carries an int that is 0 for success.
            if (got >= 20 && *(ushort*)(answer + 4) == 2)
            {
                return *(int*)(answer + 16);
            }
        }
    }

    private static long LoopbackUp()
    {
        long socket = Quick(SystemCallNumber.Socket, IoConstants.AF_NETLINK, IoConstants.SOCK_RAW | IoConstants.SOCK_CLOEXEC, IoConstants.NETLINK_ROUTE);
        if (socket < 0)
        {
            return socket;
        }

        // RTM_NEWLINK (16), NLM_F_REQUEST|NLM_F_ACK, ifinfomsg{ index 1, flags and change IFF_UP }.
        int* request = stackalloc int[8];
        request[0] = 32;
        request[1] = 16 | (5 << 16);
        request[2] = request[3] = request[4] = 0;
        request[5] = 1;
        request[6] = request[7] = 1;
        long result = Netlink((int)socket, (byte*)request, 32, -1, -1);
        Quick(SystemCallNumber.Close, socket);
        return result;
    }

    private static long Stdio(int input, int output, int error)
    {
        // Make copies above 2 first, so that no target overwrites a source that is still needed.
        long in3 = Quick(SystemCallNumber.Fcntl, input, IoConstants.F_DUPFD_CLOEXEC, 10);
        long out3 = Quick(SystemCallNumber.Fcntl, output, IoConstants.F_DUPFD_CLOEXEC, 10);
        long err3 = Quick(SystemCallNumber.Fcntl, error, IoConstants.F_DUPFD_CLOEXEC, 10);
        if (in3 < 0 || out3 < 0 || err3 < 0)
        {
            return -Errno.EBADF;
        }

        Quick(SystemCallNumber.Dup3, in3, 0, 0);
        Quick(SystemCallNumber.Dup3, out3, 1, 0);
        return Quick(SystemCallNumber.Dup3, err3, 2, 0);
    }

    /// <summary>
    /// A new terminal. Programs in the container may have changed what is at /dev/pts: the master must be a devpts's,
    /// and the other end is requested from the master, not looked up.
    /// </summary>
    private static long Console(long* a)
    {
        byte* path = stackalloc byte[64];
        path[Append(path, 0, "/dev/pts/ptmx"u8)] = 0;
        long master = Open(OpenFlags.AT_FDCWD, path, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, OpenFlags.RESOLVE_NO_SYMLINKS);
        if (master < 0)
        {
            return master == -Errno.ELOOP ? -PlanError.LinkInTheWay : master;
        }

        if (FileSystemOf((int)master) != MountFlags.DEVPTS_SUPER_MAGIC || (ModeOf((int)master) & ProcessConstants.S_IFMT) != ProcessConstants.S_IFCHR || DeviceOf((int)master) != TerminalMultiplexer)
        {
            return -PlanError.WrongFileSystem;
        }

        int unlocked = 0;
        long result = Quick(SystemCallNumber.Ioctl, master, IoConstants.TIOCSPTLCK, (long)&unlocked);
        if (result < 0)
        {
            return result;
        }

        long slave = Quick(SystemCallNumber.Ioctl, master, IoConstants.TIOCGPTPEER, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC);
        if (slave < 0)
        {
            return slave;
        }

        if (a[4] > 0)
        {
            ushort* size = stackalloc ushort[4];
            size[0] = (ushort)a[4];
            size[1] = (ushort)a[5];
            size[2] = size[3] = 0;
            Quick(SystemCallNumber.Ioctl, master, IoConstants.TIOCSWINSZ, (long)size);
        }

        byte empty = 0;
        Quick(SystemCallNumber.Fchownat, slave, (long)&empty, a[2], a[3], OpenFlags.AT_EMPTY_PATH);
        if (a[1] != 0)
        {
            result = BindConsole((int)slave);
            if (result < 0)
            {
                return result;
            }
        }

        result = SendDescriptor((int)a[0], (int)master);
        if (result < 0)
        {
            return result;
        }

        Quick(SystemCallNumber.Close, master);
        return Stdio((int)slave, (int)slave, (int)slave);
    }

    /// <summary>Puts the terminal at /dev/console, which is created if missing.</summary>
    private static long BindConsole(int slave)
    {
        byte* path = stackalloc byte[16];
        path[Append(path, 0, "/dev"u8)] = 0;
        long directory = Open(OpenFlags.AT_FDCWD, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, OpenFlags.RESOLVE_NO_SYMLINKS);
        if (directory < 0)
        {
            return directory == -Errno.ELOOP ? -PlanError.LinkInTheWay : directory;
        }

        path[Append(path, 0, "console"u8)] = 0;
        long made = Quick(SystemCallNumber.Mknodat, directory, (long)path, ProcessConstants.S_IFREG | 0x180, 0);
        long place = made < 0 && made != -Errno.EEXIST ? made : Open((int)directory, path, OpenFlags.O_PATH, OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS);
        Quick(SystemCallNumber.Close, directory);
        if (place < 0)
        {
            return place == -Errno.ELOOP ? -PlanError.LinkInTheWay : place;
        }

        long result = CloneOnto(slave, (int)place);
        Quick(SystemCallNumber.Close, place);
        return result;
    }

    private static long SendDescriptor(int socket, int descriptor)
    {
        byte zero = 0;
        IoVector vector;
        vector.Base = &zero;
        vector.Length = 1;
        byte* control = stackalloc byte[24];
        *(ulong*)control = 20;
        *(int*)(control + 8) = IoConstants.SOL_SOCKET;
        *(int*)(control + 12) = IoConstants.SCM_RIGHTS;
        *(int*)(control + 16) = descriptor;
        *(int*)(control + 20) = 0;
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = 24;
        return Quick(SystemCallNumber.Sendmsg, socket, (long)&message, IoConstants.MSG_NOSIGNAL);
    }

    private static long Execute(byte** argv, byte** envp, byte** candidates, bool searched)
    {
        long failure = -Errno.ENOENT;
        for (; *candidates != null; candidates++)
        {
            long result = Quick(SystemCallNumber.Execve, (long)*candidates, (long)argv, (long)envp);
            if (result is -Errno.ENOENT or -Errno.ENOTDIR)
            {
                // It exists, but its interpreter does not: the program's own failure, as Docker reports it.
                if (Exists(*candidates))
                {
                    FailAsProgram(*candidates, "no such file or directory"u8);
                }

                continue;
            }

            if (result == -Errno.ENOEXEC)
            {
                FailAsProgram(*candidates, "exec format error"u8);
            }

            if (result == -Errno.EACCES)
            {
                failure = searched ? failure == -Errno.ENOENT ? -Errno.EACCES : failure : IsDirectory(*candidates) ? -Errno.EISDIR : -Errno.EACCES;
                if (searched && IsDirectory(*candidates))
                {
                    failure = -Errno.ENOENT;
                }

                continue;
            }

            return result;
        }

        return failure;
    }

    private static bool Exists(byte* path)
    {
        byte* stat = stackalloc byte[256];
        return Quick(SystemCallNumber.Newfstatat, OpenFlags.AT_FDCWD, (long)path, (long)stat, 0) >= 0;
    }

    private static bool IsDirectory(byte* path)
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return false;
        }

        uint mode = ModeOf((int)fd);
        Quick(SystemCallNumber.Close, fd);
        return (mode & ProcessConstants.S_IFMT) == ProcessConstants.S_IFDIR;
    }

    private static void FailAsProgram(byte* path, ReadOnlySpan<byte> why)
    {
        byte* text = stackalloc byte[4400];
        int at = Append(text, 0, "exec "u8);
        for (; *path != 0 && at < 4200; path++)
        {
            text[at++] = *path;
        }

        at = Append(text, at, ": "u8);
        at = Append(text, at, why);
        text[at++] = (byte)'\n';
        Quick(SystemCallNumber.Write, 2, (long)text, at);
        Quick(SystemCallNumber.ExitGroup, 255);
    }
}
