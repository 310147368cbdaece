using System.Globalization;

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>Containers come back in the order of their dependencies, and those that are unhealthy are restarted where that is asked for.</summary>
public sealed class RestartTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task Services_come_back_with_the_daemon_in_the_order_of_their_dependencies()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              db:
                image: BASE
                command: sh -c "sleep 3; touch /fresh/ready; trap 'exit 0' TERM; while :; do sleep 1 & wait; done"
                tmpfs: [/fresh]
                restart: always
                healthcheck: {test: test -f /fresh/ready, interval: 300ms, retries: 100}
              web: {image: BASE, command: SLEEPS, restart: unless-stopped, depends_on: {db: {condition: service_healthy}}}
              proxy: {image: BASE, command: SLEEPS, restart: always, depends_on: [web]}
              free: {image: BASE, command: SLEEPS, restart: always}
              waiting: {image: BASE, command: SLEEPS, restart: always, depends_on: {gone: {condition: service_completed_successfully}}}
              gone: {image: BASE, command: "true"}
            """);
        await folder.OkAsync("up -d");
        Dictionary<string, string> containers = await folder.ContainersAsync();
        await engine.KillDaemonAsync();
        await RunningCommand.ShellAsync($"kill -9 {string.Join(' ', await PidsAsync(containers))} || true");

        await engine.StartDaemonAsync();
        await Eventually.HoldsAsync(
            async () => await _docker.InspectAsync(containers["proxy-1"], "{{.State.Running}}") == "true" ? null : "the proxy does not run", TimeSpan.FromSeconds(60));
        DateTimeOffset db = await StartAsync(containers["db-1"]), web = await StartAsync(containers["web-1"]), proxy = await StartAsync(containers["proxy-1"]), free = await StartAsync(containers["free-1"]);
        Assert.True(web - db > TimeSpan.FromSeconds(2.5), $"web came {web - db} after db");
        Assert.True(proxy >= web, $"proxy came {web - proxy} before web");
        Assert.True(free < web, $"free came {free - web} after web");
        Assert.Equal("true", await _docker.InspectAsync(containers["waiting-1"], "{{.State.Running}}"));
        Assert.Equal("false", await _docker.InspectAsync(containers["gone-1"], "{{.State.Running}}"));

        // What runs is left alone by a daemon that comes back.
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal(web, await StartAsync(containers["web-1"]));
    }

    [QuaidTheory]
    [InlineData("--restart unhealthy", "unhealthy 0")]
    [InlineData("--restart unhealthy:3", "unhealthy 3")]
    [InlineData("--restart always --label quai.restart-unhealthy=true", "always 0")]
    [InlineData("--label quai.restart-unhealthy=true", "no 0")]
    public async Task What_is_unhealthy_is_restarted(string flags, string policy)
    {
        string name = engine.Name();
        await _docker.OkAsync(
            $"run -d --name {name} {flags} --tmpfs /fresh --health-cmd 'test ! -f /fresh/bad' --health-interval 300ms --health-retries 2 --stop-timeout 2 {BusyboxImage.Name} sh -c \"trap 'exit 0' TERM; while :; do sleep 1 & wait; done\"");
        Assert.Equal(policy, await _docker.InspectAsync(name, "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}"));
        await HealthyAsync(name, "0");
        await _docker.OkAsync($"exec {name} touch /fresh/bad");
        await HealthyAsync(name, "1");

        // Somebody who stops it is obeyed.
        await _docker.OkAsync($"stop {name}");
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal("exited", await _docker.InspectAsync(name, "{{.State.Status}}"));
    }

    [QuaidFact]
    public async Task The_policy_is_known_in_a_file_and_ends_with_its_number_of_restarts()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              never: {image: BASE, command: SLEEPS, restart: "unhealthy:2", stop_grace_period: 1s, healthcheck: {test: "false", interval: 200ms, retries: 1}}
              usual: {image: BASE, command: SLEEPS, restart: always, healthcheck: {test: "false", interval: 200ms, retries: 1}}
            """);
        await folder.OkAsync("up -d");
        Dictionary<string, string> containers = await folder.ContainersAsync();
        await Eventually.HoldsAsync(
            async () => await _docker.InspectAsync(containers["never-1"], "{{.RestartCount}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}") is var state && state == "2 running unhealthy" ? null : state, TimeSpan.FromSeconds(60));
        Assert.Equal("0 running unhealthy", await _docker.InspectAsync(containers["usual-1"], "{{.RestartCount}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}"));
    }

    private Task HealthyAsync(string name, string restarts) => Eventually.HoldsAsync(
        async () => await _docker.InspectAsync(name, "{{.RestartCount}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}") is var state && state == restarts + " running healthy" ? null : state, TimeSpan.FromSeconds(60));

    private async Task<DateTimeOffset> StartAsync(string container) => DateTimeOffset.Parse(await _docker.InspectAsync(container, "{{.State.StartedAt}}"), CultureInfo.InvariantCulture);

    // While there is no daemon to ask.
    private async Task<IReadOnlyList<string>> PidsAsync(Dictionary<string, string> containers)
    {
        string found = await RunningCommand.ShellAsync($"for g in $(find /sys/fs/cgroup -path '*{engine.CgroupParent}/*' -name cgroup.procs); do cat $g 2>/dev/null; done | sort -u");
        string[] pids = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(pids.Length >= containers.Count - 1, found);
        return pids;
    }
}
