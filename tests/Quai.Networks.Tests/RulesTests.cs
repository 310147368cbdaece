using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Quai.Errors;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Egress;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>The rules as <c>nft</c> reads them, beside those that are expected (<c>Data/*.nft</c>; <c>QUAI_GOLDEN=write</c> writes them anew).</summary>
public sealed partial class RulesTests
{
    private static readonly NetworkOptions s_usual = new() { BridgeAddress = "10.231.7.1/24", Owner = "/var/lib/quai" };

    [Fact]
    public void Containers_of_the_default_bridge_leave_by_another_router()
    {
        using var host = new TestHost(new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24", DefaultGateway = IPAddress.Parse("10.231.7.9"), IPv6 = true, FixedCidr6 = "fd00:7::/64", DefaultGateway6 = IPAddress.Parse("fd00:7::9") });
        (NamespaceThread sandbox, Endpoint endpoint) = host.Run("a");
        Assert.Equal(("10.231.7.9", "fd00:7::9"), (endpoint.IPv4!.Gateway!.ToString(), endpoint.IPv6!.Gateway!.ToString()));
        Assert.Contains("default via 10.231.7.9 dev eth0", TestHost.Command(sandbox, "ip", "route"), StringComparison.Ordinal);
        Assert.Contains("default via fd00:7::9 dev eth0", TestHost.Command(sandbox, "ip", "-6", "route"), StringComparison.Ordinal);

        // It is nobody's to lease.
        Assert.DoesNotContain("10.231.7.9", Enumerable.Range(0, 12).Select(i => host.Lease($"c{i}").IPv4!.Address.ToString()));
        Network other = host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("other", "bridge")
            {
                Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.231.8.0/24", Auxiliary: new Dictionary<string, string> { ["DefaultGatewayIPv4"] = "10.231.8.7" })] },
            },
            CancellationToken.None));
        Assert.Equal("10.231.8.7", host.Lease("b", other).IPv4!.Gateway!.ToString());
        QuaiException refused = Assert.Throws<QuaiException>(() => new TestHost(new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24", DefaultGateway = IPAddress.Parse("10.9.9.9") }));
        Assert.Equal("default gateway 10.9.9.9 is not an address of network bridge (10.231.7.0/24)", refused.Message);
    }

    [Fact]
    public void Where_forwarding_was_on() => Matches("router", s_usual, host => host.Command("sysctl", "-qw", "net.ipv4.ip_forward=1"));

    [Fact]
    public void Where_quai_turned_forwarding_on() => Matches("guarded", s_usual, host =>
    {
        host.Command("sysctl", "-qw", "net.ipv4.ip_forward=0");
        host.Command("ip", "link", "add", "lan0", "address", "02:00:00:00:00:01", "type", "bridge");
        host.Command("ip", "link", "add", "vpn0", "type", "veth", "peer", "name", "vpn1");
        host.Command("sysctl", "-qw", "net.ipv4.conf.vpn0.forwarding=1");
    });

    [Fact]
    public void Without_traffic_between_containers_and_masquerading() =>
        Matches("closed", s_usual with { InterContainer = false, Masquerade = false, IpForwardNoDrop = true, Owner = "" }, _ => { });

    [Fact]
    public void On_a_bridge_that_leads_elsewhere() => Matches("adopted", s_usual with { Bridge = "lan0", IpForward = false }, host =>
    {
        host.Command("ip", "link", "add", "lan0", "type", "bridge");
        host.Command("ip", "link", "set", "out0", "master", "lan0");
    });

    [Fact]
    public void With_egress_policies() => Matches("egress", s_usual with { IpForwardNoDrop = true }, _ => { }, host =>
    {
        Network network = host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("lan", "bridge")
            {
                EnableIPv6 = true,
                Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.231.8.0/24", null, null, null), new AskedSubnet("fd00:8::/64", null, null, null)] },
                Options = new Dictionary<string, string>
                {
                    [EgressPolicy.Option] = "deny 10.0.0.0/8; allow *.example tcp/443; allow 2001:db8::1 udp/5000-5010; allow any icmp; deny any", [BridgeOptions.Name] = "br-lan",
                },
            },
            CancellationToken.None));
        host.Host.Await(() => host.Service.ConnectAsync(
            new EndpointRequest("a", network.Id, null, null, []) { Egress = EgressPolicy.Parse("allow a.example tcp; deny 192.0.2.1") }, CancellationToken.None));
    });

    private static void Matches(string name, NetworkOptions options, Action<TestHost> before, Action<TestHost>? after = null)
    {
        using var host = new TestHost(options, before);
        after?.Invoke(host);
        string rules = Handles().Replace(host.Command("nft", "list", "ruleset"), "");
        rules = Identifiers().Replace(rules, "endpoint_ID");
        string path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Data", name + ".nft");
        if (Environment.GetEnvironmentVariable("QUAI_GOLDEN") == "write")
        {
            File.WriteAllText(path, rules);
        }

        Assert.Equal(File.ReadAllText(path), rules);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>What differs from run to run: the process that holds a claim.</summary>
    [GeneratedRegex("# progname .*")]
    private static partial Regex Handles();

    [GeneratedRegex("endpoint_[0-9a-f]{12}")]
    private static partial Regex Identifiers();
}
