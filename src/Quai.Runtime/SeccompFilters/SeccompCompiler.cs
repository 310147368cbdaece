using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>
/// Compiles the runtime specification's system call filter to BPF, with runc's semantics: names that no kernel here knows are skipped;
/// a call whose number is beyond everything that the profile names returns <c>ENOSYS</c> instead of an error that programs take for a refusal;
/// a call in an architecture that the profile does not list kills the thread. Rules without conditions go before those with;
/// among the latter the first that matches decides. It is stricter than runc's library in two respects: arguments are also compared as the kernel
/// reads them (<see cref="ArgumentRules"/>), and what is refused by name is also refused through 32-bit x86's multiplexers (<see cref="X86Multiplexer"/>).
/// </summary>
/// <remarks>
/// The program tests the architecture, then finds the call's number in a binary search tree whose leaves are ranges of numbers with
/// the same outcome: some ten comparisons for any call. The kernel itself runs it once for each number when it is installed and
/// remembers which numbers are always allowed, so that most calls later cost nothing.
/// </remarks>
public static class SeccompCompiler
{
    private const uint ArchitectureOffset = 4, NumberOffset = 0, Enosys = 38;

    /// <summary>Arm's private calls have numbers far from the others and say nothing about how new the profile is.</summary>
    private const int ArmPrivate = 0xf0000;

    /// <summary>Compiles a filter for this machine.</summary>
    /// <exception cref="QuaiException">An action, operator, architecture or flag is unknown, or the profile contradicts itself.</exception>
    public static SeccompProgram Compile(Profile profile) => Compile(profile, RuntimeInformation.OSArchitecture);

    /// <summary>Compiles a filter for a machine of the given kind: x64 or arm64.</summary>
    internal static SeccompProgram Compile(Profile profile, Architecture machine)
    {
        uint fallback = SeccompRule.ParseAction(profile.DefaultAction, profile.DefaultErrnoRet);
        if (fallback == SeccompReturn.USER_NOTIF)
        {
            throw QuaiException.Invalid("SCMP_ACT_NOTIFY cannot be used as default action");
        }

        SyscallDecisions decisions = Decide(profile, fallback, out bool notifies);
        bool[] abis = FindAbis(profile, machine);

        // A tracer can answer for unknown calls itself, and a profile that allows by default allows new calls too.
        bool newCallsAreUnknown = (fallback & ~SeccompReturn.DATA) is not (SeccompReturn.ALLOW or SeccompReturn.LOG or SeccompReturn.TRACE);
        var writer = new BpfWriter();
        writer.Load(ArchitectureOffset);
        if (machine == Architecture.Arm64)
        {
            WriteArchitecture(AuditArch.AARCH64, SyscallAbi.Arm64, null);
            WriteArchitecture(AuditArch.ARM, SyscallAbi.Arm, null);
        }
        else
        {
            WriteArchitecture(AuditArch.X86_64, SyscallAbi.X86_64, SyscallAbi.X32);
            WriteArchitecture(AuditArch.I386, SyscallAbi.X86, null);
        }

        writer.End(SeccompReturn.KILL_THREAD);
        SeccompFlags flags = ParseFlags(profile) | (notifies ? SeccompFlags.NEW_LISTENER : 0);
        return new SeccompProgram(writer.ToArray(), (uint)flags, notifies);

        void WriteArchitecture(uint architecture, SyscallAbi first, SyscallAbi? second)
        {
            if (!abis[(int)first] && !(second is { } other && abis[(int)other]))
            {
                return;
            }

            var ranges = new SyscallRanges(decisions, fallback, newCallsAreUnknown ? SeccompReturn.ERRNO | Enosys : null, ArmPrivate);
            ranges.Add(first, 0);
            if (second == SyscallAbi.X32)
            {
                ranges.AddX32(abis[(int)SyscallAbi.X32]);
            }

            writer.IfEqual(architecture, 1, 0);
            int skip = writer.Skip();
            writer.Load(NumberOffset);
            ranges.Write(writer);
            writer.Land(skip);
        }
    }

    private static SyscallDecisions Decide(Profile profile, uint fallback, out bool notifies)
    {
        var decisions = new SyscallDecisions(fallback);
        notifies = false;
        foreach (SeccompSyscall entry in profile.Syscalls ?? [])
        {
            uint action = SeccompRule.ParseAction(entry.Action, entry.ErrnoRet);
            SeccompRule[] rules = SeccompRule.Parse(entry, action);
            foreach (string name in entry.Names)
            {
                int syscall = SyscallTable.IndexOf(name);
                if (action == SeccompReturn.USER_NOTIF)
                {
                    // The supervisor's own answer would be written through the filter: nobody could ever answer.
                    notifies = name != "write" ? true : throw QuaiException.Invalid("SCMP_ACT_NOTIFY cannot be used for the write syscall");
                }

                if (syscall < 0)
                {
                    continue;
                }

                decisions.Name(syscall);
                if (action != fallback)
                {
                    foreach (SeccompRule rule in rules)
                    {
                        decisions.Add(syscall, rule);
                    }
                }
            }
        }

        if (!notifies && !string.IsNullOrEmpty(profile.ListenerPath))
        {
            throw QuaiException.Invalid("seccomp: listenerPath is set but no rule has SCMP_ACT_NOTIFY");
        }

        return decisions;
    }

    private static bool[] FindAbis(Profile profile, Architecture machine)
    {
        var abis = new bool[5];
        abis[(int)(machine == Architecture.Arm64 ? SyscallAbi.Arm64 : SyscallAbi.X86_64)] = true;
        foreach (string name in profile.Architectures ?? [])
        {
            switch (name)
            {
                case "SCMP_ARCH_X86_64":
                    abis[(int)SyscallAbi.X86_64] = true;
                    break;
                case "SCMP_ARCH_X86":
                    abis[(int)SyscallAbi.X86] = true;
                    break;
                case "SCMP_ARCH_X32":
                    abis[(int)SyscallAbi.X32] = true;
                    break;
                case "SCMP_ARCH_AARCH64":
                    abis[(int)SyscallAbi.Arm64] = true;
                    break;
                case "SCMP_ARCH_ARM":
                    abis[(int)SyscallAbi.Arm] = true;
                    break;

                // No program for these can run on a machine that Quai runs on.
                case "SCMP_ARCH_NATIVE" or "SCMP_ARCH_MIPS" or "SCMP_ARCH_MIPS64" or "SCMP_ARCH_MIPS64N32" or "SCMP_ARCH_MIPSEL"
                    or "SCMP_ARCH_MIPSEL64" or "SCMP_ARCH_MIPSEL64N32" or "SCMP_ARCH_PPC" or "SCMP_ARCH_PPC64" or "SCMP_ARCH_PPC64LE"
                    or "SCMP_ARCH_S390" or "SCMP_ARCH_S390X" or "SCMP_ARCH_PARISC" or "SCMP_ARCH_PARISC64" or "SCMP_ARCH_RISCV64"
                    or "SCMP_ARCH_LOONGARCH64" or "SCMP_ARCH_M68K" or "SCMP_ARCH_SH" or "SCMP_ARCH_SHEB":
                    break;
                default:
                    throw QuaiException.Invalid($"string {name} is not a valid arch for seccomp");
            }
        }

        return abis;
    }

    private static SeccompFlags ParseFlags(Profile profile)
    {
        if (profile.Flags is null)
        {
            // As in runc since 1.2: the mitigation that this disables made filtered programs slow, and kernels no longer require it.
            return SeccompFlags.SPEC_ALLOW;
        }

        SeccompFlags flags = SeccompFlags.None;
        foreach (string flag in profile.Flags)
        {
            flags |= flag switch
            {
                "SECCOMP_FILTER_FLAG_LOG" => SeccompFlags.LOG,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SeccompFlags.SPEC_ALLOW,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => SeccompFlags.WAIT_KILLABLE_RECV,

                // The filter is installed by a process that has one thread.
                "SECCOMP_FILTER_FLAG_TSYNC" => SeccompFlags.None,
                _ => throw QuaiException.Invalid($"seccomp flag \"{flag}\" is not known"),
            };
        }

        return flags;
    }
}
