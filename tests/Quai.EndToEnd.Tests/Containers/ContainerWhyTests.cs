using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary><c>quai why</c>: one sentence for each way in which containers end, or do not start.</summary>
public sealed class ContainerWhyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, engine.Scratch("quai-why"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [Theory]
    [InlineData("", "true", 0, "by itself, with exit code 0")]
    [InlineData("", "sh -c 'echo some words; exit 7'", 1, "with exit code 7", "| some words")]
    [InlineData("", "nothing-of-this-name", 1, "there is no program nothing-of-this-name in any folder of its PATH")]
    [InlineData("", "/no/such/file", 1, "there is no file /no/such/file in it")]
    [InlineData("", "/etc/passwd", 1, "/etc/passwd may not be executed by anybody")]
    [InlineData("", "/tmp", 1, "/tmp is a folder")]
    [InlineData("--init", "sh -c 'kill -SEGV $$'", 1, "signal 11 (SIGSEGV)")]
    [InlineData("-m 16m", "sh -c 'x=$(yes 1234567890123456789012345678901234567890 | head -c 200000000); echo $x'", 1, "it wanted more memory than it may have (16")]
    public async Task An_end_has_its_reason(string options, string command, int code, params string[] expected)
    {
        string name = engine.Name();
        await engine.Docker.RunAsync($"run --name {name} {options} {BusyboxImage.Name} {command}");
        CommandResult why = await _quai.RunAsync($"why {name}");
        Assert.Equal((code, ""), (why.ExitCode, why.Stderr));
        Assert.All(expected, text => Assert.Contains(text, why.Stdout, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kill --signal KILL", "as a client of the engine asked", "kill, signal 9")]
    [InlineData("stop --time 0", "as a client of the engine asked", "--init")]
    public async Task Who_asked_for_the_end_is_said(string command, params string[] expected)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sleep 1000");
        await engine.Docker.OkAsync($"{command} {name}");
        await engine.Docker.OkAsync($"wait {name}");
        CommandResult why = await _quai.RunAsync($"why {name}");
        Assert.All(expected, text => Assert.Contains(text, why.Stdout, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scripts_and_programs_without_what_runs_them()
    {
        string folder = engine.Scratch("programs");
        await File.WriteAllTextAsync(Path.Combine(folder, "script"), "#!/bin/nothing\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "windows"), "#!/bin/sh\r\necho\r\n");
        await RunningCommand.ShellAsync($"chmod +x {folder}/*; cp /bin/true {folder}/dynamic");
        foreach ((string program, string expected) in ((string, string)[])[("script", "a script for /bin/nothing"), ("windows", "line ends of Windows"), ("dynamic", "what loads it is not: /lib64/ld-linux-x86-64.so.2")])
        {
            string name = engine.Name();
            await engine.Docker.OkAsync($"create --name {name} {BusyboxImage.Name} /{program}");
            await engine.Docker.OkAsync($"cp {folder}/{program} {name}:/{program}");
            await engine.Docker.RunAsync($"start -a {name}");
            Assert.Contains(expected, (await _quai.RunAsync($"why {name}")).Stdout, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_port_in_use_and_a_failing_health_check()
    {
        string first = engine.Name(), second = engine.Name(), ill = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {first} -p 127.0.0.1:38971:80 {BusyboxImage.Name} sleep 1000");
        await engine.Docker.RunAsync($"run -d --name {second} -p 127.0.0.1:38971:80 {BusyboxImage.Name} sleep 1000");
        Assert.Contains($"port 127.0.0.1:38971/tcp is in use by container {first}", (await _quai.RunAsync($"why {second}")).Stdout, StringComparison.Ordinal);
        await engine.Docker.OkAsync($"run -d --name {ill} --health-cmd 'echo not today; exit 1' --health-interval 100ms --health-retries 1 {BusyboxImage.Name} sleep 1000");
        await Eventually.HoldsAsync(async () => (await _quai.RunAsync($"why {ill}")).Stdout is var text && text.Contains("is unhealthy", StringComparison.Ordinal) && text.Contains("| not today", StringComparison.Ordinal) ? null : text);
    }
}
