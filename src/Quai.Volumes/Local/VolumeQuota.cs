using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Quotas;
using Quai.Linux.Trees;

namespace Quai.Volumes.Local;

/// <summary>Limits of volumes' sizes: each limited volume is a project of its file system's quotas.</summary>
/// <param name="root">The folder of all volumes.</param>
internal sealed class VolumeQuota(string root)
{
    // Far from the numbers that administrators and other engines count from.
    private const uint FirstProject = 0x51000000;

    /// <summary>Whether the file system can limit sizes.</summary>
    public bool IsAvailable
    {
        get
        {
            using FileDescriptor folder = RootedFiles.OpenDirectory(root);
            return ProjectQuota.IsEnforcedOn(folder);
        }
    }

    /// <summary>A number that no volume in <paramref name="taken"/> has, nor anybody else on the file system.</summary>
    public uint NewProject(IReadOnlySet<uint> taken)
    {
        using FileDescriptor folder = RootedFiles.OpenDirectory(root);
        for (uint project = FirstProject; ; project++)
        {
            if (!taken.Contains(project) && ProjectQuota.IsUnused(folder, project))
            {
                return project;
            }
        }
    }

    /// <summary>Limits a volume's folder, and everything that is created in it from now on.</summary>
    /// <exception cref="QuaiException">The file system no longer can.</exception>
    public void Apply(string name, uint project, ulong bytes)
    {
        try
        {
            using FileDescriptor folder = RootedFiles.OpenDirectory(Path.Combine(root, name));
            ProjectQuota.Assign(folder, project);
            ProjectQuota.Limit(folder, project, bytes);
        }
        catch (LinuxException e)
        {
            throw QuaiException.System($"create {name}: cannot limit the volume to {bytes} bytes: {Errno.Message(e.Errno)}", e);
        }
    }

    /// <summary>Gives a number back. What cannot be changed any more is no reason to keep the volume.</summary>
    public void Release(uint project)
    {
        try
        {
            using FileDescriptor folder = RootedFiles.OpenDirectory(root);
            ProjectQuota.Limit(folder, project, 0);
        }
        catch (LinuxException)
        {
            // Without quotas, or without their file system, there is no limit either.
        }
    }
}
