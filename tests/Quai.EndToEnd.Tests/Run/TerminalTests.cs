namespace Quai.EndToEnd.Tests.Run;

/// <summary><c>run -it</c>, <c>exec -it</c> and <c>attach</c> at a real terminal.</summary>
public sealed class TerminalTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Run_it_is_a_shell_at_a_terminal()
    {
        await using Terminal terminal = _docker.StartAtTerminal($"run -it --rm --name {engine.Name()} {Image}");
        await terminal.WaitForAsync("# ");
        await terminal.TypeAsync("test -t 0 && test -t 1 && test -t 2 && echo 'all ''three'\r");
        await terminal.WaitForAsync("all three\r\n");
        await terminal.TypeAsync("tty; exit 7\r");
        await terminal.WaitForAsync("/dev/pts/0\r\n");
        Assert.Equal(7, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task Ctrl_c_reaches_the_program_and_not_the_client()
    {
        await using Terminal terminal = _docker.StartAtTerminal($"run -it --rm --name {engine.Name()} {Image} sh -c 'trap \"echo caught; exit 3\" INT; echo up; while :; do sleep 0.1; done'");
        await terminal.WaitForAsync("up");
        await terminal.TypeAsync("\u0003");
        await terminal.WaitForAsync("caught");
        Assert.Equal(3, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task Ctrl_d_ends_the_shell()
    {
        await using Terminal terminal = _docker.StartAtTerminal($"run -it --rm --name {engine.Name()} {Image}");
        await terminal.WaitForAsync("# ");
        await terminal.TypeAsync("\u0004");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task The_windows_size_arrives_and_its_changes_too()
    {
        await using Terminal terminal = _docker.StartAtTerminal($"run -it --rm --name {engine.Name()} {Image}", 33, 101);
        await terminal.WaitForAsync("# ");
        await Eventually.HoldsAsync(async () =>
        {
            await terminal.TypeAsync("stty size\r");
            await Task.Delay(200);
            return terminal.Screen.Contains("33 101\r\n", StringComparison.Ordinal) ? null : terminal.Screen;
        });
        terminal.Resize(44, 102);
        await Eventually.HoldsAsync(async () =>
        {
            await terminal.TypeAsync("stty size\r");
            await Task.Delay(200);
            return terminal.Screen.Contains("44 102\r\n", StringComparison.Ordinal) ? null : terminal.Screen;
        });
        await terminal.TypeAsync("exit\r");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task With_t_alone_lines_end_as_terminals_end_them_and_stderr_is_stdout() =>
        (await _docker.RunAsync($"run -t --rm {Image} sh -c 'echo out; echo err >&2'")).Expect(0, "out\r\nerr\r\n", "");

    [Fact]
    public async Task It_without_a_terminal_is_refused() =>
        (await _docker.RunAsync($"run -it --rm {Image} true")).ExpectFailure(1, "the input device is not a TTY");

    [Fact]
    public async Task Term_is_set_for_terminals()
    {
        Assert.Contains("TERM=xterm", (await _docker.RunAsync($"run -t --rm {Image} env")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("TERM=", (await _docker.RunAsync($"run --rm {Image} env")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detach_keys_leave_the_container_running_and_attach_comes_back()
    {
        string name = engine.Name();
        await using (Terminal terminal = _docker.StartAtTerminal($"run -it --name {name} {Image}"))
        {
            await terminal.WaitForAsync("# ");
            await terminal.TypeAsync("x=remembered\r");
            await terminal.TypeAsync("\u0010\u0011");
            await terminal.WaitForExitAsync();
        }

        Assert.Equal("running", await _docker.InspectAsync(name, "{{.State.Status}}"));
        await using Terminal again = _docker.StartAtTerminal($"attach {name}");
        await Eventually.HoldsAsync(async () =>
        {
            await again.TypeAsync("echo it is $x\r");
            await Task.Delay(200);
            return again.Screen.Contains("it is remembered\r\n", StringComparison.Ordinal) ? null : again.Screen;
        });
        await again.TypeAsync("exit 4\r");
        Assert.Equal(4, await again.WaitForExitAsync());
    }

    [Fact]
    public async Task Other_detach_keys_can_be_chosen()
    {
        string name = engine.Name();
        await using Terminal terminal = _docker.StartAtTerminal($"run -it --detach-keys ctrl-a,d --name {name} {Image}");
        await terminal.WaitForAsync("# ");
        await terminal.TypeAsync("\u0001d");
        await terminal.WaitForExitAsync();
        Assert.Equal("running", await _docker.InspectAsync(name, "{{.State.Status}}"));
    }

    [Fact]
    public async Task Exec_it_is_a_second_shell_with_its_own_terminal()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await using Terminal terminal = _docker.StartAtTerminal($"exec -it {name} sh");
        await terminal.WaitForAsync("# ");
        await terminal.TypeAsync("test -t 0 && echo 'a ''terminal'; exit 6\r");
        await terminal.WaitForAsync("a terminal\r\n");
        Assert.Equal(6, await terminal.WaitForExitAsync());
        Assert.Equal("running", await _docker.InspectAsync(name, "{{.State.Status}}"));
    }

    [Fact]
    public async Task Logs_of_a_terminal_are_its_raw_bytes()
    {
        string name = engine.Name();
        (await _docker.RunAsync($"run -t --name {name} {Image} echo line")).Expect(0, "line\r\n");
        (await _docker.RunAsync($"logs {name}")).Expect(0, "line\r\n", "");
    }
}
