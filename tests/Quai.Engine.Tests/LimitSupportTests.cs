using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Errors;
using Quai.Runtime.Cgroups;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>Limits that control groups cannot enforce are left out, and told.</summary>
public sealed class LimitSupportTests
{
    private static readonly CgroupLayout s_none = new([], false, "", []);

    [Fact]
    public void Without_groups_every_limit_is_told_in_dockers_words()
    {
        var asked = new HostConfig { Memory = 64 << 20, MemoryReservation = 32 << 20, PidsLimit = 10, CpuShares = 5, CpuQuota = 5000, CpusetCpus = "0", BlkioWeight = 10 };
        List<string> warnings = LimitSupport.Discard(asked, s_none);
        Assert.Equal(
            [
                "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
                "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.",
                "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
                "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
                "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
                "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
                "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
            ],
            warnings);
        Assert.Equal((0L, 0L, (long?)null, 0L, 0L, "", (ushort)0), (asked.Memory, asked.MemoryReservation, asked.PidsLimit, asked.CpuShares, asked.CpuQuota, asked.CpusetCpus, asked.BlkioWeight));
        Assert.Throws<QuaiException>(() => LimitSupport.Discard(new HostConfig { NanoCpus = 500_000_000 }, s_none));
    }

    [Fact]
    public void What_there_is_a_controller_for_stays()
    {
        var layout = new CgroupLayout([new("/c", [], null, true)], true, "", ["memory", "pids"]);
        var asked = new HostConfig { Memory = 64 << 20, PidsLimit = 10, CpuShares = 5 };
        Assert.Single(LimitSupport.Discard(asked, layout));
        Assert.Equal((64L << 20, (long?)10), (asked.Memory, asked.PidsLimit));
    }
}
