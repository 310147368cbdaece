using System.Runtime.InteropServices;
using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>Rules hold of what the kernel takes of an argument, and of a call on every way to it.</summary>
public sealed class ArgumentViewTests
{
    private const uint Allow = SeccompReturn.ALLOW, Eperm = SeccompReturn.ERRNO | 1, Enosys = SeccompReturn.ERRNO | 38, Refused = SeccompReturn.ERRNO | 13;

    private static readonly byte[] s_default = SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(), Architecture.X64, new Version(6, 1)), Architecture.X64).Bpf;

    [Theory]
    [InlineData(AuditArch.X86_64, 41u, 40ul, Eperm)]
    [InlineData(AuditArch.X86_64, 41u, 0x1_00000028ul, Eperm)]
    [InlineData(AuditArch.X86_64, 41u, 0xffffffff_00000028ul, Eperm)]
    [InlineData(AuditArch.X86_64, 41u, 0x1_00000026ul, Eperm)]
    [InlineData(AuditArch.X86_64, 41u, 2ul, Allow)]
    [InlineData(AuditArch.X86_64, 41u, 0x1_00000002ul, Allow)]
    [InlineData(AuditArch.X86_64, 41u, ulong.MaxValue, Allow)]
    [InlineData(AuditArch.X86_64, 41u | SyscallTable.X32Bit, 0x1_00000028ul, Eperm)]
    [InlineData(AuditArch.I386, 359u, 40ul, Eperm)]
    [InlineData(AuditArch.I386, 359u, 2ul, Allow)]
    [InlineData(AuditArch.I386, 102u, 1ul, Enosys)]
    [InlineData(AuditArch.I386, 102u, 3ul, Allow)]
    [InlineData(AuditArch.I386, 102u, 99ul, Allow)]
    [InlineData(AuditArch.X86_64, 135u, 0xfffffffful, Allow)]
    [InlineData(AuditArch.X86_64, 135u, 0x1_00000008ul, Eperm)]
    [InlineData(AuditArch.X86_64, 135u, 0x1_00040000ul, Eperm)]
    [InlineData(AuditArch.X86_64, 56u, 0x10000000ul, Eperm)]
    [InlineData(AuditArch.X86_64, 56u, 0x1_10000011ul, Eperm)]
    [InlineData(AuditArch.X86_64, 56u, 0x1_00000011ul, Allow)]
    [InlineData(AuditArch.I386, 120u, 0x10000011ul, Eperm)]
    public void The_default_profile_sees_what_the_kernel_takes(uint architecture, uint number, ulong argument, uint expected) =>
        Assert.Equal(expected, BpfInterpreter.Run(s_default, new(architecture, number, argument)));

    /// <summary>A profile that refuses a value refuses it with any bits above: an int, a mode of 16 bits, flags that clone hands on as an int.</summary>
    [Theory]
    [InlineData("setns", 1, 0x10000000ul, 0x5_10000000ul)]
    [InlineData("setns", 1, 0xffffffff_ffffff9cul, 0x00000000_ffffff9cul)]
    [InlineData("setns", 1, 0x00000000_ffffff9cul, 0xffffffff_ffffff9cul)]
    [InlineData("mkdir", 1, 0xffful, 0x10fff)]
    [InlineData("chmod", 1, 0x9edul, 0x1_000009edul)]
    [InlineData("clone", 0, 0x10000011ul, 0x1_10000011ul)]
    [InlineData("mmap", 4, 3ul, 0x1_00000003ul)]
    public void Bits_that_the_kernel_drops_hide_nothing(string call, uint index, ulong value, ulong argument)
    {
        byte[] bpf = Compile(Refuse(call, index, "SCMP_CMP_EQ", value));
        uint number = Number(call, SyscallAbi.X86_64);
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, At(index, argument))));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, At(index, value))));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, At(index, value ^ 4))));
    }

    [Fact]
    public void Wide_arguments_are_compared_whole()
    {
        byte[] bpf = Compile(Refuse("munmap", 1, "SCMP_CMP_LT", 0x1_00000000));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, Number("munmap", SyscallAbi.X86_64), 0, 0xffffffff)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, Number("munmap", SyscallAbi.X86_64), 0, 0x1_00000001)));
    }

    /// <summary>libseccomp compares 32 bits of an x32 argument, and the kernel takes 64 of those that are long.</summary>
    [Fact]
    public void On_x32_both_views_count()
    {
        byte[] bpf = Compile(Refuse("munmap", 1, "SCMP_CMP_GT", 0x1000));
        uint number = Number("munmap", SyscallAbi.X32) | SyscallTable.X32Bit;
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, 0, 0x1_00000000)));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, 0, 0x1001)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, number, 0, 0x1000)));
    }

    /// <summary>The old calls of 32-bit programs take 16 bits of a user.</summary>
    [Fact]
    public void Sixteen_bit_users_are_seen()
    {
        byte[] bpf = Compile(Refuse("setuid", 0, "SCMP_CMP_EQ", 0), Refuse("setuid32", 0, "SCMP_CMP_EQ", 0));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.I386, Number("setuid", SyscallAbi.X86), 0x10000)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.I386, Number("setuid32", SyscallAbi.X86), 0x10000)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, Number("setuid", SyscallAbi.X86_64), 0x10000)));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, Number("setuid", SyscallAbi.X86_64), 0x1_00000000)));
    }

    [Fact]
    public void Arm_sees_the_same()
    {
        byte[] bpf = SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(), Architecture.Arm64, new Version(6, 1)), Architecture.Arm64).Bpf;
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.AARCH64, Number("socket", SyscallAbi.Arm64), 0x1_00000028)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.AARCH64, Number("socket", SyscallAbi.Arm64), 0x1_00000002)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.ARM, Number("socket", SyscallAbi.Arm), 40)));
    }

    [Fact]
    public void What_is_refused_by_name_is_refused_through_a_multiplexer()
    {
        byte[] bpf = Compile(Refuse("shmget", 0, "SCMP_CMP_EQ", 7), new() { Names = ["connect"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 13 });
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.I386, 117, 23, 1)));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.I386, 117, 0x10017, 1)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.I386, 117, 24)));
        Assert.Equal(Refused, BpfInterpreter.Run(bpf, new(AuditArch.I386, 102, 3)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.I386, 102, 1)));
    }

    [Fact]
    public void What_is_allowed_by_name_is_allowed_through_a_multiplexer()
    {
        byte[] bpf = SeccompCompiler.Compile(
            new()
            {
                DefaultAction = "SCMP_ACT_ERRNO",
                Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                Syscalls = [new() { Names = ["socket", "shmget", "exit"], Action = "SCMP_ACT_ALLOW" }],
            },
            Architecture.X64).Bpf;
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.I386, 102, 1)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.I386, 102, 2)));
        Assert.Equal(Allow, BpfInterpreter.Run(bpf, new(AuditArch.I386, 117, 23)));
        Assert.Equal(Eperm, BpfInterpreter.Run(bpf, new(AuditArch.I386, 117, 22)));
    }

    private static SeccompSyscall Refuse(string name, uint index, string op, ulong value) =>
        new() { Names = [name], Action = "SCMP_ACT_ERRNO", ErrnoRet = 13, Args = [new() { Index = index, Op = op, Value = value }] };

    private static byte[] Compile(params SeccompSyscall[] rules) => SeccompCompiler.Compile(
        new Profile { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], Syscalls = [.. rules] },
        Architecture.X64).Bpf;

    private static uint Number(string name, SyscallAbi abi) => (uint)SyscallTable.NumberAt(SyscallTable.IndexOf(name), abi);

    private static ulong[] At(uint index, ulong value)
    {
        var arguments = new ulong[6];
        arguments[index] = value;
        return arguments;
    }
}
