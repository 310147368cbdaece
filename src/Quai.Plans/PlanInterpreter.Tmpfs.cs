using System.Runtime.CompilerServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>File systems in memory.</content>
public static unsafe partial class PlanInterpreter
{
    /// <summary>Mounts a tmpfs that takes the mode of the directory it covers.</summary>
    [SkipLocalsInit]
    private static long MountTmpfs(int root, byte* path, byte* source, long flags, byte* options, PlaceRules rules)
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
        return result < 0 ? result : Quick(SystemCallNumber.Mount, (long)source, (long)here, (long)type, flags, (long)options);
    }
}
