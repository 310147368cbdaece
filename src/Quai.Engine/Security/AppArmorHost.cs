namespace Quai.Engine.Security;

/// <summary>Where the host's AppArmor is found.</summary>
public sealed record AppArmorHost
{
    private static readonly string[] s_programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The kernel's own switch: starts with <c>Y</c> if AppArmor is on.</summary>
    public string Switch { get; init; } = "/sys/module/apparmor/parameters/enabled";

    /// <summary>AppArmor's folder of securityfs.</summary>
    public string SecurityFolder { get; init; } = "/sys/kernel/security/apparmor";

    /// <summary>Where profiles and their includes are kept.</summary>
    public string ProfileFolder { get; init; } = "/etc/apparmor.d";

    /// <summary>What confines the daemon itself: a profile's name and mode, or <c>unconfined</c>.</summary>
    public string OwnProfile { get; init; } = "/proc/self/attr/current";

    /// <summary>The program that loads profiles; null if there is none.</summary>
    public string? Parser { get; init; } = Find("apparmor_parser");

    /// <summary>Whether the daemon itself runs in a container, where the policy is not its own (systemd's and LXC's variable <c>container</c>).</summary>
    public bool Nested { get; init; } = Environment.GetEnvironmentVariable("container") is { Length: > 0 };

    /// <summary>Whether containers can be confined: the kernel supports it, its interface is mounted, and the policy is ours.</summary>
    public bool IsOn => !Nested && Directory.Exists(SecurityFolder) && IsEnabled;

    /// <summary>Whether the kernel supports it, even if its interface is not mounted.</summary>
    public bool IsEnabled => ReadSmall(Switch).StartsWith('Y');

    /// <summary>The content of a file, empty if it cannot be read.</summary>
    internal static string ReadSmall(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted).Concat(s_programFolders).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
