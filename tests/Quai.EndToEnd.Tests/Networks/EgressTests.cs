using System.Net;
using System.Net.Sockets;
using Quai.EndToEnd.Tests.Networks.Parents;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>What containers reach outside where networks and endpoints say what they may: an option of Quai's alone.</summary>
public sealed class EgressTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [QuaidFact]
    public async Task Containers_reach_what_their_policies_allow()
    {
        string lan = engine.Subnet();
        await using ParentLink outside = await ParentLink.MakeAsync(engine, $"{lan}.2/24");
        (await RunningCommand.RunAsync("ip", ["addr", "add", $"{lan}.1/24", "dev", outside.Name])).Expect();
        (await outside.OutsideAsync("ip", "addr", "add", $"{lan}.3/24", "dev", "lan0")).Expect();
        string policy = $"allow {lan}.2 icmp; deny {lan}.0/24", network = await _networks.CreateAsync($"-o 'quai.egress={policy}'"), free = await _networks.CreateAsync();
        Assert.Equal(policy, await _networks.InspectAsync(network, "{{index .Options \"quai.egress\"}}"));
        string usual = await _networks.RunAsync(network), unbound = await _networks.RunAsync(free), server = await _networks.ServeAsync(network);
        string special = engine.Name();
        await _docker.OkAsync($"run -d --name {special} --network 'name={network},driver-opt=quai.egress=allow {lan}.3' {BusyboxImage.Name} sh -c 'while :; do sleep 1; done'");
        await CheckAsync();
        await engine.KillDaemonAsync();
        await CheckAsync(byDaemon: false);
        await engine.StartDaemonAsync();
        await CheckAsync();

        // What goes leaves nothing.
        await _docker.OkAsync($"rm -f {usual} {special} {server}");
        await _docker.OkAsync($"network rm {network}");
        Assert.DoesNotContain(lan, (await RunningCommand.RunAsync("nft", ["list", "ruleset"])).Stdout, StringComparison.Ordinal);

        async Task CheckAsync(bool byDaemon = true)
        {
            if (!byDaemon)
            {
                Assert.Contains($"ip daddr {lan}.0/24 drop", (await RunningCommand.RunAsync("nft", ["list", "ruleset"])).Stdout, StringComparison.Ordinal);
                return;
            }

            Assert.Equal("10", await ReachedAsync(usual));
            Assert.Equal("11", await ReachedAsync(special));
            Assert.Equal("11", await ReachedAsync(unbound));
            Assert.True(await _networks.ReachesAsync(usual, await _networks.AddressAsync(server, network)));
        }

        async Task<string> ReachedAsync(string container) => $"{await PingAsync(container, 2)}{await PingAsync(container, 3)}";

        async Task<char> PingAsync(string container, int last) => (await _docker.RunAsync($"exec {container} ping -c 1 -W 2 {lan}.{last}")).ExitCode == 0 ? '1' : '0';
    }

    [QuaidFact]
    public async Task Names_are_let_through_when_they_are_resolved()
    {
        string lan = engine.Subnet();
        await using ParentLink outside = await ParentLink.MakeAsync(engine, $"{lan}.2/24");
        (await RunningCommand.RunAsync("ip", ["addr", "add", $"{lan}.1/24", "dev", outside.Name])).Expect();
        (string network, string subnet) = await _networks.WithSubnetAsync(_ => "-o 'quai.egress=allow *.example icmp; deny any'");

        // A server on the network's own gateway is the host's, so that no rule is needed to ask it.
        using Socket server = Serve(IPAddress.Parse($"{subnet}.1"), IPAddress.Parse($"{lan}.2"));
        string container = await _networks.RunAsync(network, $"--dns {subnet}.1"), neighbour = await _networks.RunAsync(await _networks.CreateAsync($"-o 'quai.egress=deny any'"));
        Assert.NotEqual(0, await PingAsync(container, $"{lan}.2"));
        Assert.NotEqual(0, await PingAsync(container, "a.elsewhere"));
        Assert.Equal(0, await PingAsync(container, "a.example"));
        Assert.Equal(0, await PingAsync(container, $"{lan}.2"));
        Assert.NotEqual(0, await PingAsync(neighbour, $"{lan}.2"));
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal(0, await PingAsync(container, $"{lan}.2"));
        Assert.Equal(0, await PingAsync(container, "b.example"));
    }

    [QuaidFact]
    public async Task What_is_malformed_is_refused_and_leaves_nothing()
    {
        string name = engine.Name("net");
        (await _docker.RunAsync($"network create -o 'quai.egress=deny 10.0.0' {name}")).ExpectFailure(1, "invalid quai.egress \"deny 10.0.0\": \"10.0.0\" is no address");
        (await _docker.RunAsync($"network create -o 'quai.egress=allow 10.0.0.1' {name}")).ExpectFailure(1, "it denies nothing");
        (await _docker.RunAsync($"network inspect {name}")).Expect(1);
        string network = await _networks.CreateAsync(), container = engine.Name();
        (await _docker.RunAsync($"run -d --name {container} --network 'name={network},driver-opt=quai.egress=deny all of it now' {BusyboxImage.Name} true")).ExpectFailure(125, "invalid quai.egress \"deny all of it now\"");
        (await _docker.RunAsync($"inspect {container}")).Expect(1);
    }

    private async Task<int> PingAsync(string container, string target) => (await _docker.RunAsync($"exec {container} ping -c 1 -W 2 {target}")).ExitCode;

    /// <summary>A DNS server that knows one address for every name.</summary>
    private static Socket Serve(IPAddress at, IPAddress known)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(at, 53));
        _ = Task.Run(async () =>
        {
            byte[] room = new byte[512];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult received = await socket.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0));
                    int end = 12;
                    while (room[end] != 0)
                    {
                        end += 1 + room[end];
                    }

                    bool asksForIt = room[end + 2] == 1;
                    byte[] header = [room[0], room[1], 0x81, 0x80, 0, 1, 0, asksForIt ? (byte)1 : (byte)0, 0, 0, 0, 0];
                    byte[] record = asksForIt ? [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, .. known.GetAddressBytes()] : [];
                    await socket.SendToAsync((byte[])[.. header, .. room[12..(end + 5)], .. record], received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        return socket;
    }
}
