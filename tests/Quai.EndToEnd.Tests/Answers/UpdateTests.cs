namespace Quai.EndToEnd.Tests.Answers;

/// <summary>An update writes what create would have written.</summary>
public sealed class UpdateTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;

    /// <summary>The limits as the container sees them, of either version of control groups.</summary>
    private const string Pids = "sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max'";
    private const string Cpu = "sh -c 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>/dev/null || cat /sys/fs/cgroup/cpu.max'";
    private const string Memory =
        "sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory.swap.max'";

    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_limit_of_processes_is_set_taken_away_and_set_again()
    {
        string name = await SleeperAsync("--pids-limit 50");
        await _docker.OkAsync($"update --pids-limit -1 {name}");
        Assert.Equal("max 0", $"{await Seen(name, Pids)} {await _docker.InspectAsync(name, "{{.HostConfig.PidsLimit}}")}");
        await _docker.OkAsync($"update --pids-limit 20 {name}");
        Assert.Equal("20 20", $"{await Seen(name, Pids)} {await _docker.InspectAsync(name, "{{.HostConfig.PidsLimit}}")}");
        await _docker.OkAsync($"update --cpu-shares 100 {name}");
        Assert.Equal("20", await Seen(name, Pids));
    }

    [Theory]
    [InlineData("--cpus 0.5", "--cpus 0.25", "25000 100000", "25000 100000")]
    [InlineData("--cpus 0.5", "--cpu-quota -1", "-1 100000", "max 100000")]
    [InlineData("--cpu-quota 20000", "--cpu-period 50000", "20000 50000", "20000 50000")]
    [InlineData("--cpu-quota 20000", "--cpu-quota -1", "-1 100000", "max 100000")]
    public async Task A_share_of_the_processors_is_changed_and_taken_away(string created, string updated, string version1, string version2)
    {
        string name = await SleeperAsync(created);
        await _docker.OkAsync($"update {updated} {name}");
        Assert.Contains(await Seen(name, Cpu), new[] { version1, version2 });
    }

    [Theory]
    [InlineData("-m 128m --memory-swap 256m", "134217728 268435456", "134217728 134217728")]
    [InlineData("-m 32m", "33554432 134217728", "33554432 100663296")]
    [InlineData("-m 32m --memory-swap 32m", "33554432 33554432", "33554432 0")]
    public async Task Memory_and_swap_go_up_and_down(string updated, string version1, string version2)
    {
        string name = await SleeperAsync("-m 64m --memory-swap 128m");
        await _docker.OkAsync($"update {updated} {name}");
        Assert.Contains(await Seen(name, Memory), new[] { version1, version2 });
    }

    /// <summary>Docker on version 1 of control groups records it and leaves the old limit in force.</summary>
    [QuaidFact]
    public async Task A_limit_of_swap_is_taken_away()
    {
        string name = await SleeperAsync("-m 64m --memory-swap 128m");
        await _docker.OkAsync($"update --memory-swap -1 {name}");
        Assert.Contains(await Seen(name, Memory), new[] { "67108864 9223372036854771712", "67108864 max" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("-m 64m --memory-swap -1")]
    public async Task A_limit_of_memory_above_that_of_swap_needs_both(string created)
    {
        string name = await SleeperAsync(created);
        (await _docker.RunAsync($"update -m 100m {name}")).ExpectFailure(1, "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
        await _docker.OkAsync($"update -m 100m --memory-swap 200m {name}");
    }

    private async Task<string> SleeperAsync(string options)
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {options} {Image} sleep 600");
        return name;
    }

    private async Task<string> Seen(string name, string command) => (await _docker.OkAsync($"exec {name} {command}")).Replace('\n', ' ');
}
