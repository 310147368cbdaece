using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Crash;

/// <summary>Today's daemon in the place of Quai's first version: its database is read, and its containers, watched by shims of that version, go on and obey.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    private readonly QuaidInstance _engine = new(TestEnvironment.ForeignEngine is null ? FirstVersion.BinDirectory : null);

    private DockerClient Docker => _engine.Docker;

    public Task InitializeAsync() => _engine.InitializeAsync();

    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task What_the_first_version_left_is_all_there_and_obeys()
    {
        string running = _engine.Name(), paused = _engine.Name(), stopped = _engine.Name(), own = _engine.Name(), volume = _engine.Name("v") + "-data";
        int port = TestCertificate.FreePort();
        await Docker.OkAsync($"volume create --label kept=yes {volume}");
        await Docker.OkAsync($"run -di --name {running} --restart unless-stopped -m 64m -v {volume}:/data -p 127.0.0.1:{port}:80 -l a=b {BusyboxImage.Name} sh -c 'echo before >/data/f; while read line; do echo got $line; done'");
        await Docker.OkAsync($"run -d --name {paused} --network none {BusyboxImage.Name} sleep 1000");
        await Docker.OkAsync($"run -d --name {own} --hostname own {BusyboxImage.Name} sh -c 'trap \"exit 7\" TERM; echo up; while :; do sleep 0.1; done'");
        (await Docker.RunAsync($"run --name {stopped} {BusyboxImage.Name} sh -c 'echo said; exit 3'")).Expect(3, "said\n");
        await Docker.OkAsync($"pause {paused}");
        const string Where = "{{.Id}} {{.State.Pid}} {{.State.StartedAt}} {{.NetworkSettings.Networks.bridge.IPAddress}} {{.NetworkSettings.Networks.bridge.EndpointID}} {{json .NetworkSettings.Ports}}";
        string before = await Docker.InspectAsync(running, Where);
        string networks = await Docker.OkAsync("network ls --no-trunc --format '{{.ID}} {{.Name}}'");

        await _engine.KillDaemonAsync();
        _engine.BinDirectory = TestEnvironment.BinDirectory;
        await _engine.StartDaemonAsync();

        Assert.Equal(before, await Docker.InspectAsync(running, Where));
        Assert.Equal(networks, await Docker.OkAsync("network ls --no-trunc --format '{{.ID}} {{.Name}}'"));
        Assert.Equal(
            ["exited 3", "paused 0", "running 0", "running 0"],
            [await StateAsync(stopped), await StateAsync(paused), await StateAsync(running), await StateAsync(own)]);
        Assert.Equal("yes", await Docker.OkAsync($"volume inspect -f '{{{{.Labels.kept}}}}' {volume}"));
        Assert.Equal("said", await Docker.OkAsync($"logs {stopped}"));

        // Execed into, with streams, a terminal, another user and a code; from there nothing is seen of the host.
        (await Docker.RunAsync($"exec {running} sh -c 'cat /data/f; cat /proc/1/comm'")).Expect(0, "before\nsh\n");
        (await Docker.RunAsync($"exec {own} sh -c 'hostname; echo err >&2; exit 9'")).Expect(9, "own\n", "err\n");
        (await Docker.RunAsync($"exec -i -u 33:33 {own} sh -c 'id -u; id -g; cat'", "typed"u8.ToArray())).Expect(0, "33\n33\ntyped");
        Assert.Equal("64m", await Docker.OkAsync($"exec {running} sh -c 'echo $(($(cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max) / 1048576))m'"));
        (await Docker.RunAsync($"exec -w /proc/self/fd/9 {own} true")).ExpectFailure(126);
        (await Docker.RunAsync($"exec -t {own} tty")).Expect(0, "/dev/pts/0\r\n");
        await Docker.OkAsync($"exec -d {own} sh -c 'echo detached >/d'");
        await Eventually.HoldsAsync(async () => (await Docker.RunAsync($"exec {own} cat /d")).Stdout == "detached\n" ? null : "the detached program did nothing");
        await Eventually.HoldsAsync(() => Directory.GetDirectories($"{_engine.Root}/exec", "exec-*", SearchOption.AllDirectories) is { Length: > 0 } left ? string.Join(' ', left) : null);

        // Written to, logged.
        await using (RunningCommand attached = Docker.Start($"attach {running}"))
        {
            await attached.WriteAsync("after\n");
            await Eventually.HoldsAsync(async () => await Docker.OkAsync($"logs {running}") is "got after" ? null : "the log lacks what was written");
        }

        // Changed, thawed, reached.
        await Docker.OkAsync($"update -m 80m --memory-swap 80m {running}");
        Assert.Equal("83886080", await Docker.InspectAsync(running, "{{.HostConfig.Memory}}"));
        await Docker.OkAsync($"unpause {paused}");
        Assert.Equal("running 0", await StateAsync(paused));
        Assert.Contains(running, await Docker.OkAsync("stats --no-stream --format '{{.Name}}'"), StringComparison.Ordinal);
        Assert.Contains($"bind host port for 127.0.0.1:{port}", (await Docker.RunAsync($"run --rm -p 127.0.0.1:{port}:80 {BusyboxImage.Name} true")).Stderr.Replace("Bind for", "bind host port for", StringComparison.Ordinal), StringComparison.Ordinal);

        // Stopped, started again by today's shim, removed.
        await Docker.OkAsync($"stop {own}");
        Assert.Equal("exited 7", await StateAsync(own));
        await Docker.OkAsync($"start {own}");
        (await Docker.RunAsync($"exec {own} hostname")).Expect(0, "own\n");
        await Docker.OkAsync($"kill {paused}");
        await Eventually.HoldsAsync(async () => await StateAsync(paused) is "exited 137" ? null : "not killed");
        await Docker.OkAsync($"restart -t 0 {running}");
        Assert.Equal("before", await Docker.OkAsync($"exec {running} cat /data/f"));
        await Docker.OkAsync($"rm -f {running} {paused} {stopped} {own}");
        await Docker.OkAsync($"volume rm {volume}");
        Assert.Equal("", await Docker.OkAsync("ps -aq"));
    }

    private async Task<string> StateAsync(string name) => await Docker.InspectAsync(name, "{{.State.Status}} {{.State.ExitCode}}");
}
