using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Names of containers on networks, as containers there resolve them.</summary>
public sealed class NameTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Names_are_known_on_their_network_and_on_no_other()
    {
        string one = await NetworkAsync(), two = await NetworkAsync();
        string a = await RunAsync(one, "--hostname shown --network-alias other"), b = await RunAsync(one), c = await RunAsync(two);
        string address = await AddressAsync(a, one);
        foreach (string name in (string[])[a, "other", "shown", (await IdAsync(a))[..12], $"{a}.{one}", a.ToUpperInvariant()])
        {
            Assert.Equal([address], await AddressesAsync(b, name));
            Assert.Empty(await AddressesAsync(c, name));
        }

        Assert.Equal([address], await AddressesAsync(a, a));
        Assert.Contains($"{a}.{one}", await _docker.OkAsync($"exec {b} nslookup {address}"), StringComparison.Ordinal);
        Assert.Contains("nameserver 127.0.0.11", await _docker.OkAsync($"exec {b} cat /etc/resolv.conf"), StringComparison.Ordinal);

        // A container on both reaches both.
        await _docker.OkAsync($"network connect {two} {b}");
        Assert.Equal([await AddressAsync(c, two)], await AddressesAsync(b, c));
        Assert.Equal([address], await AddressesAsync(b, a));
        Assert.Equal([await AddressAsync(b, two)], await AddressesAsync(c, b));
        await _docker.OkAsync($"network disconnect {two} {b}");
        Assert.Empty(await AddressesAsync(b, c));
        Assert.Empty(await AddressesAsync(c, b));
    }

    [Fact]
    public async Task An_alias_of_several_is_all_of_them()
    {
        string network = await NetworkAsync();
        string asks = await RunAsync(network), a = await RunAsync(network, "--network-alias web"), b = await RunAsync(network, "--network-alias web");
        string[] addresses = [await AddressAsync(a, network), await AddressAsync(b, network)];
        Assert.Equal(addresses.Order(), (await AddressesAsync(asks, "web")).Order());
        await _docker.OkAsync($"rm -f {a}");
        Assert.Equal([addresses[1]], await AddressesAsync(asks, "web"));
        await _docker.OkAsync($"rename {b} {b}x");
        Assert.Equal([addresses[1]], await AddressesAsync(asks, $"{b}x"));
        Assert.Empty(await AddressesAsync(asks, b));
    }

    [Fact]
    public async Task The_default_network_has_none()
    {
        string a = await RunAsync("bridge");
        Assert.DoesNotContain("127.0.0.11", await _docker.OkAsync($"exec {a} cat /etc/resolv.conf"), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.11", await _docker.OkAsync($"exec {a} netstat -lnu"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_of_the_default_network_that_joins_another_resolves_names_from_then_on()
    {
        string network = await NetworkAsync(), a = await RunAsync("bridge"), own = await RunAsync("bridge"), b = await RunAsync(network);
        await _docker.OkAsync($"exec {own} sh -c 'echo nameserver 192.0.2.1 >/etc/resolv.conf'");
        Assert.Empty(await AddressesAsync(a, b));
        foreach (string name in (string[])[a, own])
        {
            await _docker.OkAsync($"network connect {network} {name}");
        }

        Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
        Assert.Equal([await AddressAsync(a, network)], await AddressesAsync(b, a));

        // What it has written itself stays, and it may ask all the same.
        Assert.Equal("nameserver 192.0.2.1", await _docker.OkAsync($"exec {own} cat /etc/resolv.conf"));
        Assert.Contains(await AddressAsync(b, network), await _docker.OkAsync($"exec {own} nslookup {b} 127.0.0.11"), StringComparison.Ordinal);
        await _docker.OkAsync($"network disconnect {network} {a}");
        Assert.Empty(await AddressesAsync(a, b));
        await _docker.OkAsync($"network connect {network} {a}");
        Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
        if (TestEnvironment.ForeignEngine is null)
        {
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
            Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
        }
    }

    [Fact]
    public async Task A_container_binds_port_53_itself()
    {
        string network = await NetworkAsync(), a = await RunAsync(network), b = await RunAsync(network);
        await _docker.OkAsync($"exec -d {a} nc -ll -p 53 -e echo mine");
        Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
        string address = await AddressAsync(a, network);
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"exec {b} nc -w 5 {address} 53")) is { Stdout: "mine\n" } ? null : "no answer");
    }

    [Fact]
    public async Task On_an_internal_network_nothing_is_asked_elsewhere()
    {
        string network = await NetworkAsync("--internal"), a = await RunAsync(network), b = await RunAsync(network);
        Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
        CommandResult unknown = await _docker.RunAsync($"exec {a} nslookup -type=a name.invalid");
        Assert.Contains("SERVFAIL", unknown.Stdout + unknown.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_daemon_that_comes_and_goes_loses_no_question_and_breaks_no_connection()
    {
        // Twenty with 200 rounds of crashes, as a long run has them.
        int rounds = Math.Max(4, TestEnvironment.CrashCycles / 10), questions = rounds * 300;
        string network = await NetworkAsync(), a = await RunAsync(network);
        string asks = engine.Name(), echo = engine.Name();
        int port = TestCertificate.FreePort();
        await _docker.OkAsync($"run -d --name {echo} --network {network} -p {port}:7 {BusyboxImage.Name} nc -ll -p 7 -e cat");
        using var done = new CancellationTokenSource();
        IPAddress[] places = [IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse(engine.Gateway)];
        Assert.Equal(1, await EchoAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), done.Token, dual: false, most: 1));
        Task<int>[] streams = [.. places.Select(p => EchoAsync(new IPEndPoint(p, port), done.Token))];
        await _docker.OkAsync($"run -d --name {asks} --network {network} -v {await QuestionProgram.PathAsync()}:/ask:ro {BusyboxImage.Name} /ask {a} {questions} 10");
        for (int round = 0; round < rounds; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
        }

        await _docker.OkAsync($"wait {asks}");
        string[] told = (await _docker.OkAsync($"logs {asks}")).Trim().Split(' ');
        Assert.Equal(($"{questions}", $"{questions}", "0"), (told[0], told[1], told[3]));
        Assert.InRange(int.Parse(told[2], CultureInfo.InvariantCulture), 0, 3000 * (int)TestEnvironment.Slowness);
        await done.CancelAsync();
        Assert.All(await Task.WhenAll(streams), echoed => Assert.InRange(echoed, rounds * 10, int.MaxValue));

        // The names are there again, too.
        string b = await RunAsync(network);
        Assert.Equal([await AddressAsync(a, network)], await AddressesAsync(b, a));
        Assert.Equal([await AddressAsync(b, network)], await AddressesAsync(a, b));
    }

    /// <summary>Sends a number every 20 ms over one connection, and awaits it back, until the end; gives how many there were.</summary>
    private static async Task<int> EchoAsync(IPEndPoint at, CancellationToken end, bool dual = true, int most = int.MaxValue)
    {
        using TcpClient client = await ConnectAsync(at, dual);
        byte[] number = new byte[4], back = new byte[4];
        for (int i = 0; ; i++)
        {
            if (end.IsCancellationRequested || i == most)
            {
                return i;
            }

            BinaryPrimitives.WriteInt32BigEndian(number, i);
            await client.GetStream().WriteAsync(number, CancellationToken.None);
            await client.GetStream().ReadExactlyAsync(back, CancellationToken.None);
            Assert.Equal(number, back);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint at, bool dual)
    {
        for (int attempt = 0; ; attempt++)
        {
            var client = new TcpClient(at.AddressFamily);
            try
            {
                if (at.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    // One of IPv6 alone is served by the daemon itself, as the container has IPv4 alone: it ends with it.
                    client.Client.DualMode = dual;
                }

                await client.ConnectAsync(at, CancellationToken.None);
                return client;
            }
            catch (SocketException) when (attempt < 100)
            {
                // The program does not listen yet.
                client.Dispose();
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task Programs_that_end_before_anybody_serves_them_have_run_all_the_same()
    {
        string network = await NetworkAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 12; i++)
            {
                await _docker.OkAsync($"run --rm --network {network} {BusyboxImage.Name} true");
            }
        })));
    }

    private async Task<string> NetworkAsync(string options = "")
    {
        string name = engine.Name("net");
        await _docker.OkAsync($"network create {options} {name}");
        return name;
    }

    private async Task<string> RunAsync(string network, string options = "")
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --network {network} {options} {BusyboxImage.Name} {Sleep}");
        return name;
    }

    private Task<string> AddressAsync(string container, string network) => _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");

    private Task<string> IdAsync(string container) => _docker.InspectAsync(container, "{{.Id}}");

    private async Task<string[]> AddressesAsync(string container, string name)
    {
        CommandResult said = await _docker.RunAsync($"exec {container} nslookup -type=a {name}");

        // The first address is the server's.
        return [.. said.Stdout.Split('\n').Where(l => l.StartsWith("Address", StringComparison.Ordinal)).Skip(1).Select(l => l.Split(' ', '\t')[^1].Trim())];
    }
}
