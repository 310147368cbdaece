namespace Quai.EndToEnd.Tests.Containers;

/// <summary><c>docker attach</c> through pipes; at a terminal: <see cref="Run.TerminalTests"/>.</summary>
public sealed class AttachTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Shows_output_and_gives_the_exit_code()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'while ! test -e /tmp/go; do echo tick; sleep 0.1; done; echo over >&2; exit 12'");
        await using RunningCommand attach = _docker.Start($"attach --no-stdin {name}");
        await attach.WaitForStdoutAsync("tick\n");
        await _docker.OkAsync($"exec {name} touch /tmp/go");
        CommandResult result = (await attach.WaitForExitAsync()).Expect(12, stderr: "over\n");
        Assert.Matches("^(tick\n)+$", result.Stdout);
    }

    [Fact]
    public async Task Feeds_stdin()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -di --name {name} {Image} sh -c 'read a; echo got $a; read b; echo then $b'");
        await using RunningCommand attach = _docker.Start($"attach {name}");
        await attach.WriteAsync("one\n");
        await attach.WaitForStdoutAsync("got one\n");
        await attach.WriteAsync("two\n");
        (await attach.WaitForExitAsync()).Expect(0, "got one\nthen two\n", "");
    }

    [Fact]
    public async Task Two_clients_see_the_same()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -di --name {name} {Image} sh -c 'while read x; do echo heard $x; done'");
        await using RunningCommand first = _docker.Start($"attach {name}");
        await first.WriteAsync("a\n");
        await first.WaitForStdoutAsync("heard a\n");
        await using RunningCommand second = _docker.Start($"attach {name}");
        await Eventually.HoldsAsync(async () =>
        {
            await first.WriteAsync("b\n");
            await Task.Delay(100);
            return second.Stdout.Contains("heard b\n", StringComparison.Ordinal) ? null : "the second client saw nothing";
        });
        Assert.Contains("heard b\n", first.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxies_signals()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'trap \"echo bye; exit 21\" TERM; while :; do echo up; sleep 0.1; done'");
        await using RunningCommand attach = _docker.Start($"attach {name}");
        await attach.WaitForStdoutAsync("up\n");
        await attach.SignalAsync("TERM");
        CommandResult result = await attach.WaitForExitAsync();
        Assert.Equal(21, result.ExitCode);
        Assert.EndsWith("bye\n", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Needs_a_container_that_runs()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} true");
        (await _docker.RunAsync($"attach {name}")).ExpectFailure(1, "cannot attach to a stopped container, start it first");
        (await _docker.RunAsync("attach no-such-container")).ExpectFailure(1, "No such container: no-such-container");
    }

    [Fact]
    public async Task Is_refused_while_paused()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await _docker.OkAsync($"pause {name}");
        (await _docker.RunAsync($"attach {name}")).ExpectFailure(1, "cannot attach to a paused container, unpause it first");
    }

    [Fact]
    public async Task Losing_the_client_does_not_end_the_container()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'while :; do echo tick; sleep 0.05; done'");
        await using (RunningCommand attach = _docker.Start($"attach --sig-proxy=false {name}"))
        {
            await attach.WaitForStdoutAsync("tick\n");
            await attach.SignalAsync("KILL");
            await attach.WaitForExitAsync();
        }

        int before = (await _docker.OkAsync($"logs {name}")).Length;
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {name}")).Length > before ? null : "it prints no more");
        Assert.Equal("running", await _docker.InspectAsync(name, "{{.State.Status}}"));
    }
}
