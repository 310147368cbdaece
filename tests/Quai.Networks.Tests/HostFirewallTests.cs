using System.Diagnostics;
using System.Net;
using Quai.Networks.Ports;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>What the host's own firewall denies of a port, or of who asks, holds for published ports.</summary>
public sealed class HostFirewallTests
{
    private const string Input = "nft add table inet own; nft add chain inet own in { type filter hook input priority 0 \\; }";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string, string, bool, bool> Firewalls => new()
    {
        { "a port", "iptables -A INPUT -p tcp --dport 8081 -j DROP", true, false },
        { "another protocol's port", "iptables -A INPUT -p udp --dport 8081 -j DROP", true, true },
        { "a port by both families", "iptables -A INPUT -p tcp --dport 8081 -j REJECT; ip6tables -A INPUT -p tcp --dport 8081 -j REJECT", true, false },
        { "a list", "iptables -A INPUT -p tcp -m multiport --dports 22,8081 -j REJECT", true, false },
        { "a range of sources", $"iptables -A INPUT -m iprange --src-range 198.51.100.2-198.51.100.9 -j DROP", false, false },
        { "a policy", "iptables -P INPUT DROP; iptables -A INPUT -p tcp --dport 22 -j ACCEPT", true, true },
        { "all the rest", "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset; iptables -A INPUT -j DROP", true, true },
        { "all the rest before a port", "iptables -A INPUT -p tcp --dport 22 -j ACCEPT; iptables -A INPUT -j DROP; iptables -A INPUT -p tcp --dport 8081 -j DROP", true, true },
        { "all ports but some", "iptables -A INPUT -p tcp ! --dport 22 -j DROP", true, true },
        { "who is let in first", $"iptables -A INPUT -s {TestHost.OutsideAddress} -p tcp --dport 8081 -j ACCEPT; iptables -A INPUT -p tcp --dport 8081 -j DROP", true, true },
        { "who is not", "iptables -A INPUT -s 203.0.113.0/24 -p tcp --dport 8081 -j ACCEPT; iptables -A INPUT -p tcp --dport 8081 -j DROP", true, false },
        { "everybody but a network", "iptables -A INPUT ! -s 203.0.113.0/24 -p tcp --dport 8081 -j DROP", true, false },
        { "another interface", "iptables -A INPUT -i nosuch0 -p tcp --dport 8081 -j DROP", true, true },
        { "the host's other address", "iptables -A INPUT -d 203.0.113.1 -p tcp --dport 8081 -j DROP", true, true },
        {
            "as ufw does it",
            "iptables -P INPUT DROP; iptables -N ufw-user-input; iptables -N ufw-skip-to-policy-input; iptables -N ufw-after-input; iptables -A INPUT -j ufw-user-input; iptables -A INPUT -j ufw-after-input;"
            + "iptables -A ufw-user-input -p tcp --dport 8081 -j DROP; iptables -A ufw-skip-to-policy-input -j DROP; iptables -A ufw-after-input -p tcp --dport 8080 -j ufw-skip-to-policy-input",
            true, false
        },
        {
            "as fail2ban does it",
            $"iptables -N f2b; iptables -I INPUT -p tcp -m multiport --dports 22,8081 -j f2b; iptables -A f2b -s {TestHost.OutsideAddress} -j REJECT; iptables -A f2b -j RETURN",
            true, false
        },
        { "a chain that returns", "iptables -N own; iptables -A INPUT -p tcp --dport 8081 -j own; iptables -A own -s 198.51.100.0/24 -j RETURN; iptables -A own -j DROP", true, true },
        { "a chain gone to", "iptables -N own; iptables -A INPUT -p tcp --dport 8081 -g own; iptables -A INPUT -p tcp --dport 8080 -j DROP; iptables -A own -p tcp -j DROP", false, false },
        { "nft's set of ports", $"{Input}; nft add rule inet own in tcp dport {{ 22, 8081-8089 }} drop", true, false },
        { "nft's pairs", $"{Input}; nft add rule inet own in ip saddr . tcp dport {{ {TestHost.OutsideAddress} . 8081 }} counter drop", true, false },
        { "nft's set of networks", $"{Input}; nft add set inet own bad {{ type ipv4_addr \\; flags interval \\; }}; nft add element inet own bad {{ 198.51.100.0/25, 203.0.113.0/24 }}; nft add rule inet own in ip saddr @bad drop", false, false },
        { "nft's ports but some", $"{Input}; nft add rule inet own in tcp dport != {{ 22, 8080 }} drop", true, true },
        { "two chains, one that accepts", $"{Input}; nft add rule inet own in tcp dport 8081 accept; iptables -A INPUT -p tcp --dport 8081 -j DROP", true, false },
        { "a port, new connections", $"{Input}; nft add rule inet own in ct state established,related accept; nft add rule inet own in ct state new tcp dport 8081 reject with tcp reset", true, false },
    };

    [Theory]
    [MemberData(nameof(Firewalls))]
    public void A_published_port_obeys(string which, string commands, bool first, bool second)
    {
        using var host = new TestHost(before: h => Run(h, commands));
        Expect(host, which, first, second);
        string ruleset = host.Command("nft", "list", "ruleset");
        Assert.DoesNotContain("error", ruleset, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Firewalls))]
    public void A_firewall_that_comes_later_is_obeyed_and_one_that_goes_is_not(string which, string commands, bool first, bool second)
    {
        using var host = new TestHost();
        (NamespaceThread sandbox, _) = host.Run("a", Tcp(8080), Tcp(8081));
        using var server = sandbox.ServeTcp(80);
        string before = host.Command("nft", "list", "table", "ip", "quai");
        Run(host, commands);
        Eventually(which, () => Reaches(host, 8080) == first && Reaches(host, 8081) == second);
        Run(host, "iptables -P INPUT ACCEPT; iptables -F; iptables -X; ip6tables -F; nft delete table inet own 2>/dev/null || true");
        Eventually(which, () => Reaches(host, 8080) && Reaches(host, 8081));
        Eventually(which, () => host.Command("nft", "list", "table", "ip", "quai") == before);
    }

    [Fact]
    public void A_set_that_changes_is_followed()
    {
        using var host = new TestHost(before: h => Run(h, $"{Input}; nft add set inet own bad {{ type ipv4_addr \\; }}; nft add rule inet own in ip saddr @bad drop"));
        (NamespaceThread sandbox, _) = host.Run("a", Tcp(8080));
        using var server = sandbox.ServeTcp(80);
        Assert.True(Reaches(host, 8080));
        Run(host, $"nft add element inet own bad {{ {TestHost.OutsideAddress} }}");
        Eventually("added", () => !Reaches(host, 8080));
        Run(host, $"nft delete element inet own bad {{ {TestHost.OutsideAddress} }}");
        Eventually("deleted", () => Reaches(host, 8080));
    }

    [Fact]
    public void The_hosts_own_rule_counts_what_it_denies()
    {
        using var host = new TestHost(before: h => Run(h, $"{Input}; nft add rule inet own in tcp dport 8081 counter drop"));
        Expect(host, "a counter", true, false);
        Assert.Matches(@"tcp dport 8081 counter packets [1-9]\d* bytes \d+ drop", host.Command("nft", "list", "table", "inet", "own"));
        (NamespaceThread sandbox, _) = host.Run("b", Tcp(8082));
        using var server = sandbox.ServeTcp(80);
        Run(host, "nft add rule inet own in tcp dport 8082 drop");
        Eventually("another", () => !Reaches(host, 8082));
        Assert.True(host.Host.Reach("127.0.0.1", 8082) is not null, "what the host itself sends to the port never comes in");
    }

    [Fact]
    public void It_is_kept_over_a_restart_a_flush_and_new_networks()
    {
        using var host = new TestHost(before: h => Run(h, "iptables -A INPUT -p tcp --dport 8081 -j DROP"));
        (NamespaceThread sandbox, _) = host.Run("a", Tcp(8080), Tcp(8081));
        using var server = sandbox.ServeTcp(80);
        host.Restart("a");
        Assert.False(Reaches(host, 8081));
        Run(host, "nft delete table ip quai");
        Eventually("a flush", () => Reaches(host, 8080));
        Assert.False(Reaches(host, 8081));
        host.Host.Await(() => host.Service.CreateAsync(new NetworkRequest("six", "bridge") { EnableIPv6 = true }, CancellationToken.None));
        Assert.False(Reaches(host, 8081));
        Assert.True(Reaches(host, 8080));
    }

    [Fact]
    public void IPv6_is_denied_too()
    {
        using var host = new TestHost(new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24", IPv6 = true, FixedCidr6 = "fd00:99::/64" }, h => Run(h, "ip6tables -A INPUT -p tcp --dport 8081 -j DROP"));
        (NamespaceThread sandbox, _) = host.Run("a", new PortRequest(80, "tcp", IPAddress.IPv6Any, 8080, 8080), new PortRequest(80, "tcp", IPAddress.IPv6Any, 8081, 8081));
        using var server = sandbox.ServeTcp(80);
        Eventually("the other port is open", () => host.Outside.Call(TestHost.Address6, 8080) == TestHost.OutsideAddress6);
        Assert.Null(host.Outside.Call(TestHost.Address6, 8081));
    }

    [Fact]
    public void It_can_be_left_as_Docker_has_it()
    {
        using var host = new TestHost(new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24", ObeysHostFirewall = false }, h => Run(h, "iptables -A INPUT -p tcp --dport 8081 -j DROP"));
        Expect(host, "ignored", true, true);
    }

    [Fact]
    public void What_cannot_be_kept_harms_nothing()
    {
        using var host = new TestHost(before: h => Run(h, $"{Input}; nft add rule inet own in tcp dport 8081 limit rate over 1/hour drop; nft add rule inet own in tcp dport vmap {{ 8081 : drop }}; nft add rule inet own in tcp dport 8080 drop"));
        Expect(host, "limits", false, true);
    }

    private static PortRequest Tcp(ushort port) => new(80, "tcp", IPAddress.Any, port, port);

    private static bool Reaches(TestHost host, int port) => host.Outside.Call(TestHost.Address, port) == TestHost.OutsideAddress;

    private static void Expect(TestHost host, string which, bool first, bool second)
    {
        (NamespaceThread sandbox, _) = host.Run("a", Tcp(8080), Tcp(8081));
        using var server = sandbox.ServeTcp(80);
        (bool, bool) found = (Reaches(host, 8080), Reaches(host, 8081));
        Assert.True(found == (first, second), $"{which}: {found}\n{host.Command("nft", "list", "ruleset")}");
    }

    private static void Eventually(string which, Func<bool> so)
    {
        var time = Stopwatch.StartNew();
        while (!so())
        {
            Assert.True(time.Elapsed < s_patience, $"{which}: it did not come to pass");
            Thread.Sleep(20);
        }
    }

    private static void Run(TestHost host, string commands) => Assert.Equal("", host.Command("sh", "-c", commands));
}
