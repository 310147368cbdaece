using System.Text.Json;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary>What is reported when the kernel kills in a container for lack of memory.</summary>
public sealed class OutOfMemoryTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Limits = "-m 16m --memory-swap 16m";
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_program_that_is_killed_is_an_event_and_in_the_state()
    {
        string name = engine.Name();
        await using RunningCommand events = Events(name);
        (await _docker.RunAsync($"run --name {name} {Limits} {Image} tail /dev/zero")).Expect(137, "", "");
        Assert.Equal("true 137", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.ExitCode}}"));
        await events.WaitForStdoutAsync("container die");
        Assert.Equal(["create", "start", "oom", "die"], Actions(events));
    }

    [Fact]
    public async Task A_child_that_is_killed_is_told_each_time_though_the_container_ends_well()
    {
        string name = engine.Name();
        await using RunningCommand events = Events(name);
        CommandResult result = await _docker.RunAsync($"run --name {name} {Limits} {Image} sh -c 'tail /dev/zero; echo survived; sleep 1; tail /dev/zero; true'");
        Assert.Equal((0, "survived\n"), (result.ExitCode, result.Stdout));
        Assert.Equal("true 0", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.ExitCode}}"));
        await events.WaitForStdoutAsync("container die");
        Assert.Equal(["create", "start", "oom", "oom", "die"], Actions(events));
    }

    [Fact]
    public async Task An_exec_that_is_killed_is_the_containers_and_a_new_start_forgets_it()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Limits} {Image} sleep 600");
        await using RunningCommand events = Events(name);
        Assert.Equal(137, (await _docker.RunAsync($"exec {name} tail /dev/zero")).ExitCode);
        await events.WaitForStdoutAsync("exec_die");
        Assert.Equal(["exec_create:", "exec_start:", "oom", "exec_die"], Actions(events));
        Assert.Equal("true running", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.Status}}"));
        await _docker.OkAsync($"kill {name}");
        Assert.Equal("true exited", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.Status}}"));
        await _docker.OkAsync($"start {name}");
        Assert.Equal("false running", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.Status}}"));
    }

    [Fact]
    public async Task The_event_has_what_all_events_of_containers_have()
    {
        string name = engine.Name();
        await using RunningCommand events = _docker.Start($"events --filter container={name} --filter event=oom --format '{{{{json .}}}}'");
        await _docker.RunAsync($"run --name {name} --label a=b {Limits} {Image} tail /dev/zero");
        await events.WaitForStdoutAsync("}\n");
        JsonElement oom = JsonDocument.Parse(events.Stdout.Split('\n')[0]).RootElement;
        Assert.Equal(("container", "oom"), (oom.GetProperty("Type").GetString(), oom.GetProperty("Action").GetString()));
        Assert.Equal(["a", "image", "name"], oom.GetProperty("Actor").GetProperty("Attributes").EnumerateObject().Select(a => a.Name).Order());
    }

    // Asked from the past on, so that nothing is missed while the client connects.
    private RunningCommand Events(string name) =>
        _docker.Start($"events --since {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0:0.000} --filter container={name} --filter type=container --format '{{{{.Type}}}} {{{{.Action}}}}'");

    private static string[] Actions(RunningCommand events) =>
        [.. events.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[1]).Where(a => a is not ("attach" or "resize"))];
}
