using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Xfrm;
using Quai.Networks.Drivers.Overlay;
using Xunit;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Encrypted overlay networks. Where the kernel has no ESP, the tests say what happens then.</summary>
public sealed class EncryptedOverlayTests : IDisposable
{
    private const string Number = "com.docker.network.driver.overlay.vxlanid_list";
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("nobody else is to read this line");

    private readonly string _folder = Directory.CreateTempSubdirectory("quai-overlay-").FullName;
    private readonly string _key;

    public EncryptedOverlayTests() => _key = KeyFile("key", 'a');

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_passes_between_hosts_is_encrypted_and_what_is_not_is_dropped()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        using Wiretap wire = hosts.Listen();
        (NamespaceThread a, Endpoint first, NamespaceThread b, _) = RunBoth(hosts);
        using Socket atA = Injection.Listen(a, 9), atB = Injection.Listen(b, 9);
        for (int i = 0; i < 20; i++)
        {
            a.Run(() => atA.SendTo(s_text, new IPEndPoint(IPAddress.Parse("10.77.0.32"), 9)));
            Assert.Equal(Encoding.ASCII.GetString(s_text), Injection.Next(atB, 5000));
        }

        // In both directions.
        b.Run(() => atB.SendTo(s_text, new IPEndPoint(IPAddress.Parse("10.77.0.16"), 9)));
        Assert.Equal(Encoding.ASCII.GetString(s_text), Injection.Next(atA, 5000));
        Assert.True(wire.Encrypted > 20);
        Assert.Equal(0, wire.Vxlan(4097));
        Assert.False(wire.Saw(s_text));
        Assert.Contains("mtu 1412", TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
        Assert.Contains(" 0% packet loss", TestHost.Command(a, "busybox", "ping", "-c", "1", "-W", "5", "-s", "1384", "10.77.0.32"), StringComparison.Ordinal);

        // By hand from a third, and from the other host itself, past its rules: it is the receiver who does not take it.
        NamespaceThread stranger = hosts.Stranger();
        Injection.Send(stranger, OverlayHosts.AddressOf(0), 4097, first, 9, s_text);
        Assert.Null(Injection.Next(atA));
        TakeRulesAway(hosts[1]);
        Injection.Send(hosts[1].Host, OverlayHosts.AddressOf(0), 4097, first, 9, s_text);
        Assert.Null(Injection.Next(atA));
        Assert.True(wire.Vxlan(4097) >= 2);

        // It is the rule that does it: without it the same datagram arrives.
        TakeRulesAway(hosts[0]);
        Injection.Send(stranger, OverlayHosts.AddressOf(0), 4097, first, 9, s_text);
        Assert.Equal(Encoding.ASCII.GetString(s_text), Injection.Next(atA, 5000));
        hosts[0].Restart("a");
        hosts[1].Restart("b");
        Injection.Send(stranger, OverlayHosts.AddressOf(0), 4097, first, 9, s_text);
        Assert.Null(Injection.Next(atA));
    }

    [Fact]
    public void Nothing_leaves_in_the_clear_when_policies_are_missing()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        using Wiretap wire = hosts.Listen();
        (NamespaceThread a, _, NamespaceThread b, _) = RunBoth(hosts);
        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        hosts[0].Command("ip", "xfrm", "policy", "flush");
        Assert.Null(a.Call("10.77.0.32", 80));
        Assert.Equal(0, wire.Vxlan(4097));

        // Without the rules it would.
        TakeRulesAway(hosts[0]);
        Assert.Null(a.Call("10.77.0.32", 80));
        Assert.True(wire.Vxlan(4097) > 0);

        // The next start makes good what is missing.
        hosts[0].Restart("a");
        using Socket there = Injection.Listen(b, 9), here = Injection.Listen(a, 9);
        a.Run(() => here.SendTo(s_text, new IPEndPoint(IPAddress.Parse("10.77.0.32"), 9)));
        Assert.Equal(Encoding.ASCII.GetString(s_text), Injection.Next(there, 5000));
        Assert.False(wire.Saw(s_text));
    }

    [Fact]
    public async Task Rules_that_somebody_takes_away_come_back()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        (NamespaceThread a, _, NamespaceThread b, _) = RunBoth(hosts);
        using TcpListener atB = b.ServeTcp(80);
        hosts[0].Command("nft", "flush", "ruleset");
        DateTime until = DateTime.UtcNow.AddSeconds(30);
        while (!hosts[0].Command("nft", "list", "ruleset").Contains("quai-overlay-4097", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < until, "the rules do not come back");
            await Task.Delay(50);
        }

        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
    }

    [Fact]
    public void Networks_of_the_same_port_in_the_clear_go_on()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        using Wiretap wire = hosts.Listen();
        (NamespaceThread a, _, NamespaceThread b, _) = RunBoth(hosts);
        using TcpListener atB = b.ServeTcp(80);
        for (int i = 0; i < 2; i++)
        {
            TestHost host = hosts[i];
            var request = new NetworkRequest("plain", "overlay")
            {
                Options = new Dictionary<string, string> { ["quai.overlay.local"] = OverlayHosts.AddressOf(i), ["quai.overlay.peers"] = OverlayHosts.AddressOf(1 - i), [Number] = "4098" },
                Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.78.0.0/24", $"10.78.0.{16 * (i + 1)}/28", null, null)] },
            };
            host.Host.Await(() => host.Service.CreateAsync(request, CancellationToken.None));
        }

        (NamespaceThread c, _) = hosts[0].Run("c", hosts[0].Service.Resolve("plain"));
        (NamespaceThread d, _) = hosts[1].Run("d", hosts[1].Service.Resolve("plain"));
        using TcpListener atD = d.ServeTcp(80);
        Assert.Equal("10.78.0.16", OverlayHosts.Call(c, "10.78.0.32", 80));
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        Assert.True(wire.Vxlan(4098) > 0);
        Assert.Equal(0, wire.Vxlan(4097));
    }

    [Fact]
    public void Hosts_with_different_keys_do_not_understand_each_other_until_both_have_the_same()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        hosts.Create(0, [1], ("encrypted", ""), ("quai.overlay.key", _key));
        string other = KeyFile("other", 'b');
        hosts.Create(1, [0], ("encrypted", "true"), ("quai.overlay.key", other));
        (NamespaceThread a, _) = hosts[0].Run("a", hosts[0].Service.Resolve("over"));
        (NamespaceThread b, _) = hosts[1].Run("b", hosts[1].Service.Resolve("over"));
        using TcpListener atB = b.ServeTcp(80);
        Assert.Null(a.Call("10.77.0.32", 80));
        File.WriteAllText(other, File.ReadAllText(_key));
        hosts[1].Restart("b");
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));

        // Of the other key nothing is left.
        Assert.Equal(2, States(hosts, 1).Count);
    }

    [Fact]
    public void A_state_that_has_sent_half_of_what_it_may_is_made_anew_while_containers_talk()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        (NamespaceThread a, _, NamespaceThread b, _) = RunBoth(hosts);
        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        IPAddress here = IPAddress.Parse(OverlayHosts.AddressOf(0)), there = IPAddress.Parse(OverlayHosts.AddressOf(1));
        var settings = new OverlaySettings(4097, here);
        var keys = new OverlayKeys(OverlayKey.Read(_key), []);
        XfrmState[] before = [.. States(hosts, 0)];
        Assert.All(before, s => Assert.True(s.Packets > 2));
        using TunnelSecurity security = hosts[0].Host.Run(() => new TunnelSecurity());
        security.Renew(settings, [there], keys, spent: 1UL << 31);
        Assert.All(States(hosts, 0), s => Assert.True(s.Packets > 2));
        security.Renew(settings, [there], keys, spent: 2);
        XfrmState[] after = [.. States(hosts, 0)];
        Assert.Equal(before.Select(s => s.Spi).Order(), after.Select(s => s.Spi).Order());
        Assert.True(after.Single(s => s.Source.Equals(here)).Packets < 3);
        Assert.True(after.Single(s => s.Source.Equals(there)).Packets > 2);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
    }

    [Fact]
    public void The_key_is_nowhere_but_in_its_file_and_a_removal_leaves_nothing()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        Network network = hosts.Create(0, [1], ("encrypted", ""), ("quai.overlay.key", _key));
        string digits = File.ReadAllText(_key).Trim();
        Assert.DoesNotContain(network.Options, o => o.Value.Contains(digits, StringComparison.Ordinal));
        Assert.DoesNotContain(digits, hosts[0].Command("ip", "xfrm", "state"), StringComparison.Ordinal);
        Assert.Equal(2, States(hosts, 0).Count);
        int before = hosts[0].HostLinks().Count;
        hosts[0].Restart();
        Assert.Equal((2, before), (States(hosts, 0).Count, hosts[0].HostLinks().Count));

        hosts[0].Host.Await(() => hosts[0].Service.RemoveAsync(network.Id, CancellationToken.None));
        Assert.Empty(States(hosts, 0));
        Assert.Equal("", hosts[0].Command("ip", "xfrm", "policy"));
        Assert.DoesNotContain("quai-overlay", hosts[0].Command("nft", "list", "ruleset").Replace("quai-claim-overlay", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(hosts[0].HostLinks(), l => l.Kind == "vxlan" || l.Name.StartsWith("ov-", StringComparison.Ordinal));
    }

    [Fact]
    public void Hosts_talk_by_IPv6()
    {
        using var hosts = new OverlayHosts();
        if (Refused(hosts))
        {
            return;
        }

        for (int i = 0; i < 2; i++)
        {
            hosts.Create(i, OverlayHosts.Address6Of(i), [OverlayHosts.Address6Of(1 - i)], ("encrypted", ""), ("quai.overlay.key", _key));
        }

        (NamespaceThread a, _) = hosts[0].Run("a", hosts[0].Service.Resolve("over"));
        (NamespaceThread b, _) = hosts[1].Run("b", hosts[1].Service.Resolve("over"));
        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        Assert.Contains("mtu 1392", TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
        Assert.True(States(hosts, 0).TrueForAll(s => s.Packets > 0));
        hosts[0].Command("ip", "-6", "xfrm", "policy", "flush");
        Assert.Null(a.Call("10.77.0.32", 80));
    }

    /// <summary>Takes the rules away for as long as the daemon is away, which would write them anew.</summary>
    private static void TakeRulesAway(TestHost host)
    {
        host.Host.Run(host.Service.Dispose);
        Assert.Equal("", host.Command("nft", "delete", "table", "ip", "quai-overlay-4097"));
    }

    private static List<XfrmState> States(OverlayHosts hosts, int index) => hosts[index].Host.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_XFRM);
        return XfrmStates.List(socket);
    });

    private string KeyFile(string name, char digit)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, new string(digit, 64) + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Whether the kernel cannot encrypt, and what is said then.</summary>
    private bool Refused(OverlayHosts hosts)
    {
        if (hosts.CanEncrypt())
        {
            return false;
        }

        QuaiException e = Assert.Throws<QuaiException>(() => hosts.Create(0, [1], ("encrypted", ""), ("quai.overlay.key", _key), (Number, "1")));
        Assert.StartsWith("this host's kernel ", e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.System, e.Kind);
        Assert.DoesNotContain(hosts[0].Service.List(), n => n.Driver == "overlay");
        Assert.DoesNotContain(hosts[0].HostLinks(), l => l.Kind == "vxlan" || l.Name.StartsWith("ov-", StringComparison.Ordinal));
        Assert.DoesNotContain("quai-overlay", hosts[0].Command("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.Equal("", hosts[0].Command("ip", "xfrm", "policy"));
        return true;
    }

    private (NamespaceThread A, Endpoint First, NamespaceThread B, Endpoint Second) RunBoth(OverlayHosts hosts)
    {
        hosts.Create(0, [1], ("encrypted", ""), ("quai.overlay.key", _key));
        hosts.Create(1, [0], ("encrypted", ""), ("quai.overlay.key", _key));
        (NamespaceThread a, Endpoint first) = hosts[0].Run("a", hosts[0].Service.Resolve("over"));
        (NamespaceThread b, Endpoint second) = hosts[1].Run("b", hosts[1].Service.Resolve("over"));
        return (a, first, b, second);
    }
}
