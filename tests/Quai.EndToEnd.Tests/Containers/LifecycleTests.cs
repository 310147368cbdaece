using System.Diagnostics;
using System.Globalization;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary>stop, kill, pause, wait, rename, restart, rm, and restart policies.</summary>
public sealed class LifecycleTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Stop_sends_sigterm_and_waits()
    {
        string name = await UpAsync("trap 'echo stopping; exit 33' TERM; echo up; while :; do sleep 0.05; done");
        (await _docker.RunAsync($"stop {name}")).Expect(0, name + "\n", "");
        Assert.Equal("exited 33 false 0", await StateAsync(name));
        Assert.Equal("up\nstopping", await _docker.OkAsync($"logs {name}"));
        (await _docker.RunAsync($"stop {name}")).Expect(0, name + "\n", "");
    }

    [Fact]
    public async Task Stop_kills_what_does_not_listen_when_the_time_is_over()
    {
        string name = await UpAsync("trap : TERM; echo up; while :; do sleep 0.05; done");
        var clock = Stopwatch.StartNew();
        await _docker.OkAsync($"stop -t 1 {name}");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 9.9);
        Assert.Equal("exited 137 false 0", await StateAsync(name));
    }

    [Fact]
    public async Task Stop_takes_another_signal_and_the_containers_own()
    {
        string name = await UpAsync("trap 'exit 34' HUP; trap 'exit 35' USR1; echo up; while :; do sleep 0.05; done", "--stop-signal HUP");
        await _docker.OkAsync($"stop {name}");
        Assert.Equal("exited 34 false 0", await StateAsync(name));
        await _docker.OkAsync($"start {name}");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {name}")).EndsWith("up\nup", StringComparison.Ordinal) ? null : "not up again");
        await _docker.OkAsync($"stop -s USR1 {name}");
        Assert.Equal("exited 35 false 0", await StateAsync(name));
    }

    [Theory]
    [InlineData("USR1")]
    [InlineData("SIGUSR1")]
    [InlineData("10")]
    public async Task Kill_takes_names_and_numbers(string signal)
    {
        string name = await UpAsync("trap 'exit 36' USR1; echo up; while :; do sleep 0.05; done");
        (await _docker.RunAsync($"kill -s {signal} {name}")).Expect(0, name + "\n", "");
        Assert.Equal("36", await _docker.OkAsync($"wait {name}"));
    }

    [Fact]
    public async Task Kill_refuses_what_it_cannot_do()
    {
        string name = await UpAsync("echo up; sleep 1000");
        (await _docker.RunAsync($"kill -s NONSENSE {name}")).ExpectFailure(1, "Invalid signal: NONSENSE");
        await _docker.OkAsync($"kill {name}");
        await _docker.OkAsync($"wait {name}");
        string id = await _docker.InspectAsync(name, "{{.Id}}");
        (await _docker.RunAsync($"kill {name}")).ExpectFailure(1, "is not running", id);
        (await _docker.RunAsync("kill no-such-container")).ExpectFailure(1, "No such container: no-such-container");
    }

    [Fact]
    public async Task Pause_freezes_and_unpause_thaws()
    {
        string name = await UpAsync("echo up; i=0; while :; do i=$((i+1)); echo $i > /tmp/i; done");
        (await _docker.RunAsync($"pause {name}")).Expect(0, name + "\n", "");
        Assert.Equal("paused true true", await _docker.InspectAsync(name, "{{.State.Status}} {{.State.Paused}} {{.State.Running}}"));
        Assert.Contains("(Paused)", await _docker.OkAsync($"ps --filter name={name}"), StringComparison.Ordinal);
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        string before = await TicksAsync(pid);
        await Task.Delay(300);
        Assert.Equal(before, await TicksAsync(pid));
        (await _docker.RunAsync($"pause {name}")).ExpectFailure(1, "is already paused");
        (await _docker.RunAsync($"unpause {name}")).Expect(0, name + "\n", "");
        await Eventually.HoldsAsync(async () => await TicksAsync(pid) != before ? null : "it does not go on");
        (await _docker.RunAsync($"unpause {name}")).ExpectFailure(1, "is not paused");
    }

    [Fact]
    public async Task A_paused_container_can_be_stopped_and_removed()
    {
        string name = await UpAsync("trap 'exit 37' TERM; echo up; while :; do sleep 0.05; done");
        await _docker.OkAsync($"pause {name}");
        await _docker.OkAsync($"stop -t 5 {name}");
        Assert.Equal("exited", await _docker.InspectAsync(name, "{{.State.Status}}"));
        string other = await UpAsync("echo up; sleep 1000");
        await _docker.OkAsync($"pause {other}");
        await _docker.OkAsync($"rm -f {other}");
    }

    [Fact]
    public async Task Wait_gives_the_code_when_it_ends_and_after()
    {
        string name = await UpAsync("echo up; while ! test -e /tmp/go; do sleep 0.05; done; exit 38");
        await using RunningCommand waiting = _docker.Start($"wait {name}");
        await _docker.OkAsync($"exec {name} touch /tmp/go");
        (await waiting.WaitForExitAsync()).Expect(0, "38\n", "");
        (await _docker.RunAsync($"wait {name} {name}")).Expect(0, "38\n38\n", "");
        (await _docker.RunAsync("wait no-such-container")).ExpectFailure(1, "No such container: no-such-container");
    }

    [Fact]
    public async Task Rename_gives_the_name_and_frees_the_old()
    {
        string name = await UpAsync("echo up; sleep 1000");
        string other = engine.Name();
        (await _docker.RunAsync($"rename {name} {other}")).Expect(0, "", "");
        Assert.Equal("/" + other, await _docker.InspectAsync(other, "{{.Name}}"));
        (await _docker.RunAsync($"inspect --type container {name}")).Expect(1);
        await _docker.OkAsync($"create --name {name} {Image} true");
        (await _docker.RunAsync($"rename {name} {other}")).ExpectFailure(1, "Conflict. The container name \"/" + other + "\" is already in use");
    }

    [Fact]
    public async Task Restart_makes_a_new_process_in_the_same_container()
    {
        string name = await UpAsync("echo up; touch /tmp/mark; trap 'exit 0' TERM; while :; do sleep 0.05; done");
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        (await _docker.RunAsync($"restart -t 5 {name}")).Expect(0, name + "\n", "");
        Assert.NotEqual(pid, await _docker.InspectAsync(name, "{{.State.Pid}}"));
        Assert.Equal("0", await _docker.InspectAsync(name, "{{.RestartCount}}"));
        (await _docker.RunAsync($"exec {name} test -e /tmp/mark")).Expect(0);
        await _docker.OkAsync($"stop {name}");
        await _docker.OkAsync($"restart {name}");
        Assert.Equal("running", await _docker.InspectAsync(name, "{{.State.Status}}"));
    }

    [Fact]
    public async Task Rm_refuses_a_running_container_unless_forced()
    {
        string name = await UpAsync("echo up; sleep 1000");
        (await _docker.RunAsync($"rm {name}")).ExpectFailure(1, "cannot remove container", name, "container is running: stop the container before removing or force remove");
        (await _docker.RunAsync($"rm -f {name}")).Expect(0, name + "\n", "");
        (await _docker.RunAsync($"rm {name}")).Expect(1, "", $"Error response from daemon: No such container: {name}\n");
        (await _docker.RunAsync($"rm -f {name}")).Expect(0, stdout: "");
    }

    [Fact]
    public async Task Rm_takes_an_ids_beginning_and_frees_the_name()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"create --name {name} {Image} true");
        (await _docker.RunAsync($"rm {id[..12]}")).Expect(0, id[..12] + "\n", "");
        await _docker.OkAsync($"create --name {name} {Image} true");
    }

    [Fact]
    public async Task On_failure_starts_again_so_many_times()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --restart on-failure:3 --name {name} {Image} sh -c 'echo run; exit 1'");
        await Eventually.HoldsAsync(async () => await _docker.InspectAsync(name, "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}") is var state && state == "exited 3 1" ? null : state);
        Assert.Equal("run\nrun\nrun\nrun", await _docker.OkAsync($"logs {name}"));
        string fine = engine.Name();
        await _docker.OkAsync($"run -d --restart on-failure:3 --name {fine} {Image} true");
        await Eventually.HoldsAsync(async () => await _docker.InspectAsync(fine, "{{.State.Status}} {{.RestartCount}}") is var state && state == "exited 0" ? null : state);
    }

    [Fact]
    public async Task Always_starts_again_until_it_is_stopped()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --restart always --name {name} {Image} sh -c 'echo run; sleep 0.1'");
        await Eventually.HoldsAsync(async () => int.Parse(await _docker.InspectAsync(name, "{{.RestartCount}}"), CultureInfo.InvariantCulture) >= 2 ? null : "it is not restarted");
        await _docker.OkAsync($"stop {name}");
        string count = await _docker.InspectAsync(name, "{{.RestartCount}}");
        await Task.Delay(1500);
        Assert.Equal("exited " + count, await _docker.InspectAsync(name, "{{.State.Status}} {{.RestartCount}}"));
    }

    [Fact]
    public async Task A_killed_program_with_restart_always_comes_back()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --restart always --name {name} {Image} sleep 1000");
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        await Task.Delay(200);
        await RunningCommand.ShellAsync($"kill -9 {pid}");
        await Eventually.HoldsAsync(async () => await _docker.InspectAsync(name, "{{.State.Status}} {{.RestartCount}} {{.State.Pid}}") is var state
            && state.StartsWith("running 1 ", StringComparison.Ordinal) && !state.EndsWith(" " + pid, StringComparison.Ordinal) ? null : state);
    }

    [Fact]
    public async Task Times_of_start_and_end_are_told()
    {
        string name = engine.Name();
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-2);
        await _docker.RunAsync($"run --name {name} {Image} sleep 0.3");
        string[] times = (await _docker.InspectAsync(name, "{{.Created}} {{.State.StartedAt}} {{.State.FinishedAt}}")).Split(' ');
        DateTimeOffset[] parsed = [.. times.Select(t => DateTimeOffset.Parse(t, CultureInfo.InvariantCulture))];
        Assert.True(before < parsed[0] && parsed[0] < parsed[1] && parsed[1] < parsed[2] && parsed[2] < DateTimeOffset.UtcNow.AddSeconds(2), string.Join(' ', times));
        Assert.InRange((parsed[2] - parsed[1]).TotalSeconds, 0.25, 60);
    }

    [Fact]
    public async Task Ten_at_once_start_and_go()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(_ => engine.Name())];
        CommandResult[] runs = await Task.WhenAll(names.Select(n => _docker.RunAsync($"run -d --name {n} {Image} sleep 1000")));
        Assert.All(runs, r => r.Expect(0, stderr: ""));
        (await _docker.RunAsync($"rm -f {string.Join(' ', names)}")).Expect(0, string.Concat(names.Select(n => n + "\n")), "");
    }

    private async Task<string> UpAsync(string script, string options = "")
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {options} {Image} sh -c \"{script.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {name}")).Contains("up", StringComparison.Ordinal) ? null : "it is not up");
        return name;
    }

    private Task<string> StateAsync(string name) => _docker.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}} {{.State.Running}} {{.State.Pid}}");

    private static async Task<string> TicksAsync(string pid)
    {
        string[] fields = (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(' ');
        return fields[13] + " " + fields[14];
    }
}
