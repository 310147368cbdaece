using System.Globalization;

namespace Quai.Linux;

/// <summary>The kernel's capabilities by name and number (capabilities(7), linux/capability.h).</summary>
public static class Capabilities
{
    private static readonly string[] s_names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    private static readonly Lazy<IReadOnlyList<string>> s_available = new(() => FromMask(ReadEffectiveMask()));

    /// <summary>All names, indexed by number.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>A container's default set: Docker's fourteen (mask a80425fb).</summary>
    public static IReadOnlyList<string> Default { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>What this process can pass on: its effective set, which the kernel limits to what it knows itself. Read once.</summary>
    public static IReadOnlyList<string> Available => s_available.Value;

    /// <summary>The number of a name such as <c>CAP_CHOWN</c>, or -1.</summary>
    public static int NumberOf(string name) => Array.IndexOf(s_names, name);

    /// <summary>The highest number that the running kernel knows.</summary>
    public static int ReadLastKnown() =>
        int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    /// <summary>The set as a kernel mask: bit n for capability n. Unknown names are left out.</summary>
    public static ulong ToMask(IEnumerable<string> names)
    {
        ulong mask = 0;
        foreach (string name in names)
        {
            int number = NumberOf(name);
            mask |= number >= 0 ? 1ul << number : 0;
        }

        return mask;
    }

    /// <summary>The names in a mask, by number. Bits without a name here are left out.</summary>
    public static IReadOnlyList<string> FromMask(ulong mask)
    {
        var names = new List<string>(s_names.Length);
        for (int number = 0; number < s_names.Length; number++)
        {
            if ((mask & (1ul << number)) != 0)
            {
                names.Add(s_names[number]);
            }
        }

        return names;
    }

    private static ulong ReadEffectiveMask()
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
