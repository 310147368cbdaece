using Quai.Errors;
using Quai.Metadata;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>The host's side of a bridge, and whose it is.</summary>
public sealed class ClosedBridgeTests
{
    [Fact]
    public void The_bridge_has_no_IPv6_and_takes_no_settings()
    {
        using var host = new TestHost();
        (NamespaceThread box, Endpoint endpoint) = host.Run("a");
        AssertClosed(host);
        Assert.Equal("0", Setting(host.Host, "ipv4", endpoint.HostInterface, "accept_redirects"));
        Assert.Equal("1", Setting(host.Host, "ipv4", endpoint.HostInterface, "rp_filter"));
        Assert.Equal("0", Setting(host.Host, "ipv4", endpoint.HostInterface, "route_localnet"));
        Assert.Contains("group 7825", host.Command("ip", "link", "show", endpoint.HostInterface), StringComparison.Ordinal);
        Assert.Contains("group_fwd_mask 0xfffd", host.Command("ip", "-d", "link", "show", endpoint.HostInterface), StringComparison.Ordinal);
        Assert.Equal("1", Setting(box, "ipv6", "eth0", "disable_ipv6"));
        Assert.Equal("0", Setting(box, "ipv6", "lo", "disable_ipv6"));
    }

    [Fact]
    public void What_an_earlier_version_left_is_mended()
    {
        using var host = new TestHost();
        (_, Endpoint endpoint) = host.Run("a");
        foreach (string setting in (string[])["disable_ipv6=0", "accept_ra=1", "accept_redirects=1"])
        {
            host.Command("sysctl", "-qw", $"net.ipv6.conf.quai0.{setting}");
        }

        host.Command("ip", "link", "set", "quai0", "group", "0", "alias", "");
        host.Command("ip", "addr", "add", "2001:db8:7::1/64", "dev", "quai0");
        host.Command("ip", "link", "set", endpoint.HostInterface, "group", "0");
        host.Command("sysctl", "-qw", $"net.ipv4.conf.{endpoint.HostInterface}.rp_filter=0");
        host.Restart("a");
        AssertClosed(host);
        Assert.DoesNotContain("2001:db8:7", host.Command("ip", "addr"), StringComparison.Ordinal);
        Assert.Contains("group 7824", host.Command("ip", "link", "show", "quai0"), StringComparison.Ordinal);
        Assert.Contains("group 7825", host.Command("ip", "link", "show", endpoint.HostInterface), StringComparison.Ordinal);
        Assert.Equal("1", Setting(host.Host, "ipv4", endpoint.HostInterface, "rp_filter"));
    }

    [Fact]
    public void An_adopted_bridge_is_closed_unless_it_leads_elsewhere()
    {
        NetworkOptions options = new() { Bridge = "mine0", BridgeAddress = "10.231.11.1/24" };
        using (var host = new TestHost(options, h => h.Command("ip", "link", "add", "mine0", "type", "bridge")))
        {
            Assert.Equal("0", Setting(host.Host, "ipv6", "mine0", "accept_ra"));
            Assert.Equal("0", Setting(host.Host, "ipv6", "mine0", "disable_ipv6"));
            host.Run("a");
            host.Restart("a");
            Assert.Equal("0", Setting(host.Host, "ipv6", "mine0", "accept_ra"));
        }

        using (var host = new TestHost(options, h =>
        {
            h.Command("ip", "link", "add", "mine0", "type", "bridge");
            h.Command("ip", "link", "set", "out0", "master", "mine0");
        }))
        {
            Assert.Equal("1", Setting(host.Host, "ipv6", "mine0", "accept_ra"));
        }

        using (var host = new TestHost(options, h =>
        {
            h.Command("ip", "link", "add", "mine0", "up", "type", "bridge");
            h.Command("ip", "addr", "add", "2001:db8::1/64", "dev", "mine0");
        }))
        {
            Assert.Equal("1", Setting(host.Host, "ipv6", "mine0", "accept_ra"));
            Assert.Contains("2001:db8::1", host.Command("ip", "addr"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packets_of_loopback_are_routed_over_the_bridge_only_where_rules_guard_it()
    {
        using var host = new TestHost();
        Assert.Equal("1", Setting(host.Host, "ipv4", "quai0", "route_localnet"));
        host.Options = host.Options with { Firewall = false };
        host.Restart();
        Assert.Equal("0", Setting(host.Host, "ipv4", "quai0", "route_localnet"));
    }

    [Fact]
    public void A_bridge_and_a_table_belong_to_one_daemon_whether_it_runs_or_not()
    {
        using var host = new TestHost(new NetworkOptions { BridgeAddress = "10.231.7.1/24", TableName = "first", Owner = "/srv/first" });
        Assert.Equal(
            "bridge quai0 is used by another quaid in this network namespace: give this one a bridge of its own with --bridge",
            Refused(host, new() { BridgeAddress = "10.231.9.1/24", TableName = "second", Owner = "/srv/second" }));
        Assert.StartsWith("nftables table first is used by another quaid", Refused(host, new() { Bridge = "second0", TableName = "first", Owner = "/srv/first" }), StringComparison.Ordinal);
        Assert.Contains("alias quaid /srv/first", host.Command("ip", "link", "show", "quai0"), StringComparison.Ordinal);

        host.Host.Run(host.Service.Dispose);
        Assert.StartsWith(
            "bridge quai0 belongs to the quaid whose data root is /srv/first:",
            Refused(host, new() { BridgeAddress = "10.231.9.1/24", TableName = "second", Owner = "/srv/second" }),
            StringComparison.Ordinal);

        // A data root that was moved takes its bridge and its table along.
        host.Options = host.Options with { TableName = "moved", Owner = "/srv/moved" };
        host.Restart();
        Assert.Contains("alias quaid /srv/moved", host.Command("ip", "link", "show", "quai0"), StringComparison.Ordinal);
        Assert.DoesNotMatch("table ip6? first\n", host.Command("nft", "list", "tables"));
        Assert.Matches("table ip moved\n", host.Command("nft", "list", "tables"));
    }

    [Fact]
    public void A_table_that_an_earlier_version_named_after_the_bridge_goes()
    {
        using var host = new TestHost(new NetworkOptions { Bridge = "my0", BridgeAddress = "10.231.7.1/24", TableName = "quai-0123" });
        host.Command("nft", "add", "table", "ip", "quai-my0");
        host.Restart();
        Assert.Contains("table ip quai-my0\n", host.Command("nft", "list", "tables"), StringComparison.Ordinal);
        Assert.Equal(1, host.Host.Await(() => host.Database.WriteAsync(c => c.Run("DELETE FROM network_facts WHERE name='tables'"))));
        host.Restart();
        Assert.DoesNotContain("table ip quai-my0\n", host.Command("nft", "list", "tables"), StringComparison.Ordinal);
        Assert.Contains("table ip quai-0123\n", host.Command("nft", "list", "tables"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_is_named_after_the_data_root()
    {
        Assert.Equal("quai", NetworkOptions.TableNameOf("/var/lib/quai/"));
        Assert.Matches("^quai-[0-9a-f]{12}$", NetworkOptions.TableNameOf("/srv/quai"));
        Assert.NotEqual(NetworkOptions.TableNameOf("/srv/quai"), NetworkOptions.TableNameOf("/srv/quai2"));
    }

    private static string Refused(TestHost host, NetworkOptions options)
    {
        using var database = new TemporaryDatabase();
        using NetworkService second = host.Host.Run(() => NetworkService.Open(database.Database, options));
        string rules = host.Command("nft", "list", "table", "ip", "first");
        QuaiException refused = Assert.ThrowsAny<QuaiException>(() => host.Host.Await(() => second.RecoverAsync(new HashSet<string>(), CancellationToken.None)));
        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        Assert.Equal(rules, host.Command("nft", "list", "table", "ip", "first"));
        return refused.Message;
    }

    private static void AssertClosed(TestHost host)
    {
        Assert.Equal("1", Setting(host.Host, "ipv6", "quai0", "disable_ipv6"));
        Assert.Equal("0", Setting(host.Host, "ipv6", "quai0", "accept_ra"));
        Assert.Equal("0", Setting(host.Host, "ipv6", "quai0", "accept_redirects"));
        Assert.Equal("0", Setting(host.Host, "ipv4", "quai0", "accept_redirects"));
        Assert.Equal("0", Setting(host.Host, "ipv4", "quai0", "send_redirects"));
    }

    private static string Setting(NamespaceThread where, string family, string link, string setting) =>
        where.Run(() => File.ReadAllText($"/proc/sys/net/{family}/conf/{link}/{setting}")).Trim();
}
