using Quai.Api.Containers;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class RecoveryTests(TestEngine engine)
{
    [Fact]
    public async Task Containers_outlive_the_daemon_and_are_known_to_the_next()
    {
        string id = await engine.StartAsync(["sh", "-c", "while :; do echo tick; sleep 0.02; done"], r => (r.HostConfig!.NetworkMode, r.Healthcheck) = ("bridge", null), "survivor");
        ContainerInspect before = await engine.InspectAsync(id);
        await engine.ReopenAsync();
        ContainerInspect after = await engine.InspectAsync("survivor");
        Assert.Equal((before.State.Pid, "running", before.State.StartedAt), (after.State.Pid, after.State.Status, after.State.StartedAt));
        Assert.Equal(before.NetworkSettings.IPAddress, after.NetworkSettings.IPAddress);
        Assert.NotEqual("", after.NetworkSettings.IPAddress);
        Assert.Equal((0, "in\n"), await engine.ExecAsync(id, ["echo", "in"]));
        await engine.Containers.StopAsync(id, "KILL", 0, CancellationToken.None);
        Assert.Equal(137, (await engine.InspectAsync(id)).State.ExitCode);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task What_ended_meanwhile_shows_its_true_exit_code()
    {
        string id = await engine.StartAsync(["sh", "-c", "sleep 0.3; exit 42"]);
        string removed = await engine.StartAsync(["sh", "-c", "sleep 0.3"], r => r.HostConfig!.AutoRemove = true);
        string exitFolder = Path.Combine(engine.ExecRoot, "containers", id);
        await engine.ReopenAsync(() => Thread.Sleep(800));
        ContainerState state = (await engine.InspectAsync(id)).State;
        Assert.Equal(("exited", 42), (state.Status, state.ExitCode));
        Assert.False(Directory.Exists(exitFolder));
        Assert.Empty(await engine.ListAsync(true, ("id", removed)));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Policies_start_what_ended_and_not_what_was_stopped_by_hand()
    {
        string wanted = await engine.StartAsync(["sleep", "100"], r => r.HostConfig!.RestartPolicy.Name = "unless-stopped");
        string stopped = await engine.StartAsync(["sleep", "100"], r => r.HostConfig!.RestartPolicy.Name = "unless-stopped");
        await engine.Containers.StopAsync(stopped, "KILL", 0, CancellationToken.None);
        int pid = (await engine.InspectAsync(wanted)).State.Pid;
        await engine.ReopenAsync(() => System.Diagnostics.Process.GetProcessById(pid).Kill());
        await TestEngine.EventuallyAsync(async () => (await engine.InspectAsync(wanted)).State is { Running: true, Pid: not 0 } s && s.Pid != pid);
        Assert.Equal("exited", (await engine.InspectAsync(stopped)).State.Status);
        await engine.RemoveAsync(wanted);
        await engine.RemoveAsync(stopped);
    }

    [Fact]
    public async Task Folders_that_no_container_owns_are_swept()
    {
        string stray = Path.Combine(engine.DataRoot, "containers", new string('a', 64));
        string run = Path.Combine(engine.ExecRoot, "containers", new string('b', 64));
        await engine.ReopenAsync(() =>
        {
            Directory.CreateDirectory(stray);
            Directory.CreateDirectory(run);
        });
        Assert.False(Directory.Exists(stray));
        Assert.False(Directory.Exists(run));
    }
}
