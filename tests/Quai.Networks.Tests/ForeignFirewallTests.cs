using System.Diagnostics;
using Quai.Linux.Nftables;
using Quai.Networks.Firewalls;
using Quai.Networks.Ports;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>Firewalls of others that refuse what is forwarded, and those who flush Quai's.</summary>
public sealed class ForeignFirewallTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string, string[]> Firewalls => new()
    {
        { "what dockerd leaves", ["iptables -P FORWARD DROP", "iptables -N DOCKER-USER", "iptables -A FORWARD -j DOCKER-USER", "iptables -A DOCKER-USER -j RETURN"] },
        { "a reject at the end", ["iptables -A FORWARD -i nosuch0 -j ACCEPT", "iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited"] },
        {
            "as ufw does it",
            [
                "iptables -P FORWARD DROP", "iptables -N before", "iptables -N reject", "iptables -A FORWARD -j before", "iptables -A FORWARD -j reject",
                "iptables -A before -m conntrack --ctstate INVALID -j DROP", "iptables -A reject -j LOG", "iptables -A reject -j REJECT",
            ]
        },
        { "rejects of each protocol", ["iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset", "iptables -A FORWARD -j REJECT"] },
        { "a chain that comes early", ["iptables -t mangle -P FORWARD DROP"] },
        { "a table of nft's", ["nft add table inet filter", "nft add chain inet filter forward { type filter hook forward priority 0 \\; policy drop \\; }"] },
        {
            "as firewalld does it",
            ["nft add table inet fw", "nft add chain inet fw f { type filter hook forward priority 10 \\; }", "nft add rule inet fw f ct state invalid drop", "nft add rule inet fw f reject with icmpx type admin-prohibited"]
        },
    };

    [Theory]
    [MemberData(nameof(Firewalls))]
    public void What_is_forwarded_for_containers_passes(string which, string[] commands)
    {
        using var host = new TestHost(before: h => Run(h, commands));
        Answers(host, which);

        // Whoever made it still reads it, and it is as before when nobody needs it.
        string tables = host.Command("iptables", "-S") + host.Command("iptables", "-t", "mangle", "-S");
        Assert.DoesNotContain("incompatible", tables, StringComparison.Ordinal);
        Assert.Equal(
            commands[0].StartsWith("iptables", StringComparison.Ordinal) ? ["-A FORWARD -m mark --mark 0x10000000/0x10000000 -m comment --comment \"for quai\" -j ACCEPT"] : [],
            tables.Split('\n').Where(l => l.Contains("mark", StringComparison.Ordinal)));
        Assert.Single(host.Command("nft", "list", "ruleset").Split('\n'), l => l.Contains("for quai", StringComparison.Ordinal) || l.Contains("mark match 0x10000000", StringComparison.Ordinal));
        host.Release("a");
        host.Host.Await(() => host.Service.DestroyAsync(CancellationToken.None));
        Assert.DoesNotContain("for quai", host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Firewalls))]
    public void A_firewall_that_comes_later_is_noticed(string which, string[] commands)
    {
        using var host = new TestHost();
        host.Run("warm");
        Run(host, commands);
        Eventually(() => host.Command("nft", "list", "ruleset").Contains("for quai", StringComparison.Ordinal));
        Answers(host, which, later: true);
    }

    [Fact]
    public void What_the_administrator_denies_is_denied()
    {
        using var host = new TestHost(before: h => Run(h, ["iptables -P FORWARD DROP", "iptables -N DOCKER-USER", "iptables -A FORWARD -j DOCKER-USER", "iptables -A DOCKER-USER -p tcp -m conntrack --ctorigdstport 8081 -j DROP"]));
        (NamespaceThread sandbox, _) = host.Run("a", new PortRequest(80, "tcp", System.Net.IPAddress.Any, 8080, 8080), new PortRequest(80, "tcp", System.Net.IPAddress.Any, 8081, 8081));
        using var server = sandbox.ServeTcp(80);
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Assert.Null(host.Outside.Call(TestHost.Address, 8081));
    }

    [Fact]
    public void What_the_administrator_denies_later_is_denied()
    {
        using var host = new TestHost(before: h => Run(h, ["iptables -P FORWARD DROP"]));
        (NamespaceThread sandbox, _) = host.Run("a", new PortRequest(80, "tcp", System.Net.IPAddress.Any, 8080, 8080));
        using var server = sandbox.ServeTcp(80);
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Run(host, [$"iptables -A FORWARD -s {TestHost.OutsideAddress} -j DROP"]);
        Eventually(() => host.Outside.Call(TestHost.Address, 8080) is null);
    }

    [Fact]
    public void Saved_and_restored_rules_are_no_more_than_before()
    {
        using var host = new TestHost(before: h => Run(h, ["iptables -P FORWARD DROP"]));
        host.Run("a");
        for (int round = 0; round < 3; round++)
        {
            Run(host, ["iptables-save >/tmp/quai-saved-rules && iptables-restore </tmp/quai-saved-rules && rm /tmp/quai-saved-rules"]);
            Eventually(() => host.Command("iptables", "-S", "FORWARD").Split('\n').Count(l => l.Contains("for quai", StringComparison.Ordinal)) == 1);
        }

        host.Release("a");
        host.Host.Await(() => host.Service.DestroyAsync(CancellationToken.None));
        Assert.DoesNotContain("for quai", host.Command("iptables", "-S"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stranger_passes_no_more_than_before()
    {
        using var host = new TestHost(before: h => Run(h, ["sysctl -qw net.ipv4.ip_forward=1", "iptables -P FORWARD DROP", "ip link add lan0 type bridge", "ip addr add 203.0.113.1/24 dev lan0", "ip link set lan0 up"]));
        host.Run("a");
        TestHost.Command(host.Outside, "ip", "route", "add", "203.0.113.0/24", "via", TestHost.Address);
        Assert.Null(host.Outside.Call("203.0.113.7", 80));
        string chain = host.Command("iptables", "-vnxL", "FORWARD");
        Assert.Matches(@"policy DROP [1-9]\d* packets", chain);
    }

    [Theory]
    [InlineData("nft flush ruleset")]
    [InlineData("nft delete table ip quai")]
    [InlineData("nft flush table ip quai")]
    [InlineData("nft flush map ip quai ports")]
    public void A_flush_is_mended(string command)
    {
        using var host = new TestHost();
        (NamespaceThread sandbox, _) = host.Run("a", new PortRequest(80, "tcp", System.Net.IPAddress.Any, 8080, 8080));
        using var server = sandbox.ServeTcp(80);
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Run(host, [command]);
        var time = Stopwatch.StartNew();
        Eventually(() => host.Outside.Call(TestHost.Address, 8080) == TestHost.OutsideAddress);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, s_patience);
    }

    [Fact]
    public void What_is_right_is_left_alone()
    {
        using var host = new TestHost(before: h => Run(h, ["iptables -P FORWARD DROP"]));
        host.Run("b");
        string before = host.Command("nft", "-a", "list", "table", "ip", "filter");
        host.Restart("b");
        Run(host, ["nft add table ip other", "nft delete table ip other"]);
        // In front of Quai's, which stays the last.
        host.Command("nft", "insert", "rule", "ip", "filter", "FORWARD", "counter");
        host.Run("a");
        string after = host.Command("nft", "-a", "list", "table", "ip", "filter");
        Assert.Equal(Line(before), Line(after));

        static string Line(string table) => table.Split('\n').Single(l => l.Contains("for quai", StringComparison.Ordinal)).Split("accept")[1].Trim();
    }

    [Fact]
    public void What_a_killed_daemon_left_goes()
    {
        using var host = new TestHost(before: h => Run(h, ["iptables -P FORWARD DROP", "nft add rule ip filter FORWARD counter accept comment '\"for quai-gone\"'"]));
        string rules = host.Command("nft", "list", "table", "ip", "filter");
        Assert.DoesNotContain("quai-gone", rules, StringComparison.Ordinal);
        Assert.Contains("\"for quai\"", rules, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_are_read()
    {
        NftListedRule conditional = Rule(1), accept = Rule(2, NftRuleEnd.Accept), drop = Rule(3, NftRuleEnd.Refuse), @return = Rule(4, NftRuleEnd.Return);
        Assert.Equal((false, null), Read(false, conditional));
        Assert.Equal((true, null), Read(true, conditional));
        Assert.Equal((true, 3), Read(false, conditional, drop, accept));
        Assert.Equal((false, null), Read(true, accept, drop));
        Assert.Equal((true, 4), Read(true, @return, accept));
        Assert.Equal((false, null), Read(false, @return, drop));
        Assert.Equal((true, 7), Read(false, conditional, Rule(7, NftRuleEnd.RefuseProtocol), Rule(8, NftRuleEnd.RefuseProtocol), drop));
        Assert.Equal((true, 8), Read(true, Rule(7, NftRuleEnd.RefuseProtocol), conditional, Rule(8, NftRuleEnd.RefuseProtocol)));
        Assert.Equal((false, null), Read(false, Rule(7, NftRuleEnd.RefuseProtocol)));

        Assert.Equal((true, 5), Read(false, Rule(5, NftRuleEnd.Jump, "refuses")));
        Assert.Equal((true, null), Read(true, Rule(5, NftRuleEnd.Jump, "returns")));
        Assert.Equal((false, null), Read(true, Rule(5, NftRuleEnd.Jump, "accepts"), drop));
        Assert.Equal((true, 5), Read(true, Rule(5, NftRuleEnd.Goto, "returns"), accept));
        Assert.Equal((true, null), Read(true, Rule(5, NftRuleEnd.Jump, "loop")));

        (bool, int?) Read(bool drops, params NftListedRule[] rules)
        {
            ForeignChain chain = ForeignChain.Read(drops, rules, name => name switch
            {
                "refuses" => [conditional, drop],
                "accepts" => [accept],
                "returns" => [conditional, @return, drop],
                _ => [Rule(9, NftRuleEnd.Jump, "loop")],
            });
            return (chain.Refuses, (int?)chain.Before);
        }

        static NftListedRule Rule(ulong handle, NftRuleEnd end = NftRuleEnd.None, string? target = null) => new(handle, end, target, "");
    }

    private static void Answers(TestHost host, string which, bool later = false)
    {
        (NamespaceThread sandbox, _) = host.Run("a", new PortRequest(80, "tcp", System.Net.IPAddress.Any, 8080, 8080));
        using var server = sandbox.ServeTcp(80);
        using var outside = host.Outside.ServeTcp(99);
        if (later)
        {
            // It may have been looked at when only a part of it was there.
            Eventually(() => host.Outside.Call(TestHost.Address, 8080) == TestHost.OutsideAddress);
        }

        Assert.True(host.Outside.Reach(TestHost.Address, 8080) == TestHost.OutsideAddress, $"{which}: a published port\n{host.Command("nft", "list", "ruleset")}");
        Assert.True(sandbox.Reach(TestHost.OutsideAddress, 99) == TestHost.Address, $"{which}: the way out");
    }

    private static void Eventually(Func<bool> so)
    {
        var time = Stopwatch.StartNew();
        while (!so())
        {
            Assert.True(time.Elapsed < s_patience, "it did not come to pass");
            Thread.Sleep(20);
        }
    }

    private static void Run(TestHost host, string[] commands)
    {
        foreach (string command in commands)
        {
            Assert.Equal("", host.Command("sh", "-c", command));
        }
    }
}
