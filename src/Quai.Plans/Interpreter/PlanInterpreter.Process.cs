using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps on the process itself: its terminal, its execution.</content>
public static unsafe partial class PlanInterpreter
{
    // /dev/pts/ptmx: 5, 2.
    private const long TerminalMultiplexer = 0x502;

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

        int descriptor = (int)master;
        result = PassedDescriptors.Send((int)a[0], &descriptor, 1);
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
