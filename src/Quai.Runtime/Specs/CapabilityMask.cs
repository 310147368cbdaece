namespace Quai.Runtime.Specs;

/// <summary>Capability names as bits (linux/capability.h).</summary>
public static class CapabilityMask
{
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>The highest capability that has a name here.</summary>
    public static int LastKnown => Names.Length - 1;

    /// <summary>A capability's name, such as <c>CAP_CHOWN</c>.</summary>
    public static string NameOf(int capability) => "CAP_" + Names[capability];

    /// <summary>The bits of some names, except those above <paramref name="last"/>, which the kernel does not have, and unknown ones.</summary>
    public static ulong Of(List<string>? names, int last)
    {
        ulong mask = 0;
        foreach (string name in names ?? [])
        {
            mask |= BitOf(name, last);
        }

        return mask;
    }

    /// <summary>The names in some sets that <see cref="Of"/> leaves out, each once.</summary>
    public static IReadOnlyList<string> Unknown(int last, params ReadOnlySpan<List<string>?> sets)
    {
        List<string> unknown = [];
        foreach (List<string>? set in sets)
        {
            foreach (string name in set ?? [])
            {
                if (BitOf(name, last) == 0 && !unknown.Contains(name))
                {
                    unknown.Add(name);
                }
            }
        }

        return unknown;
    }

    private static ulong BitOf(string name, int last)
    {
        ReadOnlySpan<char> bare = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name.AsSpan(4) : name;
        for (int i = 0; i < Names.Length; i++)
        {
            if (bare.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
            {
                return i <= last ? 1UL << i : 0;
            }
        }

        return 0;
    }
}
