namespace Quai.EndToEnd.Tests.Containers;

/// <summary><c>docker exec</c>.</summary>
public sealed class ExecTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Prints_on_both_streams_and_gives_its_exit_code()
    {
        string name = await SleeperAsync();
        (await _docker.RunAsync($"exec {name} sh -c 'echo out; echo err >&2; exit 11'")).Expect(11, "out\n", "err\n");
    }

    [Fact]
    public async Task Takes_stdin_and_answers_after_its_end()
    {
        string name = await SleeperAsync();
        (await _docker.ShellAsync($"printf 'b\\na\\n' | docker exec -i {name} sort")).Expect(0, "a\nb\n", "");
        (await _docker.RunAsync($"exec {name} cat", "unseen\n"u8.ToArray())).Expect(0, "", "");
    }

    [Fact]
    public async Task Ten_megabytes_through_exec()
    {
        string name = await SleeperAsync();
        byte[] data = new byte[10 << 20];
        new Random(9).NextBytes(data);
        CommandResult result = (await _docker.RunAsync($"exec -i {name} cat", data)).Expect(0, stderr: "");
        Assert.True(data.AsSpan().SequenceEqual(result.StdoutBytes), $"{result.StdoutBytes.Length} bytes came back, not the same");
    }

    [Fact]
    public async Task Environment_folder_and_user()
    {
        string name = await SleeperAsync("-e A=container -w /usr");
        (await _docker.RunAsync($"exec -e A=exec -e B=2 -w /tmp -u alice {name} sh -c 'echo $A $B; pwd; id'"))
            .Expect(0, "exec 2\n/tmp\nuid=1000(alice) gid=1000(alice) groups=50(staff),1000(alice)\n", "");
        (await _docker.RunAsync($"exec {name} sh -c 'echo $A; pwd; id -u; echo $HOME'")).Expect(0, "container\n/usr\n0\n/root\n", "");
        (await _docker.RunAsync($"exec -u 65534:50 {name} id")).Expect(0, "uid=65534(nobody) gid=50(staff) groups=50(staff)\n", "");
    }

    [Fact]
    public async Task Detached_runs_on_its_own()
    {
        string name = await SleeperAsync();
        (await _docker.RunAsync($"exec -d {name} sh -c 'echo done > /tmp/mark'")).Expect(0, "", "");
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"exec {name} cat /tmp/mark")).Stdout == "done\n" ? null : "the detached exec wrote nothing");
    }

    [Fact]
    public async Task Is_in_the_containers_namespaces_and_cgroups()
    {
        string name = await SleeperAsync("-h inside");
        string first = await _docker.OkAsync($"exec {name} sh -c 'for n in cgroup ipc mnt net pid uts; do readlink /proc/1/ns/$n; done; cat /proc/1/cgroup'");
        string second = await _docker.OkAsync($"exec {name} sh -c 'for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n; done; cat /proc/self/cgroup'");
        Assert.Equal(first, second);
        Assert.Equal("inside", await _docker.OkAsync($"exec {name} hostname"));
    }

    [Fact]
    public async Task Has_the_containers_capabilities_and_filter()
    {
        string name = await SleeperAsync();
        Assert.Equal(
            "CapEff:\t00000000a80425fb\nSeccomp:\t2",
            await _docker.OkAsync($"exec {name} grep -E '^(CapEff|Seccomp):' /proc/self/status"));
        Assert.Equal("CapEff:\t0000000000000000", await _docker.OkAsync($"exec -u alice {name} grep CapEff /proc/self/status"));
    }

    [Fact]
    public async Task Privileged_has_all_of_them()
    {
        string name = await SleeperAsync();
        string host = (await File.ReadAllLinesAsync("/proc/self/status")).Single(l => l.StartsWith("CapBnd", StringComparison.Ordinal))["CapBnd:\t".Length..];
        Assert.Equal("CapEff:\t" + host, await _docker.OkAsync($"exec --privileged {name} grep CapEff /proc/self/status"));
    }

    [Fact]
    public async Task A_program_that_is_not_there_gives_127_and_one_that_is_none_126()
    {
        string name = await SleeperAsync();
        CommandResult missing = await _docker.RunAsync($"exec {name} no-such-program");
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", missing.Stdout + missing.Stderr, StringComparison.Ordinal);
        Assert.Contains(missing.ExitCode, (int[])[126, 127]); // Docker 26 gives 126, newer ones 127
        CommandResult refused = await _docker.RunAsync($"exec {name} /bin/not-executable");
        Assert.Contains("permission denied", refused.Stdout + refused.Stderr, StringComparison.Ordinal);
        Assert.Equal(126, refused.ExitCode);
    }

    [Fact]
    public async Task Needs_a_container_that_runs()
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} {Image} true");
        string id = await _docker.InspectAsync(name, "{{.Id}}");
        (await _docker.RunAsync($"exec {name} true")).ExpectFailure(1, $"container {id} is not running");
        (await _docker.RunAsync("exec no-such-container true")).ExpectFailure(1, "No such container: no-such-container");
    }

    [Fact]
    public async Task Is_refused_while_paused()
    {
        string name = await SleeperAsync();
        await _docker.OkAsync($"pause {name}");
        (await _docker.RunAsync($"exec {name} true")).ExpectFailure(1, "is paused, unpause the container before exec");
        await _docker.OkAsync($"unpause {name}");
        (await _docker.RunAsync($"exec {name} true")).Expect(0, "", "");
    }

    [Fact]
    public async Task A_user_that_is_not_there_is_named()
    {
        string name = await SleeperAsync();
        CommandResult result = await _docker.RunAsync($"exec -u stranger {name} true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("unable to find user stranger: no matching entries in passwd file", result.Stdout + result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_its_container()
    {
        string name = await SleeperAsync();
        await using RunningCommand exec = _docker.Start($"exec {name} sh -c 'echo up; exec sleep 1000'");
        await exec.WaitForStdoutAsync("up");
        await _docker.OkAsync($"kill {name}");
        Assert.Equal(137, (await exec.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Many_at_once()
    {
        string name = await SleeperAsync();
        CommandResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _docker.RunAsync($"exec {name} sh -c 'echo {i}; exit {i}'")));
        for (int i = 0; i < results.Length; i++)
        {
            results[i].Expect(i, $"{i}\n", "");
        }
    }

    private async Task<string> SleeperAsync(string options = "")
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {options} {Image} sleep 1000");
        return name;
    }
}
