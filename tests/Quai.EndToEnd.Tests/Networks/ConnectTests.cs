namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Containers that are connected and disconnected while they run, and while they do not.</summary>
public sealed class ConnectTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_disconnected_container_is_cut_off_at_once_and_is_back_when_connected()
    {
        string name = engine.Name(), port = TestCertificate.FreePort().ToString();
        await _docker.OkAsync($"run -d --name {name} -p 127.0.0.1:{port}:80 {BusyboxImage.Name} sh -c 'mkdir /w; echo page >/w/index.html; exec httpd -f -p 80 -h /w'");
        await PageAsync(port);
        (await _docker.RunAsync($"network disconnect bridge {name}")).Expect(0, "", "");
        Assert.Equal("lo", await InterfacesAsync(name));
        Assert.Equal("{} {}", await _docker.InspectAsync(name, "{{json .NetworkSettings.Networks}} {{json .NetworkSettings.Ports}}"));
        Assert.NotEqual(0, (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://127.0.0.1:{port}/"])).ExitCode);
        Assert.DoesNotContain(await IdAsync(name), await _docker.OkAsync("network inspect bridge"), StringComparison.Ordinal);
        Assert.DoesNotContain((await IdAsync(name))[..12], await _docker.OkAsync($"exec {name} cat /etc/hosts"), StringComparison.Ordinal);

        (await _docker.RunAsync($"network connect bridge {name}")).Expect(0, "", "");
        Assert.Equal("eth0 lo", await InterfacesAsync(name));
        await PageAsync(port);
        string address = await _docker.InspectAsync(name, "{{.NetworkSettings.IPAddress}}");
        Assert.Contains($"{address}\t{(await IdAsync(name))[..12]}", await _docker.OkAsync($"exec {name} cat /etc/hosts"), StringComparison.Ordinal);
        Assert.Equal($"{address} ", await _docker.OkAsync($"exec {name} sh -c \"ip -o -4 addr show eth0 | sed 's/.*inet //;s,/.*, ,'\"") + " ");
        Assert.Contains("default via", await _docker.OkAsync($"exec {name} ip route"), StringComparison.Ordinal);
        Assert.Contains(address, await _docker.OkAsync("network inspect bridge"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_connected_stays_so_over_a_restart()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} {Sleep}");
        await _docker.OkAsync($"network disconnect bridge {name}");
        await _docker.OkAsync($"restart -t 0 {name}");
        Assert.Equal("lo {}", await InterfacesAsync(name) + " " + await _docker.InspectAsync(name, "{{json .NetworkSettings.Networks}}"));
        await _docker.OkAsync($"stop -t 0 {name}");
        await _docker.OkAsync($"network connect bridge {name}");
        await _docker.OkAsync($"start {name}");
        Assert.Equal("eth0 lo", await InterfacesAsync(name));
    }

    [Fact]
    public async Task One_without_networks_can_have_one()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --network none {BusyboxImage.Name} {Sleep}");
        await _docker.OkAsync($"network disconnect none {name}");
        await _docker.OkAsync($"network connect bridge {name}");
        Assert.Equal("eth0 lo", await InterfacesAsync(name));
        Assert.Equal("none bridge", await _docker.InspectAsync(name, "{{.HostConfig.NetworkMode}} {{range $n, $e := .NetworkSettings.Networks}}{{$n}}{{end}}"));
    }

    [Fact]
    public async Task It_is_told_as_events()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} {Sleep}");
        await _docker.OkAsync($"network disconnect bridge {name}");
        await _docker.OkAsync($"network connect bridge {name}");
        string id = await IdAsync(name), told = $"connect bridge bridge {id}\ndisconnect bridge bridge {id}\nconnect bridge bridge {id}";

        // The end of the time asked for is a whole second, so what just happened is told a second later.
        await Eventually.HoldsAsync(async () =>
            await _docker.OkAsync($"events --since 1m --until 0s --filter type=network --format '{{{{.Action}}}} {{{{.Actor.Attributes.name}}}} {{{{.Actor.Attributes.type}}}} {{{{.Actor.Attributes.container}}}}'") is var events
            && string.Join('\n', events.Split('\n').Where(e => e.EndsWith(id, StringComparison.Ordinal))) == told ? null : events);
    }

    [Theory]
    [InlineData("bridge", "connect bridge", "endpoint with name NAME already exists in network bridge")]
    [InlineData("bridge", "connect none", "container cannot be connected to multiple networks with one of the networks in private (none) mode")]
    [InlineData("bridge", "connect host", "cannot connect container to host network - container must be created in host network mode")]
    [InlineData("bridge", "connect nosuch", "network nosuch not found")]
    [InlineData("none", "connect bridge", "container cannot be connected to multiple networks with one of the networks in private (none) mode")]
    [InlineData("host", "connect bridge", "container sharing network namespace with another container or host cannot be connected to any other network")]
    [InlineData("host", "disconnect host", "cannot disconnect container from host network - container was created in host network mode")]
    [InlineData("none", "disconnect bridge", "container ID is not connected to network bridge")]
    [InlineData("bridge", "disconnect nosuch", "network nosuch not found")]
    [InlineData("bridge", "disconnect -f nosuch", "container ID is not connected to the network nosuch")]
    public async Task What_cannot_be_is_refused_in_dockers_words(string network, string command, string words)
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --network {network} {BusyboxImage.Name} {Sleep}");
        string before = await _docker.InspectAsync(name, "{{json .NetworkSettings}}");
        (await _docker.RunAsync($"network {command} {name}")).Expect(
            1, "", $"Error response from daemon: {words.Replace("NAME", name, StringComparison.Ordinal).Replace("ID", await IdAsync(name), StringComparison.Ordinal)}\n");
        Assert.Equal(before, await _docker.InspectAsync(name, "{{json .NetworkSettings}}"));
    }

    [Theory]
    [InlineData("connect bridge nosuch", "No such container: nosuch")]
    [InlineData("disconnect bridge nosuch", "No such container: nosuch")]
    [InlineData("disconnect -f bridge nosuch", "endpoint nosuch not found")]
    public async Task A_container_that_is_not_there_is_named(string command, string words) =>
        (await _docker.RunAsync($"network {command}")).Expect(1, "", $"Error response from daemon: {words}\n");

    [QuaidFact]
    public async Task A_daemon_that_is_killed_in_between_leaves_what_inspect_says()
    {
        string name = engine.Name(), port = TestCertificate.FreePort().ToString();
        await _docker.OkAsync($"run -d --name {name} -p 127.0.0.1:{port}:80 {BusyboxImage.Name} {Sleep}");
        var random = new Random(1);
        for (int round = 0; round < 12; round++)
        {
            Task toggling = Task.Run(async () =>
            {
                while ((await _docker.RunAsync($"network disconnect bridge {name}")).ExitCode == 0 && (await _docker.RunAsync($"network connect bridge {name}")).ExitCode == 0)
                {
                }
            });
            await Task.Delay(random.Next(20, 300));
            await engine.KillDaemonAsync();
            await toggling;
            await engine.StartDaemonAsync();
            bool shown = await _docker.InspectAsync(name, "{{range $n, $e := .NetworkSettings.Networks}}{{$e.EndpointID}}{{end}}") is { Length: > 0 };
            Assert.Equal(shown ? "eth0 lo" : "lo", await InterfacesAsync(name));
            Assert.Equal(shown ? 1 : 0, (await _docker.OkAsync($"port {name}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Equal(shown, (await _docker.OkAsync("network inspect bridge")).Contains(await IdAsync(name), StringComparison.Ordinal));
            if (!shown)
            {
                (await _docker.RunAsync($"network connect bridge {name}")).Expect(0, "", "");
            }

            Assert.Equal("eth0 lo", await InterfacesAsync(name));
        }
    }

    [Fact]
    public async Task A_list_of_those_on_a_network_follows()
    {
        string name = engine.Name(), none = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} {Sleep}");
        await _docker.OkAsync($"run -d --name {none} --network none {BusyboxImage.Name} {Sleep}");
        await _docker.OkAsync($"network disconnect bridge {name}");
        await _docker.OkAsync($"network disconnect none {none}");
        await _docker.OkAsync($"network connect bridge {none}");
        string[] listed = (await _docker.OkAsync("ps --filter network=bridge --format '{{.Names}}'")).Split('\n');
        Assert.Contains(none, listed);
        Assert.DoesNotContain(name, listed);
    }

    [QuaidFact]
    public async Task Quai_has_both_commands()
    {
        var quai = new DockerClient(engine.Host, engine.Scratch("quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        string name = engine.Name();
        await quai.OkAsync($"run -d --name {name} {BusyboxImage.Name} {Sleep}");
        (await quai.RunAsync($"network disconnect bridge {name}")).Expect(0, "", "");
        Assert.Equal("lo", await InterfacesAsync(name));
        (await quai.RunAsync($"network connect --gw-priority 3 bridge {name}")).Expect(0, "", "");
        Assert.Equal("eth0 lo 3", await InterfacesAsync(name) + " " + await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.GwPriority}}"));
        (await quai.RunAsync($"network connect --ip 10.0.0.9 bridge {name}")).ExpectFailure(1, "user specified IP address is supported on user defined networks only");
        (await quai.RunAsync("network connect bridge")).ExpectFailure(1, "requires 2 arguments");
    }

    private async Task<string> IdAsync(string name) => await _docker.InspectAsync(name, "{{.Id}}");

    private async Task<string> InterfacesAsync(string name) =>
        string.Join(' ', (await _docker.OkAsync($"exec {name} ls /sys/class/net")).Split('\n').Where(i => i is "lo" || i.StartsWith("eth", StringComparison.Ordinal)).Order());

    private static Task PageAsync(string port) => Eventually.HoldsAsync(async () =>
        (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://127.0.0.1:{port}/"])).Stdout == "page\n" ? null : "the page is not served");
}
