using System.Net;
using System.Net.Sockets;
using Quai.Networks.Firewalls;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>A host with two networks of its own, 198.51.100.0/24 and 192.0.2.0/24: whose packets it forwards once containers need forwarding.</summary>
public sealed class ForwardingTests
{
    private const string LanAddress = "192.0.2.2";

    private static readonly NetworkOptions s_usual = new() { BridgeAddress = "10.231.7.1/24" };

    [Fact]
    public void The_host_forwards_for_containers_and_for_nobody_else()
    {
        using Site site = new(forwarding: false);
        Assert.Equal("1", site.ForwardingOf());
        site.AssertGuarded();
        site.Host.Restart("a");
        site.AssertGuarded();

        // What is lost of the rules is written anew, whoever remembers.
        site.Host.Command("nft", "flush", "ruleset");
        Assert.True(site.OutsideReachesLan());
        site.Host.Restart("a");
        site.AssertGuarded();
    }

    [Fact]
    public void A_host_that_was_a_router_stays_one()
    {
        using Site site = new(forwarding: true);
        Assert.True(site.OutsideReachesLan());
        site.Host.Restart("a");
        Assert.True(site.OutsideReachesLan());
    }

    [Fact]
    public void An_interface_that_forwarded_already_goes_on()
    {
        using Site site = new(forwarding: false, host => host.Command("sysctl", "-qw", "net.ipv4.conf.out0.forwarding=1"));
        Assert.True(site.OutsideReachesLan());
        Assert.Null(site.LanCallsOutside());
    }

    [Fact]
    public void Who_wants_a_router_can_have_one()
    {
        using Site site = new(forwarding: false, options: s_usual with { IpForwardNoDrop = true });
        Assert.True(site.OutsideReachesLan());
        site.Host.Options = s_usual;
        site.Host.Restart("a");
        site.AssertGuarded();
    }

    [Fact]
    public async Task What_is_recorded_of_another_place_is_of_no_account()
    {
        using Site site = new(forwarding: false);
        ForwardGuard guard = ForwardGuard.Parse(site.Host.Database.Read(c => NetworkTables.Fact(c, "forwarding")))!;
        Assert.Equal(["lan0", "out0"], guard.Earlier.Order());
        await site.Host.Database.WriteAsync(c => NetworkTables.PutFact(c, "forwarding", (guard with { Place = "another boot" }).ToString()));
        site.Host.Restart("a");
        Assert.True(site.OutsideReachesLan());
    }

    [Fact]
    public void Without_rules_forwarding_is_turned_on_only_when_insisted_on()
    {
        using Site site = new(forwarding: false, options: s_usual with { Firewall = false });
        Assert.Equal("0", site.ForwardingOf());
        site.Host.Options = s_usual with { Firewall = false, IpForwardInsisted = true };
        site.Host.Restart();
        Assert.Equal("1", site.ForwardingOf());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Other_engines_containers_work(bool filtersBridgedTraffic)
    {
        using Site site = new(forwarding: false, host => host.FilterBridgedTraffic(filtersBridgedTraffic));
        TestHost host = site.Host;
        using var theirs = new NamespaceThread();

        // As dockerd that is started later makes them: it finds forwarding on.
        host.Command("ip", "link", "add", "docker0", "type", "bridge");
        host.Command("ip", "addr", "add", "172.30.0.1/24", "dev", "docker0");
        host.Command("ip", "link", "set", "docker0", "up");
        Attach(host, "docker0", theirs, "172.30.0.2/24", "172.30.0.1");
        host.Command("nft", "add table ip docker; add chain ip docker post { type nat hook postrouting priority 100; }; add rule ip docker post ip saddr 172.30.0.0/24 oifname != docker0 masquerade");
        host.Command("nft", "add chain ip docker pre { type nat hook prerouting priority -100; }; add rule ip docker pre tcp dport 9090 fib daddr type local dnat to 172.30.0.2:80");
        using TcpListener outside = host.Outside.ServeTcp(90);
        using TcpListener server = theirs.ServeTcp(80);
        Assert.Equal(TestHost.Address, Reach(theirs, TestHost.OutsideAddress, 90));
        Assert.NotNull(Reach(host.Outside, TestHost.Address, 9090));
        Assert.Null(host.Outside.Call("172.30.0.2", 80));
        site.AssertGuarded();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_stays_within_a_bridge_of_others_is_not_forwarding(bool filtersBridgedTraffic)
    {
        using var one = new NamespaceThread();
        using var two = new NamespaceThread();
        using Site site = new(forwarding: false, host =>
        {
            host.FilterBridgedTraffic(filtersBridgedTraffic);
            host.Command("ip", "link", "add", "virbr0", "type", "bridge");
            host.Command("ip", "addr", "add", "172.31.0.1/24", "dev", "virbr0");
            host.Command("ip", "link", "set", "virbr0", "up");
            Attach(host, "virbr0", one, "172.31.0.2/24", "172.31.0.1");
            Attach(host, "virbr0", two, "172.31.0.3/24", "172.31.0.1");
        });
        site.Host.Restart("a");
        using TcpListener server = two.ServeTcp(80);
        Assert.NotNull(Reach(one, "172.31.0.3", 80));

        // By way of the host, though: that is forwarding.
        TestHost.Command(one, "ip", "route", "add", "172.31.0.3/32", "via", "172.31.0.1");
        TestHost.Command(two, "ip", "route", "add", "172.31.0.2/32", "via", "172.31.0.1");
        Assert.Null(one.Call("172.31.0.3", 80));
        Assert.Null(one.Call(LanAddress, 80));
    }

    [Fact]
    public void Another_quaid_works_beside_the_one_that_turned_forwarding_on()
    {
        using Site site = new(forwarding: false);
        TestHost host = site.Host;
        using var database = new TemporaryDatabase();
        var options = new NetworkOptions { Bridge = "second0", TableName = "second", BridgeAddress = "10.231.9.1/24" };
        using NetworkService second = host.Host.Run(() => NetworkService.Open(database.Database, options));
        host.Host.Await(() => second.RecoverAsync(new HashSet<string>(), CancellationToken.None));
        Endpoint other = host.Host.Await(() => second.ConnectAsync(new EndpointRequest("x", second.Resolve("bridge").Id, null, null, [new(80, "tcp", IPAddress.Any, 8090, 8090)]), CancellationToken.None));
        var box = host.Own(new NamespaceThread());
        host.Connect(box, SandboxSetup.Of([other]));
        host.Host.Await(() => second.PublishAsync(other, CancellationToken.None));
        using TcpListener server = box.ServeTcp(80), outside = host.Outside.ServeTcp(90);
        Assert.NotNull(Reach(host.Outside, TestHost.Address, 8090));
        Assert.Equal(TestHost.Address, Reach(box, TestHost.OutsideAddress, 90));
        site.AssertGuarded();
        host.Host.Await(() => second.DestroyAsync(CancellationToken.None));
        site.AssertGuarded();

        // The guard outlives what it came with.
        host.Host.Await(() => host.Service.DestroyAsync(CancellationToken.None));
        Assert.Null(site.OutsideCallsLan());
    }

    /// <summary>Calls until it is answered: the first packet over a bridge's new port may be lost.</summary>
    private static string? Reach(NamespaceThread from, string address, int port)
    {
        string? answer = null;
        for (int i = 0; i < 10 && answer is null; i++)
        {
            answer = from.Call(address, port);
        }

        return answer;
    }

    private static void Attach(TestHost host, string bridge, NamespaceThread box, string address, string gateway)
    {
        string name = "t" + Guid.NewGuid().ToString("n")[..8];
        host.Command("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", $"/proc/{Environment.ProcessId}/fd/{box.Namespace.Number}");
        host.Command("ip", "link", "set", name, "master", bridge, "up");
        TestHost.Command(box, "ip", "link", "set", "eth0", "up");
        TestHost.Command(box, "ip", "addr", "add", address, "dev", "eth0");
        TestHost.Command(box, "ip", "route", "add", "default", "via", gateway);
    }

    /// <summary>A host between two networks, with a container that serves port 80, published as 8080.</summary>
    private sealed class Site : IDisposable
    {
        private readonly NamespaceThread _lan = new();
        private readonly NamespaceThread _container;
        private readonly List<TcpListener> _servers = [];

        public Site(bool forwarding, Action<TestHost>? before = null, NetworkOptions? options = null)
        {
            Host = new TestHost(options ?? s_usual, host =>
            {
                host.Command("sysctl", "-qw", $"net.ipv4.ip_forward={(forwarding ? 1 : 0)}");
                host.Command("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", $"/proc/{Environment.ProcessId}/fd/{_lan.Namespace.Number}");
                host.Command("ip", "addr", "add", "192.0.2.1/24", "dev", "lan0");
                host.Command("ip", "link", "set", "lan0", "up");
                before?.Invoke(host);
            });
            TestHost.Command(_lan, "ip", "link", "set", "eth0", "up");
            TestHost.Command(_lan, "ip", "addr", "add", $"{LanAddress}/24", "dev", "eth0");
            TestHost.Command(_lan, "ip", "route", "add", "default", "via", "192.0.2.1");
            (_container, _) = Host.Run("a", new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080));
            _servers.Add(_container.ServeTcp(80));
            _servers.Add(_lan.ServeTcp(80));
            _servers.Add(Host.Outside.ServeTcp(81));
        }

        public TestHost Host { get; }

        public string ForwardingOf() => Host.Host.Run(() => File.ReadAllText("/proc/sys/net/ipv4/ip_forward")).Trim();

        public string? OutsideCallsLan() => Host.Outside.Call(LanAddress, 80);

        /// <summary>Whether it comes through, with patience.</summary>
        public bool OutsideReachesLan() => Reach(Host.Outside, LanAddress, 80) is not null;

        public string? LanCallsOutside() => _lan.Call(TestHost.OutsideAddress, 81);

        public void AssertGuarded()
        {
            Assert.Null(OutsideCallsLan());
            Assert.Null(LanCallsOutside());
            Assert.Equal("192.0.2.1", Reach(_container, LanAddress, 80));
            Assert.Equal(LanAddress, Reach(_lan, "192.0.2.1", 8080));
            Assert.Equal(TestHost.OutsideAddress, Reach(Host.Outside, TestHost.Address, 8080));
        }

        public void Dispose()
        {
            _servers.ForEach(s => s.Dispose());
            Host.Dispose();
            _lan.Dispose();
        }
    }
}
