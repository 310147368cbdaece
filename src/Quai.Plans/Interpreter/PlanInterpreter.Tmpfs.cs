using System.Runtime.CompilerServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>File systems in memory.</content>
public static unsafe partial class PlanInterpreter
{
    /// <summary>Mounts a tmpfs that takes the mode of the directory it covers and, if it is to, its contents.</summary>
    [SkipLocalsInit]
    private static long MountTmpfs(int root, byte* path, byte* source, long flags, byte* options, PlaceRules rules, bool contents)
    {
        long there = OpenInRoot(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, (rules & PlaceRules.NoLinks) == 0);
        byte* data = stackalloc byte[PathLimit];
        if (there >= 0)
        {
            // Prepended: what the options say comes later and takes precedence.
            uint mode = ModeOf((int)there) & 0xFFF;
            Quick(SystemCallNumber.Close, there);
            int at = Append(data, 0, "mode="u8);
            for (int shift = 9; shift >= 0; shift -= 3)
            {
                data[at++] = (byte)('0' + ((mode >> shift) & 7));
            }

            if (options != null)
            {
                data[at++] = (byte)',';
                for (int i = 0; options[i] != 0; i++)
                {
                    if (at == PathLimit - 1)
                    {
                        return -Errno.EINVAL;
                    }

                    data[at++] = options[i];
                }
            }

            data[at] = 0;
            options = data;
        }

        long place = MountPoint(root, path, file: false, rules);
        if (place < 0)
        {
            return place;
        }

        byte* type = stackalloc byte[8];
        type[Append(type, 0, "tmpfs"u8)] = 0;
        byte* here = stackalloc byte[2];
        here[Append(here, 0, "."u8)] = 0;
        long result = Quick(SystemCallNumber.Fchdir, place);
        Quick(SystemCallNumber.Close, place);
        if (result < 0 || !contents)
        {
            return result < 0 ? result : Quick(SystemCallNumber.Mount, (long)source, (long)here, (long)type, flags, (long)options);
        }

        // The directory stays open, and is read through that once it is covered.
        long covered = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)here, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
        if (covered < 0)
        {
            return covered;
        }

        result = Quick(SystemCallNumber.Mount, (long)source, (long)here, (long)type, flags & ~(long)MountFlags.MS_RDONLY, (long)options);
        if (result >= 0)
        {
            result = FillTmpfs(root, path, (int)covered, (flags & (long)MountFlags.MS_RDONLY) != 0, (rules & PlaceRules.NoLinks) == 0);
        }

        Quick(SystemCallNumber.Close, covered);
        return result;
    }

    private static long FillTmpfs(int root, byte* path, int covered, bool readOnly, bool links)
    {
        long mounted = OpenInRoot(root, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, links);
        if (mounted < 0)
        {
            return mounted;
        }

        byte empty = 0;
        NodeFacts facts;
        long result = CopyTree(covered, (int)mounted, 0);
        if (result >= 0 && FactsOf(covered, &empty, &facts))
        {
            result = Quick(SystemCallNumber.Fchownat, mounted, (long)&empty, facts.Uid, facts.Gid, OpenFlags.AT_EMPTY_PATH);
        }

        if (result >= 0 && readOnly)
        {
            MountAttributes attributes = default;
            attributes.Set = MountFlags.MOUNT_ATTR_RDONLY;
            result = Quick(SystemCallNumber.MountSetattr, mounted, (long)&empty, OpenFlags.AT_EMPTY_PATH, (long)&attributes, sizeof(MountAttributes));
        }

        Quick(SystemCallNumber.Close, mounted);
        return result;
    }
}
