namespace Quai.Runtime.Cgroups;

/// <summary>One mounted cgroup hierarchy.</summary>
/// <param name="MountPoint">Such as <c>/sys/fs/cgroup/cpu,cpuacct</c>.</param>
/// <param name="Controllers">Those it has (v1), or none for the unified one.</param>
/// <param name="Name">For a named v1 hierarchy without controllers (<c>systemd</c>); otherwise null.</param>
/// <param name="Unified">Whether it is cgroup v2.</param>
public sealed record CgroupHierarchy(string MountPoint, IReadOnlyList<string> Controllers, string? Name, bool Unified)
{
    /// <summary>Option of mount(2) that mounts the same hierarchy again.</summary>
    public string MountData => Name is not null ? "none,name=" + Name : string.Join(',', Controllers);
}
