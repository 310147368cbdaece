using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>Packets from elsewhere that claim to be of the host's loopback, or come in where no rule looks.</summary>
public sealed class LoopbackEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const ushort Port = 18080, ServicePort = 18081;
    private const string Secret = "for the host alone";

    private static readonly Attack[] s_attacks =
    [
        new("moby#41872: a neighbour connects to a port published on 127.0.0.1", scene => ConnectAsync(scene, "127.0.0.1")),
        new("moby#41872: a neighbour connects to a port published on another address of 127.0.0.0/8", scene => ConnectAsync(scene, "127.7.7.7")),
        new("moby#41872: a neighbour's datagram reaches a port published on 127.0.0.1", DatagramAsync),
        new("moby#41872: a host whose kernel routes 127.0.0.0/8 on every interface", scene => ConnectAsync(scene, "127.0.0.1", "net.ipv4.conf.all.route_localnet=1")) { QuaidOnly = true },
        new("moby#41872 kind: a container's datagram to the host comes from 127.0.0.5", SourceAsync),
        new("CVE-2020-13401 kind: a datagram goes past the bridge, and past the host's rules about it", PastTheBridgeAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> ConnectAsync(Scene scene, string address, params string[] sysctls)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene, sysctls: sysctls);
        await host.RunAsync($"-p {address}:{Port}:80 {host.Image} nc -ll -p 80 -e echo {Secret}");
        await PrivateHost.AnswersAsync(host.Namespace, address, Port);
        return await PrivateHost.CallAsync(host.NeighbourNamespace, address, Port) is { } answer ? $"a neighbour read \"{answer}\"" : null;
    }

    private static async Task<string?> DatagramAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string victim = await host.RunAsync($"-p 127.0.0.1:{Port}:53/udp {host.Image} frame udp 53");
        string program = await FrameProgram.PathAsync();
        await Eventually.HoldsAsync(async () =>
        {
            await host.ShellAsync($"{program} say 127.0.0.1 {Port} honest");
            return (await host.Docker.OkAsync($"logs {victim}")).Contains("honest", StringComparison.Ordinal) ? null : "the published port does not work";
        });
        await PrivateHost.ShellAsync(host.NeighbourNamespace, $"{program} say 127.0.0.1 {Port} forged");
        return await PrivateHost.GainAsync(async () => Line(await host.Docker.OkAsync($"logs {victim}"), "forged"));
    }

    private static async Task<string?> SourceAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        RunningCommand service = await ServeAsync(host);
        string attacker = await host.RunAsync($"{host.Image} sleep 1000");
        string gateway = await host.GatewayOfAsync(attacker), mac = await host.MacOfAsync(attacker), bridge = await host.BridgeMacAsync();
        await host.SendAsync(attacker, Frames.Datagram(mac, bridge, "127.0.0.5", gateway, ServicePort, "forged"));

        // One that is honest follows, so that the first is known to have had its chance.
        await host.SendAsync(attacker, Frames.Datagram(mac, bridge, await host.AddressOfAsync(attacker), gateway, ServicePort, "honest"));
        await service.WaitForStdoutAsync("honest");
        return Line(service.Stdout, "forged");
    }

    private static async Task<string?> PastTheBridgeAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        RunningCommand service = await ServeAsync(host);
        string attacker = await host.RunAsync($"{host.Image} sleep 1000");
        string gateway = await host.GatewayOfAsync(attacker), mac = await host.MacOfAsync(attacker), address = await host.AddressOfAsync(attacker);
        string table = "past" + Guid.NewGuid().ToString("n")[..8];

        // The administrator's rule: containers may not use this service.
        await host.ShellAsync($"nft 'add table ip {table}; add chain ip {table} input {{ type filter hook input priority 0; }}; add rule ip {table} input iifname {host.Bridge} udp dport {ServicePort} drop'");
        try
        {
            await host.SendAsync(attacker, Frames.Datagram(mac, await host.BridgeMacAsync(), address, gateway, ServicePort, "stopped"));
            await host.SendAsync(attacker, Frames.Datagram(mac, Frames.PastTheBridge, address, gateway, ServicePort, "forged"));
            string? gain = await PrivateHost.GainAsync(() => Task.FromResult(Line(service.Stdout, "forged")));
            Assert.DoesNotContain("stopped", service.Stdout, StringComparison.Ordinal);
            return gain;
        }
        finally
        {
            await host.ShellAsync($"nft delete table ip {table}");
        }
    }

    private static async Task<RunningCommand> ServeAsync(PrivateHost host)
    {
        RunningCommand service = host.Start(host.Namespace, await FrameProgram.PathAsync(), "udp", $"{ServicePort}");
        await service.WaitForStdoutAsync("ready");
        return service;
    }

    private static string? Line(string output, string text) => output.Split('\n').FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal));
}
