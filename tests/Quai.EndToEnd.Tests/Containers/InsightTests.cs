using System.Globalization;
using System.Text.Json;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary>Information about containers: ps, inspect, top, stats, port, events.</summary>
public sealed class InsightTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Ps_shows_running_ones_and_with_a_all()
    {
        string running = await SleeperAsync();
        string ended = engine.Name();
        await _docker.RunAsync($"run --name {ended} {Image} sh -c 'exit 3'");
        string names = await _docker.OkAsync("ps --format {{.Names}}");
        Assert.Contains(running, names.Split('\n'));
        Assert.DoesNotContain(ended, names.Split('\n'));
        string[] all = (await _docker.OkAsync("ps -a --format '{{.Names}}|{{.Image}}|{{.Command}}|{{.State}}|{{.Status}}'")).Split('\n');
        Assert.Contains(all, l => l.StartsWith($"{running}|{Image}|\"sleep 1000\"|running|Up ", StringComparison.Ordinal));
        Assert.Contains(all, l => l.StartsWith($"{ended}|{Image}|\"sh -c 'exit 3'\"|exited|Exited (3) ", StringComparison.Ordinal));
        string table = await _docker.OkAsync("ps");
        Assert.StartsWith("CONTAINER ID   IMAGE", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ps_filters()
    {
        string mark = engine.Name("label");
        string a = await SleeperAsync($"-l who={mark} -l n=1");
        string b = await SleeperAsync($"-l who={mark} -l n=2");
        string c = engine.Name();
        await _docker.RunAsync($"run -l who={mark} --name {c} {Image} sh -c 'exit 9'");
        Assert.Equal($"{c}\n{b}\n{a}", await Names($"-a --filter label=who={mark}"));
        Assert.Equal(a, await Names($"--filter label=who={mark} --filter label=n=1"));
        Assert.Equal(c, await Names($"--filter label=who={mark} --filter status=exited"));
        Assert.Equal(c, await Names($"-a --filter label=who={mark} --filter exited=9"));
        Assert.Equal(b, await Names($"-a --filter name={b}"));
        Assert.Equal(b, await Names($"-a --filter id={await _docker.InspectAsync(b, "{{.Id}}")}"));
        Assert.Equal($"{c}\n{b}", await Names($"-a --filter label=who={mark} --filter since={a}"));
        Assert.Equal(a, await Names($"-a --filter label=who={mark} --filter before={b}"));
        Assert.Equal($"{b}\n{a}", await Names($"--filter label=who={mark} --filter ancestor={Image}"));
        Assert.Equal("", await Names($"--filter label=who={mark} --filter network=none"));
        (await _docker.RunAsync("ps --filter nonsense=1")).ExpectFailure(1, "invalid filter 'nonsense'");
        Assert.Equal($"{(await _docker.InspectAsync(a, "{{.Id}}"))[..12]}", await _docker.OkAsync($"ps -q --filter name={a}"));
        Assert.Equal(await _docker.InspectAsync(a, "{{.Id}}"), await _docker.OkAsync($"ps -q --no-trunc --filter name={a}"));

        Task<string> Names(string options) => _docker.OkAsync("ps --format {{.Names}} " + options);
    }

    [Fact]
    public async Task Inspect_tells_what_was_asked_for()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"run -d --name {name} -h host1 -e A=1 -w /tmp -u alice -l k=v -m 64m --cpus 0.5 --pids-limit 50 --restart on-failure:2 --cap-add NET_ADMIN --cap-drop CHOWN --read-only --tmpfs /run:size=1m --entrypoint sleep --stop-timeout 3 --label-file /dev/null {Image} 1000");
        await HasAsync("{{.Id}}", id);
        await HasAsync("{{.Name}}", "/" + name);
        await HasAsync("{{.Path}} {{json .Args}}", "sleep [\"1000\"]");
        await HasAsync("{{.Config.Hostname}} {{.Config.User}} {{.Config.WorkingDir}} {{.Config.Image}}", $"host1 alice /tmp {Image}");
        await HasAsync("{{json .Config.Cmd}} {{json .Config.Entrypoint}}", "[\"1000\"] [\"sleep\"]");
        await HasAsync("{{index .Config.Labels \"k\"}}", "v");
        await HasAsync("{{index .Config.Env 0}}", "A=1");
        await HasAsync("{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}", "67108864 500000000 50");
        await HasAsync("{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}", "on-failure 2");
        await HasAsync("{{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}}", "[CAP_NET_ADMIN] [CAP_CHOWN]");
        await HasAsync("{{.HostConfig.ReadonlyRootfs}} {{index .HostConfig.Tmpfs \"/run\"}}", "true size=1m");
        await HasAsync("{{.HostConfig.NetworkMode}} {{.HostConfig.Privileged}} {{.HostConfig.AutoRemove}}", "bridge false false");
        await HasAsync("{{.HostConfig.LogConfig.Type}} {{.HostConfig.ShmSize}}", "json-file 67108864");
        await HasAsync("{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.OOMKilled}} {{.State.Dead}} {{.State.Error}}", "running true false false false");
        await HasAsync("{{.Driver}} {{.Platform}}", "overlay2 linux");
        await HasAsync("{{.Image}}", await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {Image}"));
        await HasAsync("{{json .NetworkSettings.Ports}}", "{}");
        string address = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.IPAddress}}");
        Assert.Matches(@"^10\.\d+\.\d+\.\d+$", address);
        Assert.Matches("^[0-9a-f:]{17}$", await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.MacAddress}}"));
        Assert.True(File.Exists(await _docker.InspectAsync(name, "{{.LogPath}}")));
        Assert.StartsWith("/proc/", "/proc/" + await _docker.InspectAsync(name, "{{.State.Pid}}"), StringComparison.Ordinal);
        using JsonDocument whole = JsonDocument.Parse(await _docker.OkAsync($"inspect {name}"));
        Assert.Equal(id, whole.RootElement[0].GetProperty("Id").GetString());

        async Task HasAsync(string format, string expected) => Assert.Equal(expected, await _docker.InspectAsync(name, format));
    }

    [Fact]
    public async Task Inspect_of_nothing() =>
        (await _docker.RunAsync("inspect no-such-thing")).Expect(1, "[]\n", "Error: No such object: no-such-thing\n");

    [Fact]
    public async Task Top_lists_the_processes_as_the_host_numbers_them()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'sleep 1234 & sleep 4321'");
        string pid = await _docker.InspectAsync(name, "{{.State.Pid}}");
        await Eventually.HoldsAsync(async () =>
        {
            string[] lines = (await _docker.OkAsync($"top {name}")).Split('\n');
            Assert.Matches(@"^UID\s+PID\s+PPID\s+C\s+STIME\s+TTY\s+TIME\s+CMD$", lines[0].TrimEnd());
            return lines.Any(l => l.Contains($" {pid} ", StringComparison.Ordinal)) && lines.Any(l => l.TrimEnd().EndsWith("sleep 1234", StringComparison.Ordinal)) ? null : string.Join('\n', lines);
        });
        string[] chosen = (await _docker.OkAsync($"top {name} -o pid,comm")).Split('\n');
        Assert.Matches(@"^PID\s+COMMAND$", chosen[0].TrimEnd());
        await _docker.OkAsync($"kill {name}");
        await _docker.OkAsync($"wait {name}");
        (await _docker.RunAsync($"top {name}")).ExpectFailure(1, "is not running");
    }

    [Fact]
    public async Task Stats_shows_one_sample()
    {
        string name = await SleeperAsync("-m 64m");
        string line = await _docker.OkAsync($"stats --no-stream --format '{{{{.Name}}}}|{{{{.MemUsage}}}}|{{{{.PIDs}}}}|{{{{.CPUPerc}}}}|{{{{.NetIO}}}}' {name}");
        Assert.Matches($@"^{name}\|[\d.]+[KM]i?B / 64MiB\|1\|\d+\.\d\d%\|[\d.]+k?M?B / [\d.]+k?M?B$", line);
        Assert.StartsWith("CONTAINER ID   NAME", (await _docker.OkAsync($"stats --no-stream {name}")).TrimStart(), StringComparison.Ordinal);
        (await _docker.RunAsync("stats --no-stream no-such-container")).ExpectFailure(1, "No such container: no-such-container");
    }

    [Fact]
    public async Task Stats_sees_a_busy_container()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --cpus 0.5 --name {name} {Image} sh -c 'while :; do :; done'");
        await Eventually.HoldsAsync(async () =>
        {
            string cpu = await _docker.OkAsync($"stats --no-stream --format {{{{.CPUPerc}}}} {name}");
            double percent = double.Parse(cpu.TrimEnd('%'), CultureInfo.InvariantCulture);
            return percent is > 20 and < 70 ? null : cpu;
        });
    }

    [Fact]
    public async Task Port_lists_what_is_published()
    {
        string name = await SleeperAsync("-p 127.0.0.1:0:80 -p 127.0.0.1:0:53/udp");
        string tcp = await _docker.OkAsync($"port {name} 80");
        Assert.Matches(@"^127\.0\.0\.1:\d+$", tcp);
        string[] all = (await _docker.OkAsync($"port {name}")).Split('\n');
        Assert.Contains("80/tcp -> " + tcp, all);
        Assert.Contains(all, l => l.StartsWith("53/udp -> 127.0.0.1:", StringComparison.Ordinal));
        (await _docker.RunAsync($"port {name} 81")).ExpectFailure(1, "no public port '81");
    }

    [Fact]
    public async Task Events_tell_a_containers_life_in_order()
    {
        string name = engine.Name();
        string since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() is var ms ? $"{ms / 1000}.{ms % 1000:000}" : "";
        await using RunningCommand events = _docker.Start($"events --since {since} --filter container={name} --format '{{{{.Type}}}} {{{{.Action}}}} {{{{index .Actor.Attributes \"name\"}}}}'");
        await _docker.RunAsync($"run --name {name} {Image} sh -c 'exit 2'");
        await _docker.OkAsync($"rename {name} {name}b");
        await _docker.OkAsync($"rename {name}b {name}");
        await _docker.OkAsync($"rm {name}");
        await events.WaitForStdoutAsync("container destroy");
        string[] told = [.. events.Stdout.Split('\n').Select(l => l.Split(' ')).Where(w => w.Length > 2 && w[0] == "container").Select(w => w[1]).Where(a => a is not ("attach" or "resize"))];
        Assert.Equal(["create", "start", "die", "rename", "rename", "destroy"], told);
    }

    [Fact]
    public async Task Past_events_end_at_until()
    {
        string name = engine.Name();
        long before = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1;
        await _docker.RunAsync($"run --rm --name {name} {Image} sh -c 'exit 4'");
        await Task.Delay(1100);
        string[] lines = (await _docker.OkAsync($"events --since {before} --until {DateTimeOffset.UtcNow.ToUnixTimeSeconds()} --filter container={name} --filter event=die --format '{{{{json .}}}}'")).Split('\n');
        JsonElement die = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal("die", die.GetProperty("Action").GetString());
        Assert.Equal("4", die.GetProperty("Actor").GetProperty("Attributes").GetProperty("exitCode").GetString());
        Assert.Equal(Image, die.GetProperty("Actor").GetProperty("Attributes").GetProperty("image").GetString());
    }

    [Fact]
    public async Task The_engine_tells_of_itself()
    {
        Assert.Matches(@"^linux [\d.]+$", await _docker.OkAsync("version -f '{{.Server.Os}} {{.Server.APIVersion}}'"));
        Assert.Equal("overlay2 cgroupfs json-file", await _docker.OkAsync("info -f '{{.Driver}} {{.CgroupDriver}} {{.LoggingDriver}}'"));
        Assert.Matches(@"^\d+ \d+$", await _docker.OkAsync("info -f '{{.Containers}} {{.Images}}'"));
    }

    private async Task<string> SleeperAsync(string options = "")
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {options} {Image} sleep 1000");
        return name;
    }
}
