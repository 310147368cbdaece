using Quai.Runtime.Cgroups;
using Xunit;

namespace Quai.Runtime.Tests.Cgroups;

/// <summary>Which control groups an ordinary user's daemon may use.</summary>
public sealed class DelegatedGroupsTests
{
    private static readonly CgroupHierarchy s_memory = new("/c/memory", ["memory"], null, false), s_cpu = new("/c/cpu", ["cpu", "cpuacct"], null, false),
        s_pids = new("/c/pids", ["pids"], null, false), s_systemd = new("/c/systemd", [], "systemd", false), s_unified = new("/c", [], null, true);

    [Fact]
    public void Of_v1_those_are_used_whose_group_is_the_users_at_the_same_path()
    {
        string[] own = ["4:memory:/alice", "3:cpu,cpuacct:/alice", "2:pids:/", "1:name=systemd:/alice"];
        IReadOnlyList<CgroupHierarchy> ours = DelegatedGroups.Select([s_memory, s_cpu, s_pids, s_systemd], own, d => d is "/c/memory/alice" or "/c/cpu/alice" or "/c/pids/", out string path);
        Assert.Equal([s_memory, s_cpu], ours);
        Assert.Equal("/alice", path);
        Assert.Equal([s_systemd], DelegatedGroups.Select([s_systemd], own, _ => true, out _));
        Assert.Equal([s_memory], DelegatedGroups.Select([s_memory, s_cpu], ["4:memory:/a", "3:cpu,cpuacct:/b"], _ => true, out _));
    }

    [Fact]
    public void Of_v2_the_group_is_the_one_that_the_daemon_left_for_its_own()
    {
        Assert.Equal([s_unified], DelegatedGroups.Select([s_unified], ["0::/user.slice/quaid.service/quaid"], d => d == "/c/user.slice/quaid.service", out string path));
        Assert.Equal("/user.slice/quaid.service", path);
        Assert.Empty(DelegatedGroups.Select([s_unified], ["0::/user.slice"], _ => false, out path));
        Assert.Equal("", path);
    }
}
