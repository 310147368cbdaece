using Quai.Api.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class LifecycleTests(TestEngine engine)
{
    [Fact]
    public async Task A_program_runs_and_its_output_and_code_come_back()
    {
        (int code, string output, string id) = await engine.RunAsync(["sh", "-c", "echo out; echo err >&2; exit 3"]);
        Assert.Equal(3, code);
        Assert.Equal("err\nout\n", string.Join("", output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().Select(l => l + "\n")));
        ContainerInspect inspect = await engine.InspectAsync(id);
        Assert.Equal("exited", inspect.State.Status);
        Assert.Equal(3, inspect.State.ExitCode);
        Assert.Equal("err\nout\n", string.Join("", (await engine.LogsAsync(id)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().Select(l => l + "\n")));
        await engine.RemoveAsync(id);
        await Assert.ThrowsAsync<QuaiException>(() => engine.InspectAsync(id));
    }

    [Fact]
    public async Task Input_reaches_the_program_and_its_end_too()
    {
        (int code, string output, string id) = await engine.RunAsync(["cat"], input: "hello\nworld\n");
        Assert.Equal((0, "hello\nworld\n"), (code, output));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task With_rm_nothing_is_left()
    {
        (int code, _, string id) = await engine.RunAsync(["true"], r => r.HostConfig!.AutoRemove = true);
        Assert.Equal(0, code);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.InspectAsync(id));
        Assert.Equal($"No such container: {id}", e.Message);
        Assert.False(Directory.Exists(Path.Combine(engine.DataRoot, "containers", id)));
        Assert.False(Directory.Exists(Path.Combine(engine.ExecRoot, "containers", id)));
    }

    [Theory]
    [InlineData("nosuchprogram", 127, "exec: \"nosuchprogram\": executable file not found in $PATH")]
    [InlineData("/bin/script-without-right", 126, "permission denied")]
    [InlineData("/etc", 126, "is a directory")]
    public async Task A_program_that_cannot_be_executed_is_told_as_docker_tells_it(string program, int code, string message)
    {
        string id = await engine.CreateAsync([program]);
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.Containers.StartAsync(id, CancellationToken.None));
        Assert.StartsWith("failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ", e.Message);
        Assert.Contains(message, e.Message);
        Assert.EndsWith(": unknown", e.Message);
        ContainerState state = (await engine.InspectAsync(id)).State;
        Assert.Equal(("created", code, e.Message), (state.Status, state.ExitCode, state.Error));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Stop_sends_the_signal_and_kills_after_the_time()
    {
        string id = await engine.StartAsync(["sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"]);
        await TestEngine.EventuallyAsync(async () => (await engine.LogsAsync(id)).Contains("ready"));
        await engine.Containers.StopAsync(id, null, 10, CancellationToken.None);
        Assert.Equal(7, (await engine.InspectAsync(id)).State.ExitCode);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.StopAsync(id, null, 10, CancellationToken.None));
        Assert.Equal(ErrorKind.NotModified, e.Kind);
        await engine.RemoveAsync(id);

        string stubborn = await engine.StartAsync(["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"]);
        await engine.Containers.StopAsync(stubborn, null, 0, CancellationToken.None);
        Assert.Equal(137, (await engine.InspectAsync(stubborn)).State.ExitCode);
        await engine.RemoveAsync(stubborn);
    }

    [Fact]
    public async Task Pause_freezes_and_unpause_thaws()
    {
        string id = await engine.StartAsync(["sleep", "100"]);
        await engine.Containers.PauseAsync(id, CancellationToken.None);
        Assert.Equal("paused", (await engine.InspectAsync(id)).State.Status);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Engine.Execs.CreateAsync(id, new ExecCreateRequest { Cmd = ["true"] }, CancellationToken.None));
        Assert.Equal($"Container {id} is paused, unpause the container before exec", e.Message);
        e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.RemoveAsync(id, false, false, false, CancellationToken.None));
        Assert.EndsWith("container is paused and must be unpaused first", e.Message);
        await engine.Containers.UnpauseAsync(id, CancellationToken.None);
        Assert.Equal("running", (await engine.InspectAsync(id)).State.Status);
        await engine.Containers.PauseAsync(id, CancellationToken.None);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Kill_needs_a_running_container_and_a_known_signal()
    {
        string id = await engine.CreateAsync(["sleep", "100"], name: "kill-me");
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.KillAsync("kill-me", null, CancellationToken.None));
        Assert.Equal(($"cannot kill container: kill-me: container {id} is not running", ErrorKind.Conflict), (e.Message, e.Kind));
        e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.KillAsync("kill-me", "FOO", CancellationToken.None));
        Assert.Equal("cannot kill container: kill-me: invalid signal: FOO", e.Message);
        await engine.Containers.StartAsync(id, CancellationToken.None);
        await engine.Containers.KillAsync(id, "KILL", CancellationToken.None);
        Assert.Equal(137, (await engine.InspectAsync(id)).State.ExitCode);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Restart_starts_a_new_run()
    {
        string id = await engine.StartAsync(["sleep", "100"], r => r.HostConfig!.AutoRemove = true);
        int first = (await engine.InspectAsync(id)).State.Pid;
        await engine.Containers.RestartAsync(id, null, 0, CancellationToken.None);
        ContainerState state = (await engine.InspectAsync(id)).State;
        Assert.True(state.Running);
        Assert.NotEqual(first, state.Pid);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_policy_restarts_what_fails_as_often_as_it_says()
    {
        string id = await engine.StartAsync(["false"], r => r.HostConfig!.RestartPolicy = new RestartPolicy { Name = "on-failure", MaximumRetryCount = 2 });
        await TestEngine.EventuallyAsync(async () => await engine.InspectAsync(id) is { RestartCount: 2, State.Status: "exited" });
        await engine.RemoveAsync(id);

        string always = await engine.StartAsync(["true"], r => r.HostConfig!.RestartPolicy = new RestartPolicy { Name = "always" });
        await TestEngine.EventuallyAsync(async () => (await engine.InspectAsync(always)).RestartCount >= 1);
        await engine.Containers.StopAsync(always, null, 0, CancellationToken.None);
        Assert.Equal("exited", (await engine.InspectAsync(always)).State.Status);
        await engine.RemoveAsync(always);
    }

    [Fact]
    public async Task Names_are_unique_and_can_be_given_anew()
    {
        string first = await engine.CreateAsync(["true"], name: "taken");
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.CreateAsync(["true"], name: "taken"));
        Assert.Equal($"Conflict. The container name \"/taken\" is already in use by container \"{first}\". You have to remove (or rename) that container to be able to reuse that name.", e.Message);
        string second = await engine.CreateAsync(["true"]);
        e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.RenameAsync(second, "taken", CancellationToken.None));
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        Assert.StartsWith("Error when allocating new name: Conflict.", e.Message);
        await engine.Containers.RenameAsync(first, "free", CancellationToken.None);
        await engine.Containers.RenameAsync(second, "taken", CancellationToken.None);
        Assert.Equal(second, (await engine.InspectAsync("taken")).Id);
        await engine.RemoveAsync(first);
        await engine.RemoveAsync(second);
    }

    [Fact]
    public async Task A_running_container_is_removed_only_by_force()
    {
        string id = await engine.StartAsync(["sleep", "100"], name: "busy");
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.RemoveAsync(id, false, false, false, CancellationToken.None));
        Assert.Equal("cannot remove container \"/busy\": container is running: stop the container before removing or force remove", e.Message);
        await engine.RemoveAsync(id);
        Assert.Empty(await engine.ListAsync(true, ("id", id)));
    }

    [Fact]
    public async Task Events_tell_a_container_s_life_in_order()
    {
        List<string> seen = [];
        using var stop = new CancellationTokenSource();
        IAsyncEnumerable<Api.System.EventMessage> events = engine.Engine.Events.SubscribeAsync(null, null, new Dictionary<string, IReadOnlyList<string>> { ["type"] = ["container"] }, stop.Token);
        Task listening = Task.Run(async () =>
        {
            await foreach (Api.System.EventMessage message in events)
            {
                seen.Add(message.Action);
                if (message.Action == "destroy")
                {
                    return;
                }
            }
        });
        await engine.RunAsync(["true"], r => r.HostConfig!.AutoRemove = true);
        await listening.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["create", "attach", "start", "die", "destroy"], seen);
    }
}
