namespace Quai.EndToEnd.Tests.Crash;

/// <summary>What <c>kill -9</c> of the daemon leaves of networks that come and go.</summary>
public sealed class NetworkCrashTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task Killed_at_random_instants_it_leaves_no_part_of_a_network()
    {
        string settled = engine.Name("settled"), first = engine.Name("net");
        await _docker.OkAsync($"network create --ipv6 {first}");
        await _docker.OkAsync($"run --rm --network {first} -p 0:1 -p 0:1/udp {Image} true");
        await _docker.OkAsync($"network rm {first}");
        await _docker.OkAsync($"run -d --name {settled} {Image} sleep 100000");
        Traces before = await Traces.ReadAsync(engine);
        string rules = await RulesAsync();
        var random = new Random(20261127);
        for (int cycle = 0; cycle < TestEnvironment.CrashCycles; cycle++)
        {
            string[] names = [engine.Name("a"), engine.Name("b")];
            using var stop = new CancellationTokenSource();
            Task churn = Task.WhenAll(names.Select((n, i) => ChurnAsync(n, settled, i == 0 ? "--ipv6" : "--internal", stop.Token)));
            await Task.Delay(random.Next(0, 400));
            await engine.KillDaemonAsync();
            await stop.CancelAsync();
            await churn;
            await engine.StartDaemonAsync();
            foreach (string container in (await _docker.OkAsync("ps -a --format '{{.Names}}'")).Split('\n').Where(n => n.Length > 0 && n != settled))
            {
                await SucceedsAsync(cycle, $"rm -f {container}");
            }

            foreach (string network in (await _docker.OkAsync("network ls -q --filter type=custom")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                // It may be recorded for the one that runs all the time and yet not be connected any more.
                await _docker.RunAsync($"network disconnect -f {network} {settled}");
                await SucceedsAsync(cycle, $"network rm {network}");
            }

            if (cycle % 10 == 9 || cycle == TestEnvironment.CrashCycles - 1)
            {
                await Traces.AssertNoneNewAsync(engine, before);
                Assert.Empty(await Traces.BridgesOfAsync(engine));
                await Eventually.HoldsAsync(async () => await RulesAsync() is var now && now == rules ? null : now);
                Assert.Equal("lo eth0", string.Join(' ', (await _docker.OkAsync($"exec {settled} ls /sys/class/net")).Split('\n').Order(StringComparer.Ordinal).Reverse()));
                (await _docker.RunAsync($"exec {settled} ip route")).Expect();
            }
        }

        await _docker.OkAsync($"rm -f {settled}");
    }

    private async Task SucceedsAsync(int cycle, string command)
    {
        CommandResult result = await _docker.RunAsync(command);
        Assert.True(result.ExitCode == 0, $"cycle {cycle}: {command}\n{result}\n{engine.DaemonLog()}");
    }

    private async Task ChurnAsync(string name, string settled, string options, CancellationToken stop)
    {
        // The daemon dies under these commands; how they fail is not what is looked at here.
        while (!stop.IsCancellationRequested)
        {
            await _docker.RunAsync($"network create {options} {name}");
            await _docker.RunAsync($"run -d --name {name} --network {name} -p 0:80 -p 0:53/udp {Image} sleep 1000");
            await _docker.RunAsync($"network connect {name} {settled}");
            await _docker.RunAsync($"network disconnect {name} {settled}");
            await _docker.RunAsync($"rm -f {name}");
            await _docker.RunAsync($"network rm {name}");
        }
    }

    /// <summary>The daemon's tables, without what says which program made them.</summary>
    private async Task<string> RulesAsync()
    {
        List<string> text = [];
        foreach (string table in await Traces.TablesOfAsync(engine))
        {
            text.Add((await RunningCommand.RunAsync("nft", ["list", "table", .. table.Split(' ')])).Stdout);
        }

        return string.Join('\n', text);
    }
}
