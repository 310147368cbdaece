using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux.Seccomp;
using Quai.Runtime.SeccompFilters;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

public sealed class DefaultSeccompProfileTests
{
    private const uint Refused = SeccompReturn.ERRNO | 1, Enosys = SeccompReturn.ERRNO | 38;

    /// <summary>The newest call that the observed engine's libseccomp knew: for newer ones it gave ENOSYS.</summary>
    private const int NewestObserved = 456;

    private static readonly HashSet<string> s_default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private static readonly Version s_kernel = new(6, 1);
    private static readonly ulong[] s_ones = [.. Enumerable.Repeat(ulong.MaxValue, 6)];
    private static readonly byte[] s_program = SeccompCompiler.Compile(DefaultSeccompProfile.For(s_default, Architecture.X64, s_kernel), Architecture.X64).Bpf;

    [Theory]
    [InlineData(AuditArch.X86_64, 0, ObservedDecisions.X64)]
    [InlineData(AuditArch.X86_64, SyscallTable.X32Bit, ObservedDecisions.X32)]
    [InlineData(AuditArch.I386, 0, ObservedDecisions.X86)]
    public void Decides_as_docker(uint architecture, uint offset, string observed)
    {
        for (int number = 0; number <= Math.Min(NewestObserved, observed.Length - 1); number++)
        {
            if (number == 336 && offset == 0 && architecture == AuditArch.X86_64)
            {
                // The kernel never filters uprobe: it is made by the kernel's own probes.
                continue;
            }

            uint actual = BpfInterpreter.Run(s_program, new(architecture, offset + (uint)number, s_ones));
            switch (observed[number])
            {
                case 'r':
                    Assert.True(actual == Refused, $"{number} gives {actual:x} and Docker refuses it");
                    break;
                case 'a':
                    Assert.True(actual == SeccompReturn.ALLOW, $"{number} gives {actual:x} and Docker allows it");
                    break;
                default:
                    Assert.True(actual is SeccompReturn.ALLOW or Enosys, $"{number} gives {actual:x} and Docker does not refuse it");
                    break;
            }
        }
    }

    [Fact]
    public void Decides_on_arguments_as_docker()
    {
        for (int family = 0; family < ObservedDecisions.Socket.Length; family++)
        {
            Assert.Equal(ObservedDecisions.Socket[family] == 'r', BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 41, (ulong)family)) == Refused);
        }

        for (int bit = 0; bit < ObservedDecisions.Clone.Length; bit++)
        {
            Assert.Equal(ObservedDecisions.Clone[bit] == 'r', BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 56, 1ul << bit)) == Refused);
        }

        foreach (ulong personality in (ulong[])[0, 1, 8, 9, 0x20000, 0x20008, 0x20001, 0xffffffff, 0x40000, 0x1ffffffff])
        {
            Assert.Equal(ObservedDecisions.RefusedPersonalities.Contains(personality), BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 135, personality)) == Refused);
        }
    }

    [Fact]
    public void Depends_on_capabilities()
    {
        byte[] admin = SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(s_default) { "CAP_SYS_ADMIN" }, Architecture.X64, s_kernel)).Bpf;
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(admin, new(AuditArch.X86_64, 165)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(admin, new(AuditArch.X86_64, 435)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(admin, new(AuditArch.X86_64, 56, s_ones)));
        Assert.Equal(Refused, BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 165)));
        Assert.Equal(Enosys, BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 435)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 161)));
        byte[] none = SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(), Architecture.X64, new Version(4, 4))).Bpf;
        Assert.Equal(Refused, BpfInterpreter.Run(none, new(AuditArch.X86_64, 161)));
        Assert.Equal(Refused, BpfInterpreter.Run(none, new(AuditArch.X86_64, 101)));
        Assert.Equal(SeccompReturn.ALLOW, BpfInterpreter.Run(s_program, new(AuditArch.X86_64, 101)));
    }

    [Fact]
    public void Names_only_known_calls()
    {
        foreach (Architecture machine in (Architecture[])[Architecture.X64, Architecture.Arm64])
        {
            Profile profile = DefaultSeccompProfile.For(new HashSet<string>(s_default) { "CAP_SYS_ADMIN", "CAP_SYS_TIME" }, machine, s_kernel);
            string[] unknown = [.. profile.Syscalls!.SelectMany(rule => rule.Names).Where(name => SyscallTable.IndexOf(name) < 0)];
            Assert.Equal(["riscv_hwprobe"], unknown);
        }
    }

    [Fact]
    public void Is_decided_in_few_steps()
    {
        Assert.InRange(s_program.Length / 8, 1, 1000);
        for (uint number = 0; number < 470; number++)
        {
            if (BpfInterpreter.Run(s_program, new(AuditArch.X86_64, number, s_ones), out int steps) != 0 && number is not (41 or 56 or 135))
            {
                Assert.InRange(steps, 1, 16);
            }
        }
    }

    [Fact]
    public void Reads_dockers_form()
    {
        const string Json = """
            {
              "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 5,
              "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] }, { "architecture": "SCMP_ARCH_S390X", "subArchitectures": null } ],
              "syscalls": [
                { "names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {} },
                { "name": "write", "action": "SCMP_ACT_ALLOW" },
                { "names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
                { "names": ["chown"], "action": "SCMP_ACT_ALLOW", "excludes": { "caps": ["CAP_CHOWN"] } },
                { "names": ["open"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["s390x"] } },
                { "names": ["close"], "action": "SCMP_ACT_ALLOW", "excludes": { "arches": ["s390x"], "minKernel": "6.2" }, "includes": { "arches": ["amd64"], "minKernel": "4.8" } },
                { "names": ["dup"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "6.2" } },
                { "names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 97, "args": [ { "index": 0, "value": 40, "valueTwo": 0, "op": "SCMP_CMP_EQ" } ] }
              ]
            }
            """;
        Profile profile = SeccompProfileReader.Parse(Json, s_default, Architecture.X64, s_kernel)!;
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], profile.Architectures!);
        Assert.Equal(["read", "write", "close", "socket"], profile.Syscalls!.SelectMany(rule => rule.Names));
        Assert.Equal(5u, profile.DefaultErrnoRet);
        byte[] bpf = SeccompCompiler.Compile(profile, Architecture.X64).Bpf;
        Assert.Equal(SeccompReturn.ERRNO | 97, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 41, 40)));
        Assert.Equal(SeccompReturn.ERRNO | 5, BpfInterpreter.Run(bpf, new(AuditArch.X86_64, 41, 41)));
    }

    [Fact]
    public void Nothing_said_is_no_filter() => Assert.Null(SeccompProfileReader.Parse("{}", s_default, Architecture.X64, s_kernel));

    [Theory]
    [InlineData("", "Decoding seccomp profile failed in line 1: ")]
    [InlineData("null", "Decoding seccomp profile failed: it is null")]
    [InlineData("{\"syscalls\":[{\"name\":\"read\"}]}", "Decoding seccomp profile failed: it has no defaultAction")]
    [InlineData("{\n\"defaultAction\": 5}", "Decoding seccomp profile failed in line 2: ")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}]}""", "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_ALLOW"}]}""", "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","action":"SCMP_ACT_ALLOW","includes":{"minKernel":"x"}}]}""", "Decoding seccomp profile failed: invalid kernel version: \"x\", expected format: kernel.major")]
    public void Says_what_is_wrong(string json, string message)
    {
        QuaiException error = Assert.Throws<QuaiException>(() => SeccompProfileReader.Parse(json, s_default, Architecture.X64, s_kernel));
        Assert.StartsWith(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
