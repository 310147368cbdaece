namespace Quai.Linux.Seccomp;

#pragma warning disable CS1591 // named by linux/seccomp.h and linux/audit.h

/// <summary>What a filter returns: the action in the upper half, its data (such as an errno) in the lower.</summary>
public static class SeccompReturn
{
    public const uint KILL_PROCESS = 0x80000000, KILL_THREAD = 0, TRAP = 0x00030000, ERRNO = 0x00050000, USER_NOTIF = 0x7fc00000,
        TRACE = 0x7ff00000, LOG = 0x7ffc0000, ALLOW = 0x7fff0000, DATA = 0x0000ffff;
}

/// <summary>Flags of <c>seccomp(SECCOMP_SET_MODE_FILTER)</c>.</summary>
[Flags]
public enum SeccompFlags : uint
{
    None = 0,
    TSYNC = 1,
    LOG = 2,
    SPEC_ALLOW = 4,
    NEW_LISTENER = 8,
    TSYNC_ESRCH = 16,
    WAIT_KILLABLE_RECV = 32,
}

/// <summary>Architectures as in <c>seccomp_data.arch</c>.</summary>
public static class AuditArch
{
    public const uint X86_64 = 0xc000003e, I386 = 0x40000003, AARCH64 = 0xc00000b7, ARM = 0x40000028;
}
