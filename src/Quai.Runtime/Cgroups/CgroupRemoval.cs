using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Cgroups;

/// <summary>The end of a container's control groups.</summary>
public static class CgroupRemoval
{
    /// <summary>Kills everything in the groups, and removes them. Does nothing if they do not exist.</summary>
    /// <exception cref="LinuxException">A process in them does not die.</exception>
    public static async Task RemoveAsync(string path, CancellationToken cancellation)
    {
        if (!SpecRules.IsCgroup(path))
        {
            // No container was ever started in such a group.
            return;
        }

        List<string> left = new(CgroupTree.Hierarchies.Count);
        foreach (CgroupHierarchy hierarchy in CgroupTree.Hierarchies)
        {
            left.Add(hierarchy.MountPoint + path);
        }

        for (int attempt = 0; ; attempt++)
        {
            left.RemoveAll(static directory => CgroupFiles.Remove(directory));
            if (left.Count == 0)
            {
                return;
            }

            if (attempt > 500)
            {
                throw new LinuxException("rmdir", Errno.EBUSY, left[0]);
            }

            foreach (string directory in left)
            {
                KillAll(directory);
            }

            await Task.Delay(Math.Min(1 + attempt, 20), cancellation).ConfigureAwait(false);
        }
    }

    private static void KillAll(string directory)
    {
        // A frozen process does not die.
        if (File.Exists(directory + "/freezer.state"))
        {
            try
            {
                CgroupFiles.Write(directory + "/freezer.state", "THAWED");
            }
            catch (LinuxException)
            {
            }
        }

        foreach (int pid in CgroupFiles.Processes(directory + "/cgroup.procs"))
        {
            SystemCall.Quick(SystemCallNumber.Kill, pid, ProcessConstants.SIGKILL);
        }

        if (Directory.Exists(directory))
        {
            foreach (string child in Directory.EnumerateDirectories(directory))
            {
                KillAll(child);
            }
        }
    }
}
