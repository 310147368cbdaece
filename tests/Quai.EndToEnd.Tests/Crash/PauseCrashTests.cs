namespace Quai.EndToEnd.Tests.Crash;

/// <summary>A container that is frozen when the daemon is killed: what a user paused stays paused, what the daemon itself froze is thawed.</summary>
public sealed class PauseCrashTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task What_was_paused_stays_paused()
    {
        string name = await StartAsync("sleep 1000");
        await _docker.OkAsync($"pause {name}");
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal("paused", await StatusAsync(name));
        await _docker.OkAsync($"unpause {name}");
        (await _docker.RunAsync($"exec {name} echo goes on")).Expect(0, "goes on\n");
        await _docker.OkAsync($"rm -f {name}");
    }

    [QuaidFact]
    public async Task What_the_kernel_has_frozen_is_paused_whatever_was_recorded()
    {
        string name = await StartAsync("sleep 1000");
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        string[] groups = await File.ReadAllLinesAsync($"/proc/{pid}/cgroup");
        await engine.KillDaemonAsync();
        (string file, string frozen) = groups.FirstOrDefault(g => g.Contains(":freezer:", StringComparison.Ordinal)) is { } legacy
            ? ($"/sys/fs/cgroup/freezer{legacy.Split(':')[2]}/freezer.state", "FROZEN")
            : ($"/sys/fs/cgroup{groups[0].Split(':')[2]}/cgroup.freeze", "1");
        await File.WriteAllTextAsync(file, frozen);
        await engine.StartDaemonAsync();
        Assert.Equal("paused", await StatusAsync(name));
        await _docker.OkAsync($"unpause {name}");
        await _docker.OkAsync($"rm -f {name}");
    }

    [QuaidFact]
    public async Task What_a_commit_held_goes_on()
    {
        string name = await StartAsync("head -c 400000000 /dev/urandom > /big; echo written; while :; do sleep 1000; done");
        await Eventually.HoldsAsync(async () => await _docker.OkAsync($"logs {name}") == "written" ? null : "the file is not written", TimeSpan.FromMinutes(2));
        await using (RunningCommand commit = _docker.Start($"commit {name} {name}:committed"))
        {
            await Eventually.HoldsAsync(async () => await StatusAsync(name) is { } status and not "paused" ? status : null);
            await engine.KillDaemonAsync();
        }

        await engine.StartDaemonAsync();
        Assert.Equal("running", await StatusAsync(name));
        (await _docker.RunAsync($"exec {name} echo goes on")).Expect(0, "goes on\n");
        Assert.Equal("", await _docker.OkAsync($"images -q {name}"));
        await _docker.OkAsync($"rm -f {name}");
    }

    private async Task<string> StartAsync(string script)
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sh -c '{script}'");
        return name;
    }

    private Task<string> StatusAsync(string name) => _docker.InspectAsync(name, "{{.State.Status}}");
}
