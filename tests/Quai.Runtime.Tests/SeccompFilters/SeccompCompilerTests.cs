using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

public sealed class SeccompCompilerTests
{
    private const uint Eperm = SeccompReturn.ERRNO | 1, Enosys = SeccompReturn.ERRNO | 38;

    private static readonly ulong[] s_values = [0, 1, 5, 38, 39, 40, 0x7fffffff, 0x80000000, 0xffffffff, 0x1_00000000, 0x1_00000005, 0x5_00000001, ulong.MaxValue, ulong.MaxValue - 1];

    [Fact]
    public void Allows_what_is_listed_and_refuses_the_rest()
    {
        byte[] bpf = Compile(new() { DefaultAction = "SCMP_ACT_ERRNO", Syscalls = [Allow("read", "close", "no_such_call", "io_uring_setup")] });
        Assert.Equal(SeccompReturn.ALLOW, X64(bpf, "read"));
        Assert.Equal(SeccompReturn.ALLOW, X64(bpf, "close"));
        Assert.Equal(Eperm, X64(bpf, "write"));
        Assert.Equal(SeccompReturn.ALLOW, X64(bpf, "io_uring_setup"));
        Assert.Equal(Enosys, X64(bpf, "io_uring_enter"));
        Assert.Equal(Enosys, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 9999)));
    }

    [Fact]
    public void Kills_foreign_architectures()
    {
        byte[] bpf = Compile(new() { DefaultAction = "SCMP_ACT_ERRNO", Architectures = ["SCMP_ARCH_X86_64"], Syscalls = [Allow("read")] });
        Assert.Equal(SeccompReturn.KILL_THREAD, BpfInterpreter.Run(bpf, new(AuditArch.I386, 3)));
        Assert.Equal(SeccompReturn.KILL_THREAD, BpfInterpreter.Run(bpf, new(AuditArch.AARCH64, 63)));
        Assert.Equal(SeccompReturn.KILL_THREAD, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 0x40000000)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, uint.MaxValue)));
    }

    [Fact]
    public void Numbers_calls_as_each_architecture_does()
    {
        byte[] bpf = Compile(new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Syscalls = [Allow("rt_sigaction", "chown32", "vmsplice")],
        });
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 13)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 0x40000000 + 512)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 0x40000000 + 13)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 212)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.I386, 174)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.I386, 212)));
        Assert.Equal(Enosys, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 0x40000000 + 534)));
    }

    [Fact]
    public void Compiles_for_arm64()
    {
        byte[] bpf = SeccompCompiler.Compile(
            new() { DefaultAction = "SCMP_ACT_ERRNO", Architectures = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], Syscalls = [Allow("read", "set_tls", "openat2")] },
            Architecture.Arm64).Bpf;
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.AARCH64, 63)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.ARM, 3)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.ARM, 983045)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.AARCH64, 64)));
        Assert.Equal(Enosys, BpfInterpreter.Run(bpf, new(AuditArch.ARM, 438)));
        Assert.Equal(SeccompReturn.KILL_THREAD, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 0)));
    }

    [Theory]
    [InlineData("SCMP_CMP_NE")]
    [InlineData("SCMP_CMP_LT")]
    [InlineData("SCMP_CMP_LE")]
    [InlineData("SCMP_CMP_EQ")]
    [InlineData("SCMP_CMP_GE")]
    [InlineData("SCMP_CMP_GT")]
    [InlineData("SCMP_CMP_MASKED_EQ")]
    public void Compares_arguments(string op)
    {
        foreach (ulong value in s_values)
        {
            foreach (ulong second in op == "SCMP_CMP_MASKED_EQ" ? s_values : [0])
            {
                byte[] bpf = Compile(new()
                {
                    DefaultAction = "SCMP_ACT_ERRNO",
                    Syscalls = [When("ioctl", "SCMP_ACT_ALLOW", new SeccompArg { Index = 2, Op = op, Value = value, ValueTwo = second })],
                });
                foreach (ulong argument in s_values)
                {
                    bool expected = Holds(op, argument, value, second);
                    uint actual = BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 16, 7, 7, argument));
                    Assert.True((actual == SeccompReturn.ALLOW) == expected, $"{argument:x} {op} {value:x} {second:x}");
                }
            }
        }
    }

    [Fact]
    public void Joins_conditions_on_different_arguments_and_splits_those_on_one()
    {
        byte[] both = Compile(new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Syscalls = [When("ioctl", "SCMP_ACT_ALLOW", new() { Index = 0, Op = "SCMP_CMP_EQ", Value = 1 }, new() { Index = 1, Op = "SCMP_CMP_EQ", Value = 2 })],
        });
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(both, new(AuditArch.X86_64, 16, 1, 2)));
        Assert.Equal(Eperm, BpfInterpreter.Run(both, new(AuditArch.X86_64, 16, 1, 3)));
        Assert.Equal(Eperm, BpfInterpreter.Run(both, new(AuditArch.X86_64, 16, 2, 2)));

        byte[] either = Compile(new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Syscalls = [When("ioctl", "SCMP_ACT_ALLOW", new() { Index = 0, Op = "SCMP_CMP_EQ", Value = 1 }, new() { Index = 0, Op = "SCMP_CMP_EQ", Value = 2 })],
        });
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(either, new(AuditArch.X86_64, 16, 1)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(either, new(AuditArch.X86_64, 16, 2)));
        Assert.Equal(Eperm, BpfInterpreter.Run(either, new(AuditArch.X86_64, 16, 3)));
    }

    [Fact]
    public void Rules_without_conditions_go_first()
    {
        byte[] bpf = Compile(new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Syscalls =
            [
                When("ioctl", "SCMP_ACT_KILL", new SeccompArg { Index = 0, Op = "SCMP_CMP_EQ", Value = 1 }),
                Allow("ioctl"),
                new() { Names = ["ioctl"], Action = "SCMP_ACT_LOG" },
            ],
        });
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 16, 1)));
    }

    [Theory]
    [InlineData("SCMP_ACT_KILL", null, SeccompReturn.KILL_THREAD)]
    [InlineData("SCMP_ACT_KILL_THREAD", null, SeccompReturn.KILL_THREAD)]
    [InlineData("SCMP_ACT_KILL_PROCESS", null, SeccompReturn.KILL_PROCESS)]
    [InlineData("SCMP_ACT_TRAP", null, SeccompReturn.TRAP)]
    [InlineData("SCMP_ACT_ERRNO", null, SeccompReturn.ERRNO | 1)]
    [InlineData("SCMP_ACT_ERRNO", 0u, SeccompReturn.ERRNO)]
    [InlineData("SCMP_ACT_ERRNO", 13u, SeccompReturn.ERRNO | 13)]
    [InlineData("SCMP_ACT_TRACE", 7u, SeccompReturn.TRACE | 7)]
    [InlineData("SCMP_ACT_LOG", null, SeccompReturn.LOG)]
    [InlineData("SCMP_ACT_NOTIFY", null, SeccompReturn.USER_NOTIF)]
    public void Returns_the_actions(string action, uint? errno, uint expected)
    {
        SeccompProgram program = SeccompCompiler.Compile(new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new() { Names = ["mount"], Action = action, ErrnoRet = errno }] });
        Assert.Equal(expected, X64(program.Bpf, "mount"));
        Assert.Equal(SeccompReturn.ALLOW, X64(program.Bpf, "read"));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(program.Bpf, new(AuditArch.X86_64, 9999)));
        Assert.Equal(action == "SCMP_ACT_NOTIFY", program.NeedsListener);
        Assert.Equal((uint)(SeccompFlags.SPEC_ALLOW | (program.NeedsListener ? SeccompFlags.NEW_LISTENER : 0)), program.Flags);
    }

    [Fact]
    public void Refuses_nonsense()
    {
        Assert.Equal("string SCMP_ACT_FOO is not a valid action for seccomp", Fails(new() { DefaultAction = "SCMP_ACT_FOO" }));
        Assert.Equal("string SCMP_ARCH_FOO is not a valid arch for seccomp", Fails(new() { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_FOO"] }));
        Assert.Equal("string FOO is not a valid operator for seccomp", Fails(new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [When("read", "SCMP_ACT_KILL", new SeccompArg { Op = "FOO" })] }));
        Assert.Contains("argument index 6", Fails(new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [When("read", "SCMP_ACT_KILL", new SeccompArg { Index = 6, Op = "SCMP_CMP_EQ" })] }));
        Assert.Equal("SCMP_ACT_NOTIFY cannot be used as default action", Fails(new() { DefaultAction = "SCMP_ACT_NOTIFY" }));
        Assert.Equal("SCMP_ACT_NOTIFY cannot be used for the write syscall", Fails(new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new() { Names = ["write"], Action = "SCMP_ACT_NOTIFY" }] }));
        Assert.Equal("seccomp flag \"FOO\" is not known", Fails(new() { DefaultAction = "SCMP_ACT_ALLOW", Flags = ["FOO"] }));
    }

    /// <summary>Several rules with several conditions and different actions for one call: the first that holds decides.</summary>
    [Fact]
    public void Agrees_with_a_plain_evaluation()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            Profile profile = RandomProfiles.Make(random, intricate: true);
            profile.DefaultErrnoRet = (uint)random.Next(1, 3);
            byte[] bpf = Compile(profile);
            foreach ((uint offset, SyscallAbi abi) in new[] { (0u, SyscallAbi.X86_64), (SyscallTable.X32Bit, SyscallAbi.X32) })
            {
                if (abi == SyscallAbi.X32 && !profile.Architectures!.Contains("SCMP_ARCH_X32"))
                {
                    continue;
                }

                var calls = (from entry in profile.Syscalls
                             from name in entry.Names
                             select (Entry: entry, Number: SyscallTable.NumberAt(SyscallTable.IndexOf(name), abi))).ToLookup(call => call.Number, call => call.Entry);
                var widths = Enumerable.Range(0, SyscallTable.Length).ToLookup(i => SyscallTable.NumberAt(i, abi), i => SyscallArguments.WidthsOf(i, abi));
                int newest = calls.Max(group => group.Key);
                for (int number = 0; number < 600; number++)
                {
                    ulong[] arguments = RandomProfiles.Arguments(random, is32Bit: false);
                    ArgumentWidths compared = abi == SyscallAbi.X32 ? ArgumentWidths.All32 : ArgumentWidths.All64;
                    uint expected = number > newest ? Enosys : SeccompRule.Stricter(
                        Evaluate(profile, compared, calls[number], arguments),
                        Evaluate(profile, widths[number].FirstOrDefault(), calls[number], arguments));
                    uint actual = BpfInterpreter.Run(bpf, new(AuditArch.X86_64, offset + (uint)number, arguments));
                    if (expected != actual)
                    {
                        Assert.Fail($"seed {seed}: {abi} {number}: {actual:x}, not {expected:x}; {RandomProfiles.Explain(profile, (uint)number)}");
                    }
                }
            }
        }
    }

    private static uint Evaluate(Profile profile, ArgumentWidths widths, IEnumerable<SeccompSyscall> entries, ulong[] arguments)
    {
        uint fallback = SeccompRule.ParseAction(profile.DefaultAction, profile.DefaultErrnoRet);
        var rules = entries
            .Select(entry => (Entry: entry, Return: SeccompRule.ParseAction(entry.Action, entry.ErrnoRet)))
            .Where(rule => rule.Return != fallback)
            .OrderBy(rule => rule.Entry.Args is null ? 0 : 1);
        foreach ((SeccompSyscall entry, uint value) in rules)
        {
            if (entry.Args?.TrueForAll(arg => Holds(arg.Op, Cut(arg, arguments[arg.Index]), Cut(arg, arg.Value), Cut(arg, arg.ValueTwo))) ?? true)
            {
                return value;
            }
        }

        return fallback;

        ulong Cut(SeccompArg arg, ulong value) => widths.Cut((int)arg.Index, value);
    }

    private static string Fails(Profile profile) => Assert.Throws<QuaiException>(() => SeccompCompiler.Compile(profile)).Message;

    private static byte[] Compile(Profile profile) => SeccompCompiler.Compile(profile, Architecture.X64).Bpf;

    private static uint X64(byte[] bpf, string name) =>
        BpfInterpreter.Run(bpf, new(AuditArch.X86_64, (uint)SyscallTable.NumberAt(SyscallTable.IndexOf(name), SyscallAbi.X86_64)));

    private static SeccompSyscall Allow(params string[] names) => new() { Names = [.. names], Action = "SCMP_ACT_ALLOW" };

    private static SeccompSyscall When(string name, string action, params SeccompArg[] args) => new() { Names = [name], Action = action, Args = [.. args] };

    private static bool Holds(string op, ulong argument, ulong value, ulong second) => op switch
    {
        "SCMP_CMP_NE" => argument != value,
        "SCMP_CMP_LT" => argument < value,
        "SCMP_CMP_LE" => argument <= value,
        "SCMP_CMP_EQ" => argument == value,
        "SCMP_CMP_GE" => argument >= value,
        "SCMP_CMP_GT" => argument > value,
        _ => (argument & value) == second,
    };
}
