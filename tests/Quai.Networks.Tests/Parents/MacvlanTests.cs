using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests.Parents;

/// <summary>Networks upon <c>out0</c> of the test host, whose other end is outside: containers there are the outside's neighbours.</summary>
public sealed class MacvlanTests
{
    private const string Parent = "out0";

    [Fact]
    public void Containers_are_neighbours_of_the_outside_and_of_each_other()
    {
        using var host = new TestHost();
        Network net = Create(host, "lan", "198.51.100.0/24", ("parent", Parent));
        Assert.Null(net.Interface);
        (NamespaceThread a, Endpoint first) = Run(host, "a", net, "198.51.100.20");
        (NamespaceThread b, Endpoint second) = Run(host, "b", net);
        using TcpListener atB = b.ServeTcp(80), outside = host.Outside.ServeTcp(90);
        Assert.Equal("198.51.100.20", a.Reach(second.IPv4!.Address.ToString(), 80));
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(second.IPv4.Address.ToString(), 80));
        Assert.Equal("198.51.100.20", a.Reach(TestHost.OutsideAddress, 90));

        // As with every macvlan, only the host itself is no neighbour.
        using TcpListener atHost = host.Host.ServeTcp(91);
        Assert.Null(a.Call(TestHost.Address, 91));
        string link = TestHost.Command(a, "ip", "-d", "link", "show", "eth0");
        Assert.Contains(first.MacAddress, link, StringComparison.Ordinal);
        Assert.Contains("macvlan mode bridge", link, StringComparison.Ordinal);
        Assert.Contains("default via 198.51.100.1 dev eth0", TestHost.Command(a, "ip", "route"), StringComparison.Ordinal);
        Assert.DoesNotContain("inet6", TestHost.Command(a, "ip", "addr", "show", "eth0"), StringComparison.Ordinal);
        Assert.DoesNotContain(host.HostLinks(), l => l.Kind == "macvlan");
    }

    [Fact]
    public void In_mode_private_they_do_not_reach_each_other()
    {
        using var host = new TestHost();
        Network net = Create(host, "lan", "198.51.100.0/24", ("parent", Parent), ("macvlan_mode", "private"), ("com.docker.network.driver.mtu", "1300"));
        (NamespaceThread a, _) = Run(host, "a", net, "198.51.100.20");
        (NamespaceThread b, Endpoint second) = Run(host, "b", net);
        using TcpListener atB = b.ServeTcp(80), outside = host.Outside.ServeTcp(90);
        Assert.Null(a.Call(second.IPv4!.Address.ToString(), 80));
        Assert.Equal("198.51.100.20", a.Reach(TestHost.OutsideAddress, 90));
        Assert.Contains("mtu 1300", TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_joins_and_leaves_while_it_runs_and_what_is_recorded_is_there_after_a_restart()
    {
        using var host = new TestHost();
        Network lan = Create(host, "lan", "198.51.100.0/24", ("parent", Parent)), other = Create(host, "other", "198.51.101.0/24", ("parent", Parent));
        (NamespaceThread a, Endpoint first) = Run(host, "a", lan, "198.51.100.20");
        Endpoint second = Lease(host, "a", other);
        host.Connect(a, SandboxSetup.Joined(second, host.Service.EndpointsOf("a")));
        Assert.Contains("eth1", TestHost.Command(a, "ip", "link"), StringComparison.Ordinal);

        host.Restart("a");
        Endpoint[] again = [.. host.Service.EndpointsOf("a")];
        Assert.Equal([(first.Id, first.Interface, first.MacAddress), (second.Id, second.Interface, second.MacAddress)], again.Select(e => (e.Id, e.Interface, e.MacAddress)));

        // Taken out twice is taken out: the daemon may die in between.
        for (int i = 0; i < 2; i++)
        {
            host.Connect(a, new SandboxSetup(again[1].Setup.Removal));
            Assert.DoesNotContain("eth1", TestHost.Command(a, "ip", "link"), StringComparison.Ordinal);
        }

        host.Host.Await(() => host.Service.DisconnectAsync(again[1], CancellationToken.None));
        Assert.Equal(first.Id, Assert.Single(host.Service.EndpointsOf("a")).Id);
        host.Host.Await(() => host.Service.RemoveAsync(other.Id, CancellationToken.None));
        Assert.Throws<NetworkInUseException>(() => host.Host.Await(() => host.Service.RemoveAsync(lan.Id, CancellationToken.None)));

        host.Restart();
        Assert.Empty(host.Service.EndpointsOf("a"));
        host.Host.Await(() => host.Service.RemoveAsync(lan.Id, CancellationToken.None));
        Assert.Contains(host.HostLinks(), l => l.Name == Parent);
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("passthru")]
    public async Task What_a_container_that_has_ended_holds_yet_is_awaited(string mode)
    {
        using var host = new TestHost();
        Network net = Create(host, "lan", "198.51.100.0/24", ("parent", "spare0"), ("macvlan_mode", mode));
        var ending = new NamespaceThread();
        host.Connect(ending, SandboxSetup.Of([Lease(host, "a", net, mac: "02:00:00:00:00:77")]));
        NamespaceThread next = host.Own(new NamespaceThread());
        SandboxSetup setup = SandboxSetup.Of([Lease(host, "b", net, mac: "02:00:00:00:00:77")]);
        var connecting = Task.Run(() => host.Connect(next, setup));
        Assert.NotSame(connecting, await Task.WhenAny(connecting, Task.Delay(200)));
        ending.Dispose();
        await connecting;
        Assert.Contains("02:00:00:00:00:77", TestHost.Command(next, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_not_published_and_an_internal_network_has_no_default_route()
    {
        using var host = new TestHost();
        Network lan = Create(host, "lan", "198.51.100.0/24", ("parent", Parent)), closed = Create(host, "closed", "198.51.101.0/24", true, ("parent", Parent));
        Endpoint endpoint = host.Host.Await(() => host.Service.ConnectAsync(
            new EndpointRequest("a", lan.Id, null, null, [new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080)]), CancellationToken.None));
        Assert.Empty(endpoint.Ports);
        (NamespaceThread b, _) = Run(host, "b", closed);
        Assert.DoesNotContain("default", TestHost.Command(b, "ip", "route"), StringComparison.Ordinal);

        // As in Docker, what leads nowhere needs no gateway, and its address is a container's.
        Assert.Equal("198.51.101.1", TestHost.Command(b, "ip", "-o", "-4", "addr", "show", "eth0").Split("inet ")[1].Split('/')[0]);
    }

    [Fact]
    public void With_ipv6_both_addresses_are_there_at_once_and_nothing_that_neighbours_announce()
    {
        using var host = new TestHost();
        Network net = host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("lan", "macvlan")
            {
                EnableIPv6 = true,
                Options = new Dictionary<string, string> { ["parent"] = Parent },
                Attributes = new NetworkAttributes { Asked = [new AskedSubnet("198.51.100.0/24"), new AskedSubnet("fd00:7::/64")] },
            },
            CancellationToken.None));
        (NamespaceThread a, Endpoint first) = Run(host, "a", net, "198.51.100.20");
        (NamespaceThread b, Endpoint second) = Run(host, "b", net);
        Assert.Equal(("fd00:7::2", "fd00:7::3"), (first.IPv6!.Address.ToString(), second.IPv6!.Address.ToString()));
        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("fd00:7::2", a.Reach("fd00:7::3", 80));
        string shown = TestHost.Command(a, "ip", "addr", "show", "eth0");
        Assert.Contains("inet 198.51.100.20/24 brd 198.51.100.255", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("tentative", shown, StringComparison.Ordinal);
        Assert.Equal(2, shown.Split("inet6").Length - 1);
        Assert.Contains("default via fd00:7::1 dev eth0", TestHost.Command(a, "ip", "-6", "route"), StringComparison.Ordinal);
        Assert.Equal("0", a.Run(() => File.ReadAllText("/proc/sys/net/ipv6/conf/eth0/accept_ra")).Trim());
    }

    [Fact]
    public void A_network_may_have_several_subnets()
    {
        using var host = new TestHost();
        Network net = host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("lan", "macvlan")
            {
                Options = new Dictionary<string, string> { ["parent"] = Parent },
                Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.231.40.0/30"), new AskedSubnet("10.231.41.0/24", Gateway: "10.231.41.9")] },
            },
            CancellationToken.None));
        Assert.Equal(("10.231.40.2", "10.231.40.1"), Addresses(Lease(host, "a", net)));
        Assert.Equal(("10.231.41.1", "10.231.41.9"), Addresses(Lease(host, "b", net)));
        Assert.Equal(("10.231.41.77", "10.231.41.9"), Addresses(Lease(host, "c", net, "10.231.41.77")));
        host.Release("a");
        Assert.Equal(("10.231.40.2", "10.231.40.1"), Addresses(Lease(host, "d", net, "10.231.40.2")));
    }

    [Fact]
    public void One_without_a_subnet_gets_one_that_is_free()
    {
        using var host = new TestHost();
        Network net = host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest("lan", "macvlan") { Options = new Dictionary<string, string> { ["parent"] = Parent } }, CancellationToken.None));
        Assert.Equal("172.17.0.0/16", net.Subnets[0].Prefix.ToString());
    }

    [Theory]
    [InlineData("macvlan_mode=foo,parent=out0", "requested macvlan mode 'foo' is not valid, 'bridge' mode is the macvlan driver default")]
    [InlineData("parent=nosuch", "invalid subinterface vlan name nosuch, example formatting is eth0.10")]
    [InlineData("parent=nosuch.5", "-o parent interface was not found on the host: nosuch")]
    [InlineData("parent=out0.0", "vlan id must be between 1-4094, received: 0")]
    [InlineData("parent=out0.4095", "vlan id must be between 1-4094, received: 4095")]
    [InlineData("parent=out0.x", "unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10)")]
    [InlineData("parent=out0.1.2", "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received out0.1.2")]
    [InlineData("parent=lo", "loopback interface is not a valid macvlan parent link")]
    [InlineData("parent=a-name-that-is-too-long.5", "-o parent interface was not found on the host: a-name-that-is-too-long")]
    [InlineData("parent=taken0", "macvlan network ID is already using parent interface taken0 in mode passthru")]
    [InlineData("parent=taken0,macvlan_mode=passthru", "cannot use mode passthru, macvlan network ID is already using parent interface taken0")]
    public void What_cannot_be_is_refused_in_dockers_words_and_leaves_nothing(string options, string words)
    {
        using var host = new TestHost();
        Network taken = Create(host, "taken", "10.231.50.0/24", ("parent", "taken0"), ("macvlan_mode", "passthru"));
        (string, string)[] pairs = [.. options.Split(',').Select(o => (o.Split('=')[0], o.Split('=')[1]))];
        string[] before = [.. host.HostLinks().Select(l => l.Name)];
        QuaiException refused = Assert.Throws<QuaiException>(() => Create(host, "lan", "10.231.51.0/24", pairs));
        Assert.Equal((ErrorKind.System, words.Replace("ID", taken.Id, StringComparison.Ordinal)), (refused.Kind, refused.Message));
        Assert.DoesNotContain(host.Service.List(), n => n.Name == "lan");
        Assert.Equal(before, host.HostLinks().Select(l => l.Name));
        host.Restart();
        Assert.DoesNotContain(host.Service.List(), n => n.Name == "lan");
    }

    [Fact]
    public void Sub_interfaces_are_made_and_go_with_the_last_network_on_them_or_the_kernel_says_what_it_lacks() => WithMade("vlan", "out0.50", host =>
    {
        Network one = Create(host, "one", "10.231.60.0/24", ("parent", "out0.50")), two = Create(host, "two", "10.231.61.0/24", ("parent", "out0.50"));
        host.Restart();
        host.Host.Await(() => host.Service.RemoveAsync(one.Id, CancellationToken.None));
        Assert.Contains(host.HostLinks(), l => l is { Name: "out0.50", Kind: "vlan", Up: true });
        host.Host.Await(() => host.Service.RemoveAsync(two.Id, CancellationToken.None));
    }, "failed to create out0.50 vlan link: operation not supported");

    [Fact]
    public void Without_a_parent_one_is_made_that_leads_nowhere_or_the_kernel_says_what_it_lacks() => WithMade("dummy", "dm-", host =>
    {
        Network net = Create(host, "one", "10.231.60.0/24");
        Assert.True(net.Attributes.Internal);
        Assert.Contains(host.HostLinks(), l => l.Name == "dm-" + net.Id[..12] && l.Up);
        host.Host.Await(() => host.Service.RemoveAsync(net.Id, CancellationToken.None));
    }, "as no parent is given (-o parent=…): operation not supported");

    [Fact]
    public void A_network_whose_parent_is_gone_says_so_and_can_be_removed()
    {
        using var host = new TestHost();
        Network net = Create(host, "lan", "10.231.60.0/24", ("parent", "spare0"));
        (_, Endpoint endpoint) = Run(host, "a", net);
        Endpoint late = Lease(host, "b", net);
        host.Command("ip", "link", "del", "spare0");
        LinuxException refused = Assert.Throws<LinuxException>(() => host.Connect(host.Own(new NamespaceThread()), SandboxSetup.Of([Lease(host, "c", net)])));
        Assert.Contains("create macvlan interface eth0 on spare0", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Errno.ENODEV, refused.Errno);
        host.Restart("a");
        Assert.Empty(host.Service.EndpointsOf("a"));
        Assert.Contains("network lan is not available on this host", Assert.Throws<QuaiException>(() => Lease(host, "d", net)).Message, StringComparison.Ordinal);
        host.Host.Await(() => host.Service.RemoveAsync(net.Id, CancellationToken.None));
        Assert.NotEqual(endpoint.Id, late.Id);
    }

    private static void WithMade(string kind, string name, Action<TestHost> test, string without)
    {
        using var host = new TestHost();
        host.Command("ip", "link", "add", "link", Parent, "name", "probe.7", "type", kind, "id", "7");
        host.Command("ip", "link", "add", "name", "probe.8", "type", kind);
        if (!host.HostLinks().Exists(l => l.Name.StartsWith("probe.", StringComparison.Ordinal)))
        {
            QuaiException refused = Assert.Throws<QuaiException>(() => Create(host, "one", "10.231.60.0/24", kind == "vlan" ? [("parent", name)] : []));
            Assert.EndsWith(without, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(host.Service.List(), n => n.Name == "one");
        }
        else
        {
            test(host);
        }

        Assert.DoesNotContain(host.HostLinks(), l => l.Name.StartsWith(name, StringComparison.Ordinal));
    }

    private static (string Address, string? Gateway) Addresses(Endpoint endpoint) => (endpoint.IPv4!.Address.ToString(), endpoint.IPv4.Gateway?.ToString());

    private static Network Create(TestHost host, string name, string subnet, params (string Name, string Value)[] options) => Create(host, name, subnet, false, options);

    private static Network Create(TestHost host, string name, string subnet, bool closed, params (string Name, string Value)[] options)
    {
        foreach (string spare in (string[])["spare0", "taken0"])
        {
            host.Command("ip", "link", "add", spare, "type", "veth", "peer", "name", spare[..5] + "1");
        }

        return host.Host.Await(() => host.Service.CreateAsync(
            new NetworkRequest(name, "macvlan")
            {
                Options = options.ToDictionary(o => o.Name, o => o.Value),
                Attributes = new NetworkAttributes { Internal = closed, Asked = [new AskedSubnet(subnet, Auxiliary: new Dictionary<string, string> { ["outside"] = subnet.Replace(".0/24", ".2", StringComparison.Ordinal) })] },
            },
            CancellationToken.None));
    }

    private static Endpoint Lease(TestHost host, string container, Network network, string? address = null, string? mac = null) => host.Lease(
        new EndpointRequest(container, network.Id, mac, address is null ? null : IPAddress.Parse(address), []));

    private static (NamespaceThread Sandbox, Endpoint Endpoint) Run(TestHost host, string container, Network network, string? address = null) => host.Run(Lease(host, container, network, address));
}
