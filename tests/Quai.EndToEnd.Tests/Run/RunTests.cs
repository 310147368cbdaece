using System.Security.Cryptography;

namespace Quai.EndToEnd.Tests.Run;

/// <summary><c>docker run</c>: output, exit codes and stdin through a pipe.</summary>
public sealed class RunTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Prints_and_leaves_nothing_with_rm()
    {
        string name = engine.Name();
        (await _docker.RunAsync($"run --rm --name {name} {Image} echo hello")).Expect(0, "hello\n", "");
        (await _docker.RunAsync($"inspect --type container {name}")).ExpectFailure(1, "No such container: " + name);
    }

    [Fact]
    public async Task Keeps_stdout_and_stderr_apart() =>
        (await _docker.RunAsync($"run --rm {Image} sh -c 'echo out; echo err >&2'")).Expect(0, "out\n", "err\n");

    [Fact]
    public async Task Runs_the_images_command_when_none_is_given() =>
        (await _docker.RunAsync($"run --rm -i {Image}", "echo from sh\n"u8.ToArray())).Expect(0, "from sh\n", "");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(255)]
    public async Task Exits_with_the_programs_code(int code) =>
        (await _docker.RunAsync($"run --rm {Image} sh -c 'exit {code}'")).Expect(code, "", "");

    [Fact]
    public async Task Killed_gives_137()
    {
        string name = engine.Name();
        await using RunningCommand run = _docker.Start($"run --name {name} {Image} sh -c 'echo up; exec sleep 1000'");
        await run.WaitForStdoutAsync("up");
        (await _docker.RunAsync($"kill {name}")).Expect(0, name + "\n", "");
        (await run.WaitForExitAsync()).Expect(137, "up\n", "");
        Assert.Equal("137 exited false", await _docker.InspectAsync(name, "{{.State.ExitCode}} {{.State.Status}} {{.State.OOMKilled}}"));
    }

    [QuaidFact]
    public async Task Terminated_under_an_init_gives_143()
    {
        string name = engine.Name();
        await using RunningCommand run = _docker.Start($"run --init --name {name} {Image} sh -c 'echo up; exec sleep 1000'");
        await run.WaitForStdoutAsync("up");
        (await _docker.RunAsync($"stop {name}")).Expect(0, name + "\n", "");
        (await run.WaitForExitAsync()).Expect(143, "up\n", "");
    }

    [Fact]
    public async Task A_program_that_is_not_there_gives_127()
    {
        string name = engine.Name();
        (await _docker.RunAsync($"run --name {name} {Image} no-such-program")).ExpectFailure(127, "exec: \"no-such-program\": executable file not found in $PATH");
        Assert.Equal("created 127", await _docker.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}"));
        (await _docker.RunAsync($"run --rm {Image} /no/such/program")).ExpectFailure(127, "/no/such/program", "no such file or directory");
    }

    [Fact]
    public async Task A_file_that_cannot_be_executed_gives_126()
    {
        (await _docker.RunAsync($"run --rm {Image} /bin/not-executable")).ExpectFailure(126, "/bin/not-executable", "permission denied");
        Assert.Matches("\"/etc\": (permission denied|is a directory)", (await _docker.RunAsync($"run --rm {Image} /etc")).Expect(126).Stderr); // runc 1.1 says the one, newer the other
    }

    [Fact]
    public async Task A_program_for_another_machine_is_named_in_the_error()
    {
        CommandResult result = await _docker.RunAsync($"run --rm {Image} /bin/alien");
        // runc 1.1 finds out after the start (1), newer ones too (255); who finds out before it answers as for any failed start.
        Assert.Contains(result.ExitCode, (int[])[1, 125, 126, 255]);
        result.ExpectFailure(result.ExitCode, "/bin/alien", "exec format error");
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_gives_125() =>
        (await _docker.RunAsync("run --rm 127.0.0.1:1/nothing/here")).ExpectFailure(125, "Unable to find image '127.0.0.1:1/nothing/here:latest' locally", "connection refused");

    [Fact]
    public async Task Takes_stdin() =>
        (await _docker.RunAsync($"run --rm -i {Image} cat", "x\n"u8.ToArray())).Expect(0, "x\n", "");

    [Fact]
    public async Task Answers_after_the_end_of_stdin() =>
        (await _docker.ShellAsync($"printf 'b\\na\\n' | docker run -i --rm {Image} sort")).Expect(0, "a\nb\n", "");

    [Fact]
    public async Task Answers_long_after_the_end_of_stdin() =>
        (await _docker.ShellAsync($"echo x | docker run -i --rm {Image} sh -c 'cat; sleep 1; echo late; echo later >&2'")).Expect(0, "x\nlate\n", "later\n");

    [Fact]
    public async Task Without_i_stdin_is_empty() =>
        (await _docker.RunAsync($"run --rm {Image} sh -c 'cat; echo end'", "never seen\n"u8.ToArray())).Expect(0, "end\n", "");

    [Fact]
    public async Task Passes_ten_megabytes_both_ways_unharmed()
    {
        byte[] data = new byte[10 << 20];
        new Random(7).NextBytes(data);
        CommandResult result = (await _docker.RunAsync($"run --rm -i {Image} cat", data)).Expect(0, stderr: "");
        Assert.Equal(data.Length, result.StdoutBytes.Length);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(data)), Convert.ToHexString(SHA256.HashData(result.StdoutBytes)));
    }

    [Fact]
    public async Task Counts_ten_megabytes_of_stdin() =>
        (await _docker.ShellAsync($"head -c 10485760 /dev/zero | docker run --rm -i {Image} wc -c")).Expect(0, "10485760\n", "");

    [Fact]
    public async Task A_client_that_reads_no_more_ends() =>
        (await _docker.ShellAsync($"docker run --rm {Image} sh -c 'yes | head -c 3000000' | head -n 1")).Expect(0, "y\n");

    [Fact]
    public async Task Forwards_signals_to_the_program()
    {
        await using RunningCommand run = _docker.Start($"run --rm --name {engine.Name()} {Image} sh -c 'trap \"echo got it; exit 9\" INT; echo up; while :; do sleep 0.1; done'");
        await run.WaitForStdoutAsync("up");
        await run.SignalAsync("INT");
        (await run.WaitForExitAsync()).Expect(9, "up\ngot it\n");
    }

    [Fact]
    public async Task Detached_prints_the_id_and_goes_on()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal($"{id} true running", await _docker.InspectAsync(name, "{{.Id}} {{.State.Running}} {{.State.Status}}"));
    }

    [Fact]
    public async Task Detached_with_rm_is_removed_when_it_ends()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --rm --name {name} {Image} true");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"ps -aq --filter name=^/{name}$")).Length == 0 ? null : "the container is still there");
    }

    [Fact]
    public async Task A_create_and_start_is_a_run()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"create --name {name} {Image} sh -c 'echo one; echo two >&2; exit 5'");
        Assert.Equal("created false 0", await _docker.InspectAsync(id, "{{.State.Status}} {{.State.Running}} {{.State.Pid}}"));
        (await _docker.RunAsync($"start -a {name}")).Expect(5, "one\n", "two\n");
        Assert.Equal("exited 5", await _docker.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}"));
        (await _docker.RunAsync($"start {name}")).Expect(0, name + "\n", "");
    }

    [Fact]
    public async Task Start_with_stdin_attached()
    {
        string name = engine.Name();
        await _docker.OkAsync($"create -i --name {name} {Image} cat");
        (await _docker.RunAsync($"start -ai {name}", "again\n"u8.ToArray())).Expect(0, "again\n", "");
    }

    [Fact]
    public async Task Writes_the_id_to_a_cidfile()
    {
        string file = Path.Combine(engine.Scratch("cid"), Guid.NewGuid().ToString("n"));
        string id = await _docker.OkAsync($"run -d --cidfile {file} --name {engine.Name()} {Image} true");
        Assert.Equal(id, await File.ReadAllTextAsync(file));
    }
}
