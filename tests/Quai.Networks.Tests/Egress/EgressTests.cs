using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Egress;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests.Egress;

/// <summary>What containers under a policy reach.</summary>
public sealed class EgressTests
{
    [Theory]
    [InlineData("deny any", false, false, false)]
    [InlineData("allow 198.51.100.2; deny any", true, true, false)]
    [InlineData("allow 198.51.100.0/24 tcp/90; deny any", true, false, false)]
    [InlineData("allow any tcp/91-99; deny any", false, true, false)]
    [InlineData("allow any udp; deny any", false, false, false)]
    [InlineData("deny 198.51.100.0/24", false, false, true)]
    [InlineData("deny 198.51.100.2 tcp/91; allow 2001:db8:99::2 tcp/90; deny ::/0", true, false, true)]
    [InlineData("allow 2001:db8:99::/64 tcp; deny any", false, false, true)]
    public void A_networks_policy_holds_for_its_containers(string policy, bool first, bool second, bool ipv6)
    {
        using var host = new TestHost();
        Network network = Make(host, policy);
        NamespaceThread inside = Run(host, "a", network);
        using TcpListener one = host.Outside.ServeTcp(90), two = host.Outside.ServeTcp(91);
        Check();

        // A flush, and a daemon that starts again.
        host.Command("nft", "flush", "ruleset");
        host.Restart("a");
        Check();

        void Check() => Assert.Equal(
            (first, second, ipv6),
            (Reaches(inside, TestHost.OutsideAddress, 90), Reaches(inside, TestHost.OutsideAddress, 91), Reaches(inside, TestHost.OutsideAddress6, 90)));
    }

    [Fact]
    public void An_endpoints_policy_goes_before_its_networks()
    {
        using var host = new TestHost();
        Network network = Make(host, "deny 198.51.100.2 tcp/91; deny any tcp/92"), free = Make(host, null);
        NamespaceThread usual = Run(host, "a", network), special = Run(host, "b", network, "allow 198.51.100.2 tcp/91; deny any tcp/90"), alone = Run(host, "c", free, "deny any tcp/90");
        NamespaceThread neighbour = Run(host, "d", free);
        TcpListener[] servers = [.. Enumerable.Range(90, 4).Select(host.Outside.ServeTcp)];
        Check();
        host.Restart("a", "b", "c", "d");
        Check();
        host.Command("nft", "flush", "ruleset");
        Assert.True(SpinWait.SpinUntil(() => host.Command("nft", "list", "ruleset").Contains("egress_endpoint_", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        Check();

        // The address is another's without a trace of the policy.
        host.Release("c");
        Assert.Equal("1111", Of(Run(host, "e", free)));
        host.Release("b");
        Assert.DoesNotContain("egress_endpoint_", host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
        Array.ForEach(servers, s => s.Dispose());

        void Check() => Assert.Equal(("1001", "0101", "0111", "1111"), (Of(usual), Of(special), Of(alone), Of(neighbour)));
        static string Of(NamespaceThread from) => string.Concat(Enumerable.Range(90, 4).Select(p => Reaches(from, TestHost.OutsideAddress, p) ? '1' : '0'));
    }

    [Fact]
    public void Only_what_leaves_is_concerned()
    {
        using var host = new TestHost();
        Network network = Make(host, "deny any"), other = Make(host, null);
        Endpoint published = Lease(host, "a", network, null, new Ports.PortRequest(80, "tcp", System.Net.IPAddress.Any, 8080, 8080));
        NamespaceThread inside = host.Run(published).Sandbox, neighbour = Run(host, "b", network), elsewhere = Run(host, "c", other, "allow any");
        using TcpListener server = inside.ServeTcp(80), onHost = host.Host.ServeTcp(90), there = elsewhere.ServeTcp(80);
        Assert.NotNull(host.Outside.Reach(TestHost.Address, 8080));
        Assert.True(Reaches(neighbour, published.IPv4!.Address.ToString(), 80));
        Assert.True(Reaches(neighbour, TestHost.Address, 8080));
        Assert.True(Reaches(neighbour, TestHost.Address, 90));

        // What a policy allows is not let into other networks.
        Assert.False(Reaches(elsewhere, published.IPv4.Address.ToString(), 80));
        host.Release("a");
        host.Release("b");
        host.Host.Await(() => host.Service.RemoveAsync(network.Id, CancellationToken.None));
        Assert.DoesNotContain("deny", host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.DoesNotContain("egress_br-", host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_kept_is_refused()
    {
        using var host = new TestHost();
        Assert.Contains("denies nothing", Refused(() => Make(host, "allow 10.0.0.1")).Message, StringComparison.Ordinal);
        Assert.Contains("no address", Refused(() => Make(host, "deny 10.0.0")).Message, StringComparison.Ordinal);
        Assert.Contains("driver macvlan", Refused(() => host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("m", "macvlan") { Options = new Dictionary<string, string> { [EgressPolicy.Option] = "deny any" } }, CancellationToken.None))).Message, StringComparison.Ordinal);
        Network bridge = host.Service.Resolve("bridge");
        Assert.Contains("on network bridge", Refused(() => Lease(host, "a", bridge, "allow a.example; deny any")).Message, StringComparison.Ordinal);
        Assert.Equal(["bridge", "host", "none"], host.Service.List().Select(n => n.Name).Order());
        Assert.Empty(host.Service.EndpointsOf("a"));
        using TcpListener outside = host.Outside.ServeTcp(90);
        Assert.False(Reaches(Run(host, "a", bridge, "deny any"), TestHost.OutsideAddress, 90));

        Network network = Make(host, "deny any");
        host.Options = host.Options with { Firewall = false };
        host.Restart();
        Assert.Contains("--iptables=false", Refused(() => Make(host, "deny any")).Message, StringComparison.Ordinal);
        Assert.Contains("--iptables=false", Refused(() => Lease(host, "b", host.Service.Resolve("bridge"), "deny any")).Message, StringComparison.Ordinal);
        Assert.Contains("not available", Refused(() => Lease(host, "b", network, null)).Message, StringComparison.Ordinal);
        host.Options = host.Options with { Firewall = true };
        host.Restart();
    }

    internal static Network Make(TestHost host, string? policy) => host.Host.Await(() => host.Service.CreateAsync(
        new NetworkRequest($"n{host.Service.List().Count}", "bridge")
        {
            EnableIPv6 = true,
            Options = policy is null ? [] : new Dictionary<string, string> { [EgressPolicy.Option] = policy },
        },
        CancellationToken.None));

    internal static NamespaceThread Run(TestHost host, string container, Network network, string? policy = null) => host.Run(Lease(host, container, network, policy)).Sandbox;

    internal static bool Reaches(NamespaceThread from, string address, int port) => from.Call(address, port) is not null;

    private static Endpoint Lease(TestHost host, string container, Network network, string? policy, params Ports.PortRequest[] ports) => host.Lease(
        new EndpointRequest(container, network.Id, null, null, ports) { Egress = policy is null ? null : EgressPolicy.Parse(policy) });

    private static QuaiException Refused(Action what) => Assert.Throws<QuaiException>(what);
}
