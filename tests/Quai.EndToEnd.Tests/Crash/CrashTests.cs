using System.Globalization;

namespace Quai.EndToEnd.Tests.Crash;

/// <summary>What <c>kill -9</c> of the daemon must not do: end containers, lose output or exit codes, leave anything behind.</summary>
public sealed class CrashTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task Twenty_containers_run_and_log_on()
    {
        const int count = 20;
        string[] names = [.. Enumerable.Range(0, count).Select(_ => engine.Name("log"))];
        CommandResult[] runs = await Task.WhenAll(names.Select((n, i) => _docker.RunAsync($"run -d --name {n} {(i % 4 == 0 ? "-t" : "")} {Image} sh -c 'i=0; while ! test -e /tmp/end; do i=$((i+1)); echo line $i; usleep 5000; done; echo last $i; exit {i + 10}'")));
        Assert.All(runs, r => r.Expect());
        string ends = engine.Name("ends");
        await _docker.OkAsync($"run -d --name {ends} {Image} sh -c 'while ! test -e /tmp/end; do usleep 5000; done; echo gone while away; exit 42'");
        Dictionary<string, string> pids = await PidsAsync(names);
        string endsPid = await _docker.InspectAsync(ends, "{{.State.Pid}}");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {names[^1]}")).Contains("line 20", StringComparison.Ordinal) ? null : "no lines yet");

        await engine.KillDaemonAsync();
        await Task.Delay(300);
        await File.WriteAllTextAsync($"/proc/{endsPid}/root/tmp/end", "");
        await Eventually.HoldsAsync(() => Directory.Exists($"/proc/{endsPid}") ? "the container does not end without its daemon" : null);
        Assert.All(pids, p => Assert.True(Directory.Exists("/proc/" + p.Value), p.Key + " ended with the daemon"));
        await Task.Delay(500);
        await engine.StartDaemonAsync();

        Assert.Equal(pids, await PidsAsync(names));
        foreach (string name in names)
        {
            Assert.Equal("running true", await _docker.InspectAsync(name, "{{.State.Status}} {{.State.Running}}"));
        }

        Assert.Equal("exited 42 false", await _docker.InspectAsync(ends, "{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}"));
        (await _docker.RunAsync($"logs {ends}")).Expect(0, "gone while away\n", "");

        // They are the daemon's again in every way: exec, attach, signals, wait.
        await Task.WhenAll(names.Select(n => _docker.RunAsync($"exec {n} touch /tmp/end")));
        for (int i = 0; i < count; i++)
        {
            Assert.Equal((i + 10).ToString(CultureInfo.InvariantCulture), await _docker.OkAsync($"wait {names[i]}"));
            string[] lines = (await _docker.OkAsync($"logs {names[i]}")).Replace("\r", "", StringComparison.Ordinal).Split('\n');
            int last = int.Parse(lines[^1].Split(' ')[1], CultureInfo.InvariantCulture);
            Assert.True(last > 50, $"only {last} lines");
            Assert.Equal([.. Enumerable.Range(1, last).Select(n => "line " + n.ToString(CultureInfo.InvariantCulture)), "last " + last.ToString(CultureInfo.InvariantCulture)], lines);
        }

        await _docker.OkAsync($"rm {ends} {string.Join(' ', names)}");
    }

    [QuaidFact]
    public async Task After_a_crash_a_container_is_as_usable_as_before()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -di -p 127.0.0.1:0:80 --memory 64m --name {name} {Image} sh -c 'nc -ll -p 80 -e echo served & while read x; do echo heard $x; done; exit 5'");
        string port = await _docker.OkAsync($"port {name} 80");
        await engine.KillDaemonAsync();
        // The published port needs no daemon.
        await ServesAsync();
        await engine.StartDaemonAsync();
        await ServesAsync();
        Assert.Equal(port, await _docker.OkAsync($"port {name} 80"));
        (await _docker.RunAsync($"exec {name} echo inside")).Expect(0, "inside\n");
        await using (RunningCommand attach = _docker.Start($"attach {name}"))
        {
            await attach.WriteAsync("me\n");
            await attach.WaitForStdoutAsync("heard me\n");
        }

        await _docker.OkAsync($"pause {name}");
        await _docker.OkAsync($"unpause {name}");
        Assert.Matches("/ 64MiB$", await _docker.OkAsync($"stats --no-stream --format {{{{.MemUsage}}}} {name}"));
        await _docker.OkAsync($"stop -t 0 {name}");
        await _docker.OkAsync($"start {name}");
        await _docker.OkAsync($"rm -f {name}");

        Task ServesAsync() => Eventually.HoldsAsync(async () =>
            (await RunningCommand.RunAsync("/bin/sh", ["-c", $"busybox nc -w 2 {port.Replace(':', ' ')} </dev/null"])).Stdout == "served\n" ? null : "the published port does not answer");
    }

    [QuaidFact]
    public async Task Restart_policies_hold_across_a_crash()
    {
        string always = engine.Name("always");
        string never = engine.Name("never");
        await _docker.OkAsync($"run -d --restart always --name {always} {Image} sleep 1000");
        await _docker.OkAsync($"run -d --name {never} {Image} sleep 1000");
        string[] pids = [await _docker.InspectAsync(always, "{{.State.Pid}}"), await _docker.InspectAsync(never, "{{.State.Pid}}")];
        await engine.KillDaemonAsync();
        await RunningCommand.ShellAsync($"kill -9 {string.Join(' ', pids)}");
        await engine.StartDaemonAsync();
        await Eventually.HoldsAsync(async () => await _docker.InspectAsync(always, "{{.State.Status}}") is var s && s == "running" ? null : "always: " + s);
        Assert.Equal("exited 137", await _docker.InspectAsync(never, "{{.State.Status}} {{.State.ExitCode}}"));
        await _docker.OkAsync($"rm -f {always} {never}");
    }

    [QuaidFact]
    public async Task A_container_with_rm_that_ended_meanwhile_is_removed()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --rm --name {name} {Image} sleep 1000");
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        await engine.KillDaemonAsync();
        await RunningCommand.ShellAsync($"kill -9 {pid}");
        await engine.StartDaemonAsync();
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync("ps -a --format {{.Names}}")).Contains(name, StringComparison.Ordinal) ? "it is still there" : null);
    }

    [QuaidFact]
    public async Task Killed_at_random_instants_it_leaves_nothing_and_every_container_can_be_used()
    {
        // A container of every kind once, so that what is made on first use is there before the first look.
        await _docker.OkAsync($"run --rm -p 127.0.0.1:0:1 -v {engine.Name("warm")}:/v {Image} true");
        Traces before = await Traces.ReadAsync(engine);
        var random = new Random(20261123);
        for (int cycle = 0; cycle < TestEnvironment.CrashCycles; cycle++)
        {
            string[] names = [engine.Name("a"), engine.Name("b")];
            using var stop = new CancellationTokenSource();
            Task churn = Task.WhenAll(names.Select((n, i) => ChurnAsync(n, i == 0, stop.Token)));
            await Task.Delay(random.Next(0, 250));
            await engine.KillDaemonAsync();
            await stop.CancelAsync();
            await churn;
            await engine.StartDaemonAsync();

            foreach (string line in (await _docker.OkAsync("ps -a --format '{{.ID}} {{.State}}'")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] words = line.Split(' ');
                if (random.Next(2) == 0 && words[1] is "created" or "exited")
                {
                    CommandResult start = await _docker.RunAsync($"start {words[0]}");
                    Assert.True(start.ExitCode == 0, $"cycle {cycle}: {line} cannot be started\n{start}\n{engine.DaemonLog()}");
                }

                CommandResult remove = await _docker.RunAsync($"rm -f {words[0]}");
                Assert.True(remove.ExitCode == 0, $"cycle {cycle}: {line} cannot be removed\n{remove}\n{engine.DaemonLog()}");
            }

            if (cycle % 10 == 9 || cycle == TestEnvironment.CrashCycles - 1)
            {
                Assert.Equal("", await _docker.OkAsync("ps -aq"));
                await Traces.AssertNoneNewAsync(engine, before);
            }
        }

        (await _docker.RunAsync($"run --rm {Image} echo still fine")).Expect(0, "still fine\n", "");
    }

    private async Task ChurnAsync(string name, bool publish, CancellationToken stop)
    {
        // The daemon dies under these commands; how they fail is not what is looked at here.
        while (!stop.IsCancellationRequested)
        {
            await _docker.RunAsync($"create --name {name} {(publish ? "-p 127.0.0.1:0:80" : "")} {Image} sleep 1000");
            await _docker.RunAsync($"start {name}");
            await _docker.RunAsync($"rm -f {name}");
        }
    }

    private async Task<Dictionary<string, string>> PidsAsync(string[] names)
    {
        string[] pids = (await _docker.OkAsync($"inspect -f {{{{.State.Pid}}}} {string.Join(' ', names)}")).Split('\n');
        return names.Zip(pids).ToDictionary(p => p.First, p => p.Second);
    }
}
