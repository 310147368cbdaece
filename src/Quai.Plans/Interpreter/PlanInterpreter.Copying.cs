using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>Copying a tree into a new file system. By descriptors, without following a link: the tree may be an image's.</content>
public static unsafe partial class PlanInterpreter
{
    // Folders within folders.
    private const int DeepestCopy = 128;

    [StructLayout(LayoutKind.Sequential)]
    private struct NodeFacts
    {
        public uint Mode, Uid, Gid;
        public long Device;
        public TimeSpec Accessed, Modified;
    }

    private static bool FactsOf(int directory, byte* name, NodeFacts* facts)
    {
        // struct stat differs between architectures.
        byte* stat = stackalloc byte[256];
        if (Quick(SystemCallNumber.Newfstatat, directory, (long)name, (long)stat, OpenFlags.AT_SYMLINK_NOFOLLOW | OpenFlags.AT_EMPTY_PATH) < 0)
        {
            return false;
        }

        bool arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        facts->Mode = *(uint*)(stat + (arm ? 16 : 24));
        facts->Uid = *(uint*)(stat + (arm ? 24 : 28));
        facts->Gid = *(uint*)(stat + (arm ? 28 : 32));
        facts->Device = *(long*)(stat + (arm ? 32 : 40));
        facts->Accessed = *(TimeSpec*)(stat + 72);
        facts->Modified = *(TimeSpec*)(stat + 88);
        return true;
    }

    /// <summary>Copies what a folder contains into another, which is empty.</summary>
    [SkipLocalsInit]
    private static long CopyTree(int from, int to, int depth)
    {
        if (depth > DeepestCopy)
        {
            return -Errno.ELOOP;
        }

        byte* entries = stackalloc byte[4096];
        while (true)
        {
            long got = Quick(SystemCallNumber.Getdents64, from, (long)entries, 4096);
            if (got <= 0)
            {
                return got;
            }

            // struct linux_dirent64: inode, offset, length at 16, type, name at 19.
            for (long at = 0; at < got; at += *(ushort*)(entries + at + 16))
            {
                byte* name = entries + at + 19;
                if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0)))
                {
                    continue;
                }

                long result = CopyNode(from, to, name, depth);
                if (result < 0)
                {
                    return result;
                }
            }
        }
    }

    [SkipLocalsInit]
    private static long CopyNode(int from, int to, byte* name, int depth)
    {
        NodeFacts facts;
        if (!FactsOf(from, name, &facts))
        {
            // Gone meanwhile.
            return 0;
        }

        long result;
        switch (facts.Mode & ProcessConstants.S_IFMT)
        {
            case ProcessConstants.S_IFDIR:
                result = Quick(SystemCallNumber.Mkdirat, to, (long)name, 0x1C0);
                result = result < 0 ? result : CopyOpened(from, to, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, depth + 1);
                break;
            case ProcessConstants.S_IFREG:
                result = CopyOpened(from, to, name, OpenFlags.O_RDONLY, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0);
                break;
            case ProcessConstants.S_IFLNK:
                byte* target = stackalloc byte[PathLimit];
                result = Quick(SystemCallNumber.Readlinkat, from, (long)name, (long)target, PathLimit - 1);
                if (result >= 0)
                {
                    target[result] = 0;
                    result = Quick(SystemCallNumber.Symlinkat, (long)target, to, (long)name);
                }

                break;
            default:
                result = Quick(SystemCallNumber.Mknodat, to, (long)name, facts.Mode, facts.Device);
                break;
        }

        return result < 0 ? result : CopyFacts(to, name, &facts);
    }

    /// <summary>Owner, mode and times; the mode after the owner, whose change takes bits of it away.</summary>
    private static long CopyFacts(int to, byte* name, NodeFacts* facts)
    {
        long result = Quick(SystemCallNumber.Fchownat, to, (long)name, facts->Uid, facts->Gid, OpenFlags.AT_SYMLINK_NOFOLLOW);
        if (result >= 0 && (facts->Mode & ProcessConstants.S_IFMT) != ProcessConstants.S_IFLNK)
        {
            result = Quick(SystemCallNumber.Fchmodat, to, (long)name, facts->Mode & 0xFFF);
        }

        if (result >= 0)
        {
            TimeSpec* times = stackalloc TimeSpec[2];
            times[0] = facts->Accessed;
            times[1] = facts->Modified;
            result = Quick(SystemCallNumber.Utimensat, to, (long)name, (long)times, OpenFlags.AT_SYMLINK_NOFOLLOW);
        }

        return result;
    }

    private static long CopyOpened(int from, int to, byte* name, int readFlags, int writeFlags, int depth)
    {
        int common = OpenFlags.O_CLOEXEC | OpenFlags.O_NOFOLLOW;
        long source = Quick(SystemCallNumber.Openat, from, (long)name, readFlags | common, 0);
        if (source < 0)
        {
            return source;
        }

        long target = Quick(SystemCallNumber.Openat, to, (long)name, writeFlags | common, 0x180);
        long result = target;
        if (target >= 0)
        {
            result = depth > 0 ? CopyTree((int)source, (int)target, depth) : CopyBytes(source, target);
            if (result >= 0)
            {
                result = CopyAttributes((int)source, (int)target);
            }

            Quick(SystemCallNumber.Close, target);
        }

        Quick(SystemCallNumber.Close, source);
        return result;
    }

    private static long CopyBytes(long source, long target)
    {
        long result;
        do
        {
            result = Quick(SystemCallNumber.Sendfile, target, source, 0, 0x7FFFF000);
        }
        while (result > 0 || result == -Errno.EINTR);
        return result;
    }

    /// <summary>Extended attributes, as far as the new file system takes them.</summary>
    [SkipLocalsInit]
    private static long CopyAttributes(int source, int target)
    {
        byte* names = stackalloc byte[2048];
        byte* value = stackalloc byte[2048];
        long length = Quick(SystemCallNumber.Flistxattr, source, (long)names, 2048);
        for (long at = 0; at < length;)
        {
            byte* name = names + at;
            long size = Quick(SystemCallNumber.Fgetxattr, source, (long)name, (long)value, 2048);
            if (size >= 0)
            {
                long set = Quick(SystemCallNumber.Fsetxattr, target, (long)name, (long)value, size, 0);
                if (set < 0 && set != -Errno.EOPNOTSUPP)
                {
                    return set;
                }
            }

            while (names[at] != 0)
            {
                at++;
            }

            at++;
        }

        return 0;
    }
}
