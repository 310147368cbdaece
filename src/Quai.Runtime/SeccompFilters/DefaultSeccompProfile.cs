using System.Runtime.InteropServices;
using Quai.Oci.Runtime;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>
/// The default filter for containers: Docker's. It lists what programs may call, which depends on their capabilities;
/// what is not listed is refused with <c>EPERM</c>.
/// </summary>
public static partial class DefaultSeccompProfile
{
    private const string Allow = "SCMP_ACT_ALLOW";

    /// <summary>The clone flags that create namespaces: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    private const ulong NamespaceFlags = 0x7E020000;

    private const uint Enosys = 38;

    /// <summary>PER_LINUX, PER_LINUX32, and both with UNAME26; all ones queries the current one.</summary>
    private static readonly ulong[] s_personalities = [0, 0x0008, 0x20000, 0x20008, 0xffffffff];

    /// <summary>ptrace could be used to get around a filter before this one.</summary>
    private static readonly Version s_ptraceIsSafe = new(4, 8);

    /// <summary>The profile for a container.</summary>
    /// <param name="capabilities">Its bounding set, as names such as <c>CAP_SYS_ADMIN</c>.</param>
    /// <param name="machine">The machine's architecture: x64 or arm64.</param>
    /// <param name="kernel">The kernel's version (<c>Environment.OSVersion.Version</c>).</param>
    public static Profile For(IReadOnlySet<string> capabilities, Architecture machine, Version kernel)
    {
        var rules = new List<SeccompSyscall>(24) { new() { Names = [.. s_always], Action = Allow } };
        if (kernel >= s_ptraceIsSafe)
        {
            AllowAlways("process_vm_readv", "process_vm_writev", "ptrace");
        }

        // All address families except AF_ALG (38), the kernel's cryptography, and AF_VSOCK (40), which no network namespace confines.
        // Since these check an argument, 32-bit programs cannot create sockets through socketcall, which hides it.
        AllowWhen("socket", 0, "SCMP_CMP_LT", 38);
        AllowWhen("socket", 0, "SCMP_CMP_EQ", 39);
        AllowWhen("socket", 0, "SCMP_CMP_GT", 40);
        foreach (ulong personality in s_personalities)
        {
            AllowWhen("personality", 0, "SCMP_CMP_EQ", personality);
        }

        if (machine == Architecture.Arm64)
        {
            AllowAlways("arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint", "cacheflush", "set_tls");
        }
        else
        {
            AllowAlways("arch_prctl", "modify_ldt");
        }

        foreach ((string capability, string[] calls) in s_withCapability)
        {
            if (capabilities.Contains(capability))
            {
                AllowAlways(calls);
            }
        }

        if (!capabilities.Contains("CAP_SYS_ADMIN"))
        {
            AllowWhen("clone", 0, "SCMP_CMP_MASKED_EQ", NamespaceFlags);

            // Its flags are in memory where a filter cannot see them; given ENOSYS, C libraries use clone.
            rules.Add(new() { Names = ["clone3"], Action = "SCMP_ACT_ERRNO", ErrnoRet = Enosys });
        }

        return new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            DefaultErrnoRet = 1,
            Architectures = machine == Architecture.Arm64
                ? ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
                : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Syscalls = rules,
        };

        void AllowAlways(params string[] calls) => rules.Add(new() { Names = [.. calls], Action = Allow });

        void AllowWhen(string call, uint index, string op, ulong value) =>
            rules.Add(new() { Names = [call], Action = Allow, Args = [new() { Index = index, Op = op, Value = value }] });
    }
}
