using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>Profiles and arguments at random, biased to the values where comparisons go wrong.</summary>
internal static class RandomProfiles
{
    private static readonly string[] s_actions = 
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_TRAP",
        "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY",
    ];
    private static readonly string[] s_operators = ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];
    private static readonly ulong[] s_values = [0, 1, 2, 5, 0x7fffffff, 0x80000000, 0xffffffff, 0x1_00000000, 0x1_00000005, 0x5_00000001, ulong.MaxValue];

    public static Profile Make(Random random, bool intricate = false)
    {
        // The default ENOSYS keeps runc's own addition, which libseccomp does not have, out of the comparison.
        var profile = new Profile { DefaultAction = "SCMP_ACT_ERRNO", DefaultErrnoRet = 38, Syscalls = [] };
        profile.Architectures = [.. new[] { "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" }.Where((_, i) => i == 0 || random.Next(4) > 0)];
        string[] names = [.. Enumerable.Range(0, SyscallTable.Length).Select(SyscallTable.NameAt).Where(name => name != "write" && LibSeccomp.Knows(name))];
        random.Shuffle(names);
        int density = random.Next(10, names.Length);
        for (int i = 0; i < density;)
        {
            string action = s_actions[random.Next(s_actions.Length)];
            if (random.Next(3) > 0)
            {
                int count = Math.Min(random.Next(1, 60), density - i);
                profile.Syscalls.Add(new() { Names = [.. names.AsSpan(i, count)], Action = action, ErrnoRet = (uint)random.Next(1, 100) });
                i += count;
                continue;
            }

            // Rules for one call have the same action: which of several goes first is libseccomp's secret. It also goes astray
            // when it merges several rules that have several conditions each.
            if (!intricate && random.Next(2) == 0)
            {
                profile.Syscalls.Add(new() { Names = [names[i]], Action = action, ErrnoRet = 9, Args = Args(random) });
            }
            else
            {
                for (int rules = random.Next(1, 4); rules > 0; rules--)
                {
                    profile.Syscalls.Add(new() { Names = [names[i]], Action = intricate ? s_actions[random.Next(s_actions.Length)] : action, ErrnoRet = 9, Args = intricate ? Args(random) : [Args(random)[0]] });
                }
            }

            i++;
        }

        return profile;
    }

    public static ulong[] Arguments(Random random, bool is32Bit)
    {
        var arguments = new ulong[6];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Value(random);
            if (is32Bit)
            {
                arguments[i] = (uint)arguments[i];
            }
        }

        return arguments;
    }

    /// <summary>The rules for whatever calls have a number, to understand a failure.</summary>
    public static string Explain(Profile profile, uint number) => string.Join("; ",
        from entry in profile.Syscalls
        from name in entry.Names
        where Enum.GetValues<SyscallAbi>().Any(abi => SyscallTable.NumberAt(SyscallTable.IndexOf(name), abi) == (number & ~SyscallTable.X32Bit))
        select $"{name} {entry.Action} {string.Join(" ", entry.Args?.Select(arg => $"{arg.Index} {arg.Op} {arg.Value:x} {arg.ValueTwo:x}") ?? [])}");

    private static List<SeccompArg> Args(Random random)
    {
        var args = new List<SeccompArg>();
        for (uint index = 0; index < 6; index++)
        {
            if (random.Next(3) == 0)
            {
                string op = s_operators[random.Next(s_operators.Length)];
                ulong value = Value(random);
                args.Add(new() { Index = index, Op = op, Value = value, ValueTwo = op == "SCMP_CMP_MASKED_EQ" ? Value(random) & value : 0 });
            }
        }

        if (args.Count == 0)
        {
            args.Add(new() { Index = 0, Op = "SCMP_CMP_EQ", Value = Value(random) });
        }

        return args;
    }

    private static ulong Value(Random random) => random.Next(4) == 0 ? (ulong)random.NextInt64() : s_values[random.Next(s_values.Length)];
}
