namespace Quai.Runtime.Specs;

/// <summary>Which of the kernel's security modules label processes here.</summary>
internal static class SecurityModules
{
    /// <summary>Whether AppArmor is on.</summary>
    public static bool HasAppArmor { get; } = Begins("/sys/module/apparmor/parameters/enabled", 'Y');

    /// <summary>Whether SELinux is on.</summary>
    public static bool HasSelinux { get; } = File.Exists("/sys/fs/selinux/enforce");

    private static bool Begins(string file, char with)
    {
        try
        {
            return File.ReadAllText(file).StartsWith(with);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
