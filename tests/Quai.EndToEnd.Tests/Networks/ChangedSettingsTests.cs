using System.Net;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>A daemon that comes back with other settings, while containers run that were started with the earlier ones.</summary>
public sealed class ChangedSettingsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Subnet6 = "fd8a:77e2:9c01::";
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [QuaidFact]
    public async Task The_default_network_stays_as_it_is_for_those_that_run()
    {
        await RestartAsync("--ipv6", "--fixed-cidr-v6", $"{Subnet6}/64");
        int port = TestCertificate.FreePort();
        string container = await _networks.ServeAsync("bridge", $"-p {port}:80"), other = await _networks.RunAsync("bridge");
        string addresses = await AddressesAsync(container), address = addresses.Split(' ')[0];
        Assert.Contains(Subnet6, addresses, StringComparison.Ordinal);
        await RestartAsync();
        Assert.Equal(addresses, await AddressesAsync(container));
        Assert.True(await _networks.ReachesAsync(other, address), "the other container");
        Assert.True(Reaches(IPAddress.Loopback, port) && Reaches(IPAddress.IPv6Loopback, port), "the host");
        Assert.Contains("network bridge keeps", engine.DaemonLog(), StringComparison.Ordinal);

        // Without them the settings are in force.
        await _docker.OkAsync($"rm -f {container} {other}");
        await RestartAsync();
        Assert.DoesNotContain(Subnet6, await AddressesAsync(await _networks.RunAsync("bridge")), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task No_rule_is_left_of_a_daemon_that_wrote_some()
    {
        await RestartAsync();
        int port = TestCertificate.FreePort();
        string container = await _networks.ServeAsync("bridge", $"-p {port}:80");
        string table = (await RulesAsync()).Split('\n').First(l => l.Contains($"quaid {engine.Root}/data", StringComparison.Ordinal));
        Assert.NotEqual("", table);
        await RestartAsync("--iptables=false");
        Assert.DoesNotContain($"quaid {engine.Root}/data", await RulesAsync(), StringComparison.Ordinal);
        Assert.True(Reaches(IPAddress.Loopback, port), "by the relay");
        await _docker.OkAsync($"rm -f {container}");
        Assert.False(Reaches(IPAddress.Loopback, port));
        await RestartAsync();
        Assert.Contains($"quaid {engine.Root}/data", await RulesAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> RulesAsync() => (await RunningCommand.RunAsync("nft", ["list", "ruleset"])).Stdout;

    private static bool Reaches(IPAddress at, int port)
    {
        try
        {
            using var client = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 3000, SendTimeout = 3000 };
            client.Connect(at, port);
            client.Send("GET / HTTP/1.0\r\n\r\n"u8);
            return client.Receive(new byte[16]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task<string> AddressesAsync(string container) => _docker.InspectAsync(container, "{{.NetworkSettings.Networks.bridge.IPAddress}} {{.NetworkSettings.Networks.bridge.GlobalIPv6Address}}");

    private async Task RestartAsync(params string[] settings)
    {
        await engine.KillDaemonAsync();
        engine.ExtraArguments = settings;
        await engine.StartDaemonAsync();
    }
}
