using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>Neighbours that use a host which forwards for its containers as their router.</summary>
public sealed class RouterEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const int Port = 80;
    private const string OnSameNetwork = "198.51.100.3";

    private static readonly Attack[] s_attacks =
    [
        new("CWE-441 forwarding: a neighbour reaches another network by way of the host", scene => CrossAsync(scene, _ => Task.CompletedTask)) { QuaidOnly = true },
        new("CWE-441 forwarding: after the daemon was killed and started", scene => CrossAsync(scene, RestartAsync)) { QuaidOnly = true },
        new("CWE-441 forwarding: while the daemon is away", scene => CrossAsync(scene, host => host.Engine.KillDaemonAsync())) { QuaidOnly = true },
        new("CWE-441 forwarding: to a network that the host joins later", JoinedLaterAsync) { QuaidOnly = true },
        new("CWE-441 forwarding: by way of the host within one network", OneArmedAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> CrossAsync(Scene scene, Func<PrivateHost, Task> meanwhile)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        await ServeAsync(host, host.SecondNeighbourNamespace, PrivateHost.SecondNeighbour);
        await ForwardsForContainersAsync(host);
        await meanwhile(host);
        return Gain(await PrivateHost.CallAsync(host.NeighbourNamespace, PrivateHost.SecondNeighbour, Port));
    }

    private static async Task<string?> JoinedLaterAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        await ForwardsForContainersAsync(host);

        // As a tunnel into a company's network would be.
        string later = host.SecondNeighbourNamespace;
        await host.ShellAsync($"ip link add vpn0 type veth peer name vpn0 netns {later} && ip addr add 203.0.113.1/24 dev vpn0 && ip link set vpn0 up");
        await PrivateHost.ShellAsync(later, "ip link set vpn0 up && ip addr add 203.0.113.2/24 dev vpn0 && ip route replace default via 203.0.113.1");
        await ServeAsync(host, later, "203.0.113.2");
        return Gain(await PrivateHost.CallAsync(host.NeighbourNamespace, "203.0.113.2", Port));
    }

    private static async Task<string?> OneArmedAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        await ForwardsForContainersAsync(host);

        // Two neighbours whom their network keeps from each other, but not from the host.
        string mine = host.NeighbourNamespace, other = host.SecondNeighbourNamespace;
        await PrivateHost.ShellAsync(mine, $"ip link add link eth0 name same0 netns {other} type macvlan mode bridge");
        await PrivateHost.ShellAsync(other, $"ip link set same0 up && ip addr add {OnSameNetwork}/24 dev same0 && ip route add {PrivateHost.Neighbour}/32 via {PrivateHost.Address}");
        await ServeAsync(host, other, OnSameNetwork);
        Assert.Null(await PrivateHost.CallAsync(mine, OnSameNetwork, Port));
        await PrivateHost.ShellAsync(mine, $"sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth0.accept_redirects=0 && ip route add {OnSameNetwork}/32 via {PrivateHost.Address}");
        return Gain(await PrivateHost.CallAsync(mine, OnSameNetwork, Port));
    }

    private static async Task RestartAsync(PrivateHost host)
    {
        await host.Engine.KillDaemonAsync();
        await host.Engine.StartDaemonAsync();
        await ForwardsForContainersAsync(host);
    }

    private static async Task ServeAsync(PrivateHost host, string where, string address)
    {
        host.Start(where, "/bin/busybox", "nc", "-ll", "-p", $"{Port}", "-e", "echo", "inside");
        await PrivateHost.AnswersAsync(host.Namespace, address, Port);
    }

    /// <summary>That containers reach the outside is what forwarding was turned on for.</summary>
    private static async Task ForwardsForContainersAsync(PrivateHost host)
    {
        Assert.Equal("1", (await host.ShellAsync("cat /proc/sys/net/ipv4/ip_forward")).Trim());
        await host.Docker.OkAsync($"run --rm {host.Image} ping -c 1 -W 10 {PrivateHost.SecondNeighbour}");
        await host.Docker.OkAsync($"run --rm {host.Image} ping -c 1 -W 10 {PrivateHost.Neighbour}");
    }

    private static string? Gain(string? answer) => answer is null ? null : $"the neighbour read \"{answer}\"";
}
