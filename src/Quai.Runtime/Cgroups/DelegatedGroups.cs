using Quai.Linux.Processes;

namespace Quai.Runtime.Cgroups;

/// <summary>
/// The part of the machine's control groups that this process may change. Root of the machine may change all; in a user namespace it is what somebody gave to the
/// user: the group that the process was started in, where its directory is the user's.
/// </summary>
public static class DelegatedGroups
{
    /// <summary>The name of the group beneath a delegated one that a daemon puts itself into: on v2 a group that limits others has no processes of its own.</summary>
    public const string DaemonName = "quaid";

    /// <summary>Leaves those hierarchies in which this process may make groups.</summary>
    /// <param name="mounted">All that are mounted.</param>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>.</param>
    /// <param name="isOurs">Whether a directory may be written to.</param>
    /// <param name="path">The path of the group beneath which all must be made, the same in each hierarchy; empty for the hierarchies' roots.</param>
    internal static IReadOnlyList<CgroupHierarchy> Select(IReadOnlyList<CgroupHierarchy> mounted, IReadOnlyList<string> memberships, Func<string, bool> isOurs, out string path)
    {
        List<CgroupHierarchy> ours = [];
        path = "";
        foreach (CgroupHierarchy hierarchy in mounted)
        {
            if (GroupIn(hierarchy, memberships) is { } own && own.Length > 1 && isOurs(hierarchy.MountPoint + own) && (ours.Count == 0 || own == path))
            {
                path = own;
                ours.Add(hierarchy);
            }
        }

        return ours;
    }

    /// <summary>The group of this process in a hierarchy, from where its daemon's own group is left out; null if it is in none.</summary>
    internal static string? GroupIn(CgroupHierarchy hierarchy, IReadOnlyList<string> memberships)
    {
        foreach (string line in memberships)
        {
            // 4:memory:/user/alice, 9:name=systemd:/, 0::/user.slice
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && (hierarchy.Unified ? parts[0] == "0" : hierarchy.Name is { } name ? parts[1] == "name=" + name : parts[1].Length > 0 && parts[1].Split(',').All(hierarchy.Controllers.Contains)))
            {
                return hierarchy.Unified && Path.GetFileName(parts[2]) == DaemonName ? Path.GetDirectoryName(parts[2]) : parts[2];
            }
        }

        return null;
    }

    /// <summary>
    /// On v2: moves this process into a group of its own beneath the one that it is in, and lets groups beside that have all limits that there are. Does nothing where that
    /// group is not this user's: then containers have no limits. To be called before anything is started that stays there.
    /// </summary>
    public static void MakeRoom()
    {
        if (CgroupTree.Mounted is not [{ Unified: true } hierarchy] || OwnUserNamespace.IsNested
            || GroupIn(hierarchy, File.ReadAllLines("/proc/self/cgroup")) is not { Length: > 1 } own || !IsOurs(hierarchy.MountPoint + own))
        {
            return;
        }

        string group = hierarchy.MountPoint + own;
        try
        {
            Directory.CreateDirectory($"{group}/{DaemonName}");
            CgroupFiles.Write($"{group}/{DaemonName}/cgroup.procs", "0");
            string[] controllers = (CgroupFiles.Text(group + "/cgroup.controllers") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            CgroupFiles.Write(group + "/cgroup.subtree_control", string.Join(' ', controllers.Select(c => "+" + c)));
        }
        catch (Exception e) when (e is Linux.LinuxException or IOException or UnauthorizedAccessException)
        {
            // Somebody else lives in the group, or it is not wholly ours: what there is is looked at again by whoever uses it.
        }
    }

    /// <summary>Whether this process may make groups in a directory.</summary>
    internal static bool IsOurs(string directory) => Linux.FileCalls.IsWritable(directory);
}
