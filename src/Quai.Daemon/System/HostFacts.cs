using System.Globalization;
using System.Runtime.InteropServices;

namespace Quai.Daemon.System;

/// <summary>What <c>info</c> and <c>version</c> tell about this machine.</summary>
internal static class HostFacts
{
    /// <summary>As <c>uname -r</c> has it.</summary>
    public static string KernelVersion { get; } = Line("/proc/sys/kernel/osrelease");

    /// <summary>This machine's name.</summary>
    public static string HostName => Line("/proc/sys/kernel/hostname");

    /// <summary>The architecture as Go names it.</summary>
    public static string GoArchitecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The architecture as the kernel names it.</summary>
    public static string MachineArchitecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "x86_64",
        Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Whether the unified cgroup hierarchy has the controllers: version 2; else 1.</summary>
    public static string CgroupVersion { get; } =
        File.Exists("/sys/fs/cgroup/cgroup.controllers") && Line("/sys/fs/cgroup/cgroup.controllers").Contains("memory", StringComparison.Ordinal) ? "2" : "1";

    /// <summary>Bytes of memory.</summary>
    public static long TotalMemory
    {
        get
        {
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
                {
                    string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    return long.Parse(words[1], CultureInfo.InvariantCulture) * 1024;
                }
            }

            return 0;
        }
    }

    /// <summary>Whether IPv4 is forwarded.</summary>
    public static bool Forwarding => Line("/proc/sys/net/ipv4/ip_forward") == "1";

    /// <summary>Open descriptors of this process.</summary>
    public static int OpenDescriptors => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    /// <summary>The distribution's name and version, from os-release.</summary>
    public static (string Name, string Version) OperatingSystem()
    {
        string name = "Linux", version = "";
        string? file = ((string[])["/etc/os-release", "/usr/lib/os-release"]).FirstOrDefault(File.Exists);
        foreach (string line in file is null ? [] : File.ReadLines(file))
        {
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
            {
                name = line["PRETTY_NAME=".Length..].Trim('"', '\'');
            }
            else if (line.StartsWith("VERSION_ID=", StringComparison.Ordinal))
            {
                version = line["VERSION_ID=".Length..].Trim('"', '\'');
            }
        }

        return (name, version);
    }

    private static string Line(string path) => File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : "";
}
