using System.Text.RegularExpressions;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>A container that tells its host and its neighbours where to send their packets.</summary>
public sealed partial class AdvertisementEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("CVE-2020-13401: a router advertisement gives the host's bridge an address and a route", scene => AdvertiseToHostAsync(scene, Frames.AllNodes)),
        new("CVE-2020-13401: the advertisement goes past the bridge to the host's end of the pair", scene => AdvertiseToHostAsync(scene, Frames.PastTheBridge)),
        new("CVE-2020-13401: the advertisement is repeated while the daemon is killed and started", AdvertiseAcrossRestartAsync) { QuaidOnly = true },
        new("CVE-2024-32473: an advertisement gives a neighbour without IPv6 an address and a route", AdvertiseToNeighbourAsync),
        new("CVE-2024-32473: an advertisement sent while the neighbour starts", AdvertiseDuringStartAsync),
        new("CVE-2020-13401 kind: an ICMP redirect takes the host's route to another container", RedirectAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> AdvertiseToHostAsync(Scene scene, string to)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string attacker = await host.RunAsync($"{host.Image} sleep 1000");
        await host.SendAsync(attacker, Frames.RouterAdvertisement(await host.MacOfAsync(attacker), to));
        return await PrivateHost.GainAsync(() => TakenByHostAsync(host));
    }

    private static async Task<string?> AdvertiseAcrossRestartAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string attacker = await host.RunAsync($"{host.Image} sleep 1000");
        string frame = Frames.RouterAdvertisement(await host.MacOfAsync(attacker), Frames.AllNodes);
        await host.Docker.OkAsync($"exec -d {attacker} sh -c 'while :; do frame send eth0 {frame}; usleep 20000; done'");
        await host.Engine.KillDaemonAsync();
        await host.Engine.StartDaemonAsync();
        return await PrivateHost.GainAsync(() => TakenByHostAsync(host));
    }

    private static async Task<string?> AdvertiseToNeighbourAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string victim = await host.RunAsync($"{host.Image} sleep 1000"), attacker = await host.RunAsync($"{host.Image} sleep 1000");
        await host.SendAsync(attacker, Frames.RouterAdvertisement(await host.MacOfAsync(attacker), Frames.AllNodes));
        return await PrivateHost.GainAsync(() => TakenByContainerAsync(host, victim));
    }

    private static async Task<string?> AdvertiseDuringStartAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string attacker = await host.RunAsync($"{host.Image} sleep 1000");
        string frame = Frames.RouterAdvertisement(await host.MacOfAsync(attacker), Frames.AllNodes);
        await host.Docker.OkAsync($"exec -d {attacker} sh -c 'while :; do frame send eth0 {frame}; done'");
        string victim = await host.RunAsync($"{host.Image} sleep 1000");
        return await PrivateHost.GainAsync(() => TakenByContainerAsync(host, victim));
    }

    private static async Task<string?> RedirectAsync(Scene scene)
    {
        // Where the host forwards, the kernel's switch for all interfaces is off; where it does not, one interface's own switch counts for nothing.
        await using PrivateHost host = await PrivateHost.OpenAsync(scene, ["--ip-forward=false"], "net.ipv4.conf.all.accept_redirects=1", "net.ipv4.conf.all.secure_redirects=0");
        string router = await host.RunAsync($"{host.Image} sleep 1000"), attacker = await host.RunAsync($"{host.Image} sleep 1000");
        string gateway = await host.GatewayOfAsync(attacker), legitimate = await host.AddressOfAsync(router), better = await host.AddressOfAsync(attacker);
        await host.ShellAsync($"ip route add 203.0.113.0/24 via {legitimate}");
        await host.Docker.OkAsync($"exec {attacker} ping -c 1 {gateway}");
        string frame = Frames.Redirect(await host.MacOfAsync(attacker), await host.BridgeMacAsync(), legitimate, gateway, "203.0.113.5", better);
        return await PrivateHost.GainAsync(async () =>
        {
            await host.SendAsync(attacker, frame);
            string route = await host.ShellAsync("ip route get 203.0.113.5");
            return route.Contains($"via {better} ", StringComparison.Ordinal) ? route.Trim() : null;
        });
    }

    private static async Task<string?> TakenByHostAsync(PrivateHost host) => Taken(await host.ShellAsync("ip -6 -o addr; ip -6 route"));

    private static async Task<string?> TakenByContainerAsync(PrivateHost host, string container) =>
        Taken(await host.Docker.OkAsync($"exec {container} sh -c 'ip addr; ip -6 route'"));

    private static string? Taken(string configuration) =>
        configuration.Split('\n').FirstOrDefault(l => l.Contains(Frames.OfferedNetwork, StringComparison.Ordinal) || FromAttacker().IsMatch(l))?.Trim();

    [GeneratedRegex("default via fe80::bad")]
    private static partial Regex FromAttacker();
}
