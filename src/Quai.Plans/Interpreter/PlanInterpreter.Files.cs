using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Steps on the container's files: mount points, nodes, directories. A path is resolved once, and no link inside the root can lead a step outside of it.</content>
public static unsafe partial class PlanInterpreter
{
    private const int PathLimit = 4096, MostHops = 40;

    /// <summary>In a slot, in place of a descriptor: there is none, and that is fine.</summary>
    private const int Absent = int.MaxValue;

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

    private static long Open(int directory, byte* path, int flags, ulong resolve)
    {
        OpenHow how;
        how.Flags = (ulong)(flags | OpenFlags.O_CLOEXEC);
        how.Mode = 0;
        how.Resolve = resolve;
        long fd;
        int tries = 0;
        do
        {
            // EAGAIN: something was renamed meanwhile.
            fd = Quick(SystemCallNumber.Openat2, directory, (long)path, (long)&how, sizeof(OpenHow));
        }
        while (fd == -Errno.EAGAIN && ++tries < 100);
        return fd;
    }

    /// <summary>Opens a path inside a root: links lead nowhere else, or, with <paramref name="links"/> false, are not followed at all.</summary>
    private static long OpenInRoot(int root, byte* path, int flags, bool links = true)
    {
        ulong resolve = OpenFlags.RESOLVE_IN_ROOT | OpenFlags.RESOLVE_NO_MAGICLINKS | (links ? 0 : OpenFlags.RESOLVE_NO_SYMLINKS);
        long fd = Open(root, path, flags, resolve);
        return fd == -Errno.ELOOP && !links ? -PlanError.LinkInTheWay : fd;
    }

    [SkipLocalsInit]
    private static long MountPoint(int root, byte* path, bool file, PlaceRules rules)
    {
        bool links = (rules & PlaceRules.NoLinks) == 0;
        byte* copy = stackalloc byte[PathLimit];
        byte* followed = stackalloc byte[PathLimit];
        long fd = OpenInRoot(root, path, OpenFlags.O_PATH, links);
        for (int hops = 0; fd == -Errno.ENOENT && hops < MostHops; hops++)
        {
            byte* name;
            long parent = OpenParent(root, path, copy, &name, links);
            if (parent < 0)
            {
                return parent;
            }

            long made = file
                ? Quick(SystemCallNumber.Mknodat, parent, (long)name, ProcessConstants.S_IFREG | 0x1ED, 0)
                : Quick(SystemCallNumber.Mkdirat, parent, (long)name, 0x1ED);
            if (made == -Errno.EEXIST && links && Follow((int)parent, path, copy, name, followed))
            {
                // A dangling link: its target is created, within the root.
                path = followed;
            }

            Quick(SystemCallNumber.Close, parent);
            fd = made < 0 && made != -Errno.EEXIST ? made : OpenInRoot(root, path, OpenFlags.O_PATH, links);
        }

        if (fd >= 0 && (rules & PlaceRules.InsideProcfs) == 0 && FileSystemOf((int)fd) == MountFlags.PROC_SUPER_MAGIC)
        {
            Quick(SystemCallNumber.Close, fd);
            return -PlanError.InsideProcfs;
        }

        return fd;
    }

    /// <summary>Where a link leads, as a path in the root: into <paramref name="target"/>, which may be the same memory as <paramref name="path"/>.</summary>
    [SkipLocalsInit]
    private static bool Follow(int parent, byte* path, byte* copy, byte* name, byte* target)
    {
        byte* text = stackalloc byte[PathLimit];
        long length = Quick(SystemCallNumber.Readlinkat, parent, (long)name, (long)text, PathLimit - 1);
        if (length <= 0)
        {
            return false;
        }

        // What came before the name, then the link's text; the kernel resolves them together, including the folders' own links.
        int at = 0;
        if (text[0] != '/')
        {
            at = (int)(name - copy);
            if (at + length >= PathLimit)
            {
                return false;
            }

            Buffer.MemoryCopy(path, target, PathLimit, at);
        }

        Buffer.MemoryCopy(text, target + at, PathLimit - at, length);
        target[at + (int)length] = 0;
        return true;
    }

    private static long OpenDirectory(int root, byte* path, long magic, bool top, bool mayLack)
    {
        long fd = root < 0
            ? Open(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, OpenFlags.RESOLVE_NO_SYMLINKS)
            : OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, links: false);
        if (fd < 0)
        {
            return fd == -Errno.ENOENT && mayLack ? Absent : fd == -Errno.ELOOP ? -PlanError.LinkInTheWay : fd;
        }

        if (magic == 0 || (FileSystemOf((int)fd) == magic && (!top || InodeOf((int)fd) == 1)))
        {
            return fd;
        }

        Quick(SystemCallNumber.Close, fd);
        return -PlanError.WrongFileSystem;
    }

    private static long CheckProcfs(int tree) =>
        FileSystemOf(tree) == MountFlags.PROC_SUPER_MAGIC && InodeOf(tree) == 1 ? 0 : -PlanError.InsideProcfs;

    private static long OpenBeneath(byte* directory, byte* path)
    {
        long top = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
        if (top < 0)
        {
            return top;
        }

        long fd = Open((int)top, path, OpenFlags.O_PATH, OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_MAGICLINKS);
        Quick(SystemCallNumber.Close, top);
        return fd;
    }

    private static long OpenDevice(int directory, byte* name, long device)
    {
        if (directory == Absent)
        {
            return Absent;
        }

        long fd = Open(directory, name, OpenFlags.O_PATH, OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS);
        if (fd < 0)
        {
            return fd == -Errno.ENOENT ? Absent : fd == -Errno.ELOOP ? -PlanError.LinkInTheWay : fd;
        }

        if ((ModeOf((int)fd) & ProcessConstants.S_IFMT) == ProcessConstants.S_IFCHR && DeviceOf((int)fd) == device)
        {
            return fd;
        }

        Quick(SystemCallNumber.Close, fd);
        return -PlanError.WrongDevice;
    }

    /// <summary>Enters the working directory with privileges, or if that is refused (a file system in user space), as the program's user.</summary>
    private static long EnterDirectory(byte* path, long user, long group)
    {
        long result = EnterDirectory(path);
        if (result == -Errno.EACCES && user != 0)
        {
            Quick(SystemCallNumber.Setfsgid, group);
            Quick(SystemCallNumber.Setfsuid, user);
            result = EnterDirectory(path);
            Quick(SystemCallNumber.Setfsuid, 0);
            Quick(SystemCallNumber.Setfsgid, 0);
        }

        return result;
    }

    private static long EnterDirectory(byte* path)
    {
        long fd = Open(OpenFlags.AT_FDCWD, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, OpenFlags.RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
        {
            return fd;
        }

        long result = Quick(SystemCallNumber.Fchdir, fd);
        Quick(SystemCallNumber.Close, fd);
        if (result < 0)
        {
            return result;
        }

        // What is outside the root has no path: the kernel says "(unreachable)".
        byte* here = stackalloc byte[PathLimit];
        result = Quick(SystemCallNumber.Getcwd, (long)here, PathLimit);
        return result == -Errno.ENAMETOOLONG ? 0 : result < 0 ? result : here[0] == '/' ? 0 : -PlanError.OutsideRoot;
    }

    [SkipLocalsInit]
    private static long MakeNode(int root, byte* path, int mode, long device, int uid, int gid, int rules)
    {
        bool links = (rules & 1) == 0, mustMatch = (rules & 2) != 0;
        byte* copy = stackalloc byte[PathLimit];
        byte* name;
        long parent = OpenParent(root, path, copy, &name, links);
        if (parent < 0)
        {
            return parent;
        }

        long made = Quick(SystemCallNumber.Mknodat, parent, (long)name, mode, device);
        if (made == -Errno.EEXIST && mustMatch)
        {
            NodeFacts facts;
            made = FactsOf((int)parent, name, &facts) && (facts.Mode & ProcessConstants.S_IFMT) == (mode & (int)ProcessConstants.S_IFMT)
                && ((mode & (int)ProcessConstants.S_IFMT) == (int)ProcessConstants.S_IFIFO || facts.Device == device)
                ? Quick(SystemCallNumber.Fchmodat, parent, (long)name, mode & 0xFFF)
                : -Errno.EEXIST;
        }
        else if (made == -Errno.EEXIST)
        {
            // A node of that name from the image is replaced.
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

    /// <summary>Opens the parent directory of a path, resolved inside the root, and creates it if missing.</summary>
    /// <param name="root">The root's descriptor.</param>
    /// <param name="path">The path, absolute in the root.</param>
    /// <param name="copy">Room for <see cref="PathLimit"/> bytes.</param>
    /// <param name="name">The path's last component, within the room.</param>
    /// <param name="links">Whether links are followed.</param>
    [SkipLocalsInit]
    private static long OpenParent(int root, byte* path, byte* copy, byte** name, bool links)
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
        long fd = OpenInRoot(root, directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, links);
        return fd == -Errno.ENOENT ? MakeDirectoriesInRoot(root, directory, links) : fd;
    }

    /// <summary>Creates the missing parts of a directory, one component after the other, each within its parent, which was resolved inside the root.</summary>
    private static long MakeDirectoriesInRoot(int root, byte* path, bool links)
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
            long fd = OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, links);
            if (fd == -Errno.ENOENT)
            {
                long made = Quick(SystemCallNumber.Mkdirat, parent, (long)(path + at), 0x1ED);
                fd = made < 0 && made != -Errno.EEXIST ? made : OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, links);
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

    private static uint ModeOf(int fd)
    {
        // struct stat differs between architectures, including st_mode's offset.
        byte* stat = stackalloc byte[256];
        return Stat(fd, stat) ? *(uint*)(stat + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 16 : 24)) : 0;
    }

    private static long InodeOf(int fd)
    {
        byte* stat = stackalloc byte[256];
        return Stat(fd, stat) ? *(long*)(stat + 8) : 0;
    }

    private static long DeviceOf(int fd)
    {
        byte* stat = stackalloc byte[256];
        return Stat(fd, stat) ? *(long*)(stat + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 32 : 40)) : -1;
    }

    private static bool Stat(int fd, byte* stat)
    {
        byte empty = 0;
        return Quick(SystemCallNumber.Newfstatat, fd, (long)&empty, (long)stat, OpenFlags.AT_EMPTY_PATH) >= 0;
    }

    private static long FileSystemOf(int fd)
    {
        byte* status = stackalloc byte[128];
        return Quick(SystemCallNumber.Fstatfs, fd, (long)status) >= 0 ? *(long*)status : -1;
    }
}
