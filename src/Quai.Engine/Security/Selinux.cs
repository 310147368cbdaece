namespace Quai.Engine.Security;

/// <summary>The kernel's SELinux. Containers get no labels.</summary>
public static class Selinux
{
    /// <summary>Whether its policy is enforced on this host.</summary>
    /// <param name="folder">Where selinuxfs is mounted.</param>
    public static bool IsEnforcing(string folder = "/sys/fs/selinux") => AppArmorHost.ReadSmall(Path.Combine(folder, "enforce")).StartsWith('1');
}
