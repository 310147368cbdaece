using System.Globalization;
using Quai.Errors;

namespace Quai.Runtime.Specs;

/// <summary>Capability names as bits (linux/capability.h).</summary>
internal static class CapabilityMask
{
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>The highest capability of this kernel.</summary>
    public static int Last { get; } =
        File.Exists("/proc/sys/kernel/cap_last_cap") ? int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), CultureInfo.InvariantCulture) : Names.Length - 1;

    private static readonly ulong Known = Last >= 63 ? ulong.MaxValue : (1UL << (Last + 1)) - 1;

    /// <summary>The bits of some names; those this kernel does not have are left out.</summary>
    public static ulong Of(List<string>? names)
    {
        ulong mask = 0;
        foreach (string name in names ?? [])
        {
            ReadOnlySpan<char> bare = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name.AsSpan(4) : name;
            int bit = -1;
            for (int i = 0; i < Names.Length; i++)
            {
                if (bare.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
                {
                    bit = i;
                    break;
                }
            }

            mask |= bit < 0 ? throw QuaiException.Invalid($"unknown capability \"{name}\"") : 1UL << bit;
        }

        return mask & Known;
    }
}
