using System.Globalization;

namespace Quai.Engine.Host;

/// <summary>Facts of this machine that do not change while the daemon runs.</summary>
internal static class Machine
{
    private static readonly Lazy<Dictionary<string, string>> s_release = new(ReadRelease);
    private static readonly Lazy<long> s_memory = new(ReadMemory);

    /// <summary>Bytes of memory.</summary>
    public static long MemoryTotal => s_memory.Value;

    /// <summary>The distribution's name.</summary>
    public static string OperatingSystem => s_release.Value.GetValueOrDefault("PRETTY_NAME", "Linux");

    /// <summary>The distribution's version.</summary>
    public static string OperatingSystemVersion => s_release.Value.GetValueOrDefault("VERSION_ID", "");

    /// <summary>The kernel's release.</summary>
    public static string Kernel { get; } = File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : "";

    private static long ReadMemory()
    {
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    private static Dictionary<string, string> ReadRelease()
    {
        var values = new Dictionary<string, string>();
        string? file = new[] { "/etc/os-release", "/usr/lib/os-release" }.FirstOrDefault(File.Exists);
        foreach (string line in file is null ? [] : File.ReadLines(file))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[line[..equals]] = line[(equals + 1)..].Trim('"', '\'');
            }
        }

        return values;
    }
}
