using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>The calls to compare filters on: every number of every architecture, with arguments at and around the values where a rule changes its mind.</summary>
internal static class EdgeCases
{
    private static readonly uint[] s_architectures = [AuditArch.X86_64, AuditArch.I386, AuditArch.AARCH64, AuditArch.ARM, 0, uint.MaxValue, 0x40000008, 0xc000003f];

    /// <summary>The values that no profile needs to name.</summary>
    private static readonly ulong[] s_always =
        [0, 1, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x1_00000000, 0x1_ffffffff, 0x7fffffff_ffffffff, 0x80000000_00000000, 0xffffffff_00000000, ulong.MaxValue - 1, ulong.MaxValue];

    /// <summary>Values that are at an edge whatever the rules are.</summary>
    public static ulong[] Plain => s_always;

    /// <summary>Architectures and numbers: -1 to 600 of each, the same with the bit of x32, and some far beyond.</summary>
    public static IEnumerable<(uint Architecture, uint Number)> Numbers()
    {
        foreach (uint architecture in s_architectures)
        {
            foreach (uint start in (uint[])[0, 0x40000000])
            {
                for (int number = -1; number <= 600; number++)
                {
                    yield return (architecture, start + (uint)number);
                }
            }

            foreach (uint far in (uint[])[1024, 4095, 0xf0000, 0xf0005, 0x10000, 0x3ffffffe, 0x40010000, 0x7fffffff, 0x80000000, 0x80000029, 0xc0000029, 0xfffffff0, 0xfffffffe])
            {
                yield return (architecture, far);
            }
        }
    }

    /// <summary>Values for an argument: around each that the rules compare it with, with bits above, and sign-extended.</summary>
    public static ulong[] Values(FilterRules rules)
    {
        var values = new SortedSet<ulong>(s_always);
        foreach (FilterCondition condition in rules.Rules.SelectMany(rule => rule.Conditions))
        {
            foreach (ulong at in (ulong[])[condition.A, condition.B])
            {
                foreach (ulong near in (ulong[])[at - 1, at, at + 1, ~at])
                {
                    values.UnionWith([near, (uint)near, (uint)near | 0x1_00000000ul, (uint)near | 0x80000000_00000000, (uint)near | 0xffffffff_00000000, (ulong)(long)(int)near, (ushort)near | 0x50000ul]);
                }
            }

            if (condition.Operator == 7)
            {
                for (int bit = 0; bit < 64; bit++)
                {
                    values.Add(1ul << bit);
                    values.Add(condition.A & ~(1ul << bit));
                }
            }
        }

        // The calls that socketcall and ipc stand for, and these with a version in the upper half.
        for (ulong call = 1; call <= 25; call++)
        {
            values.UnionWith([call, call | 0x10000, call | 0x1_00000000]);
        }

        return [.. values];
    }
}
