using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Quai.Networks.Records;
using Xunit;

namespace Quai.Networks.Tests;

public sealed class ManyNetworksTests
{
    [Fact]
    public void Networks_have_bridges_subnets_and_leases_of_their_own()
    {
        using var host = new TestHost();
        Network one = Create(host, "one", "10.231.20.1/24"), two = Create(host, "two", "10.231.21.1/24"), chosen = Create(host, "chosen");
        Assert.Equal(("br-" + one.Id[..12], "10.231.20.0/24"), (one.Interface, one.Subnets[0].Prefix.ToString()));
        Assert.Equal("172.17.0.0/16", chosen.Subnets[0].Prefix.ToString());
        Assert.Equal(["bridge", "chosen", "host", "none", "one", "two"], host.Service.List().Select(n => n.Name).Order());
        Assert.Equal(one.Id, host.Service.Resolve(one.Id[..9]).Id);

        (NamespaceThread a, Endpoint first) = host.Run("a", one);
        (NamespaceThread b, Endpoint second) = host.Run("b", one);
        (NamespaceThread c, Endpoint third) = host.Run("c", two, new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080));
        Assert.Equal(["10.231.20.2", "10.231.20.3", "10.231.21.2"], [Address(first), Address(second), Address(third)]);
        using TcpListener atB = b.ServeTcp(80), atC = c.ServeTcp(80);
        Assert.Equal("10.231.20.2", a.Reach("10.231.20.3", 80));
        Assert.Null(a.Call("10.231.21.2", 80));
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));

        // All of it is there after a restart, and addresses go on where they were.
        host.Restart("a", "b", "c");
        Assert.Equal(((Network[])[one, two, chosen]).Select(Text), ((string[])["one", "two", "chosen"]).Select(n => Text(host.Service.Resolve(n))));
        Assert.Equal("10.231.20.2", a.Reach("10.231.20.3", 80));
        Assert.Null(a.Call("10.231.21.2", 80));
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Assert.Equal("10.231.20.4", Address(host.Lease("d", one)));
        host.Host.Await(() => host.Service.DestroyAsync(CancellationToken.None));
        Assert.DoesNotContain(host.HostLinks(), l => l.Name.StartsWith("br-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_container_is_on_several_networks_and_joins_and_leaves_them_while_it_runs()
    {
        using var host = new TestHost();
        Network one = Create(host, "one", "10.231.20.1/24"), two = Create(host, "two", "10.231.21.1/24");
        (NamespaceThread b, _) = host.Run("b", one);
        (NamespaceThread c, _) = host.Run("c", two);
        using TcpListener atB = b.ServeTcp(80), atC = c.ServeTcp(80), outside = host.Outside.ServeTcp(90);

        Endpoint main = host.Lease("a", two), side = host.Lease("a", one);
        Assert.Equal(["eth0", "eth1"], host.Service.EndpointsOf("a").Select(e => e.Interface.Name));
        NamespaceThread a = host.Own(new NamespaceThread());
        host.Connect(a, SandboxSetup.Of([main, side]));
        Assert.Equal(("10.231.20.3", "10.231.21.3"), (a.Reach("10.231.20.2", 80), a.Reach("10.231.21.2", 80)));
        Assert.Contains("default via 10.231.20.1 dev eth1", Routes(a), StringComparison.Ordinal);
        Assert.NotNull(a.Reach(TestHost.OutsideAddress, 90));

        QuaiException twice = Assert.Throws<QuaiException>(() => host.Lease("a", one));
        Assert.Equal(ErrorKind.Forbidden, twice.Kind);

        // It leaves the network by which it reaches everybody else, and reaches them by the other.
        host.Host.Await(() => host.Service.DisconnectAsync(side, CancellationToken.None));
        host.Connect(a, SandboxSetup.Left(host.Service.EndpointsOf("a")));
        Assert.Null(a.Call("10.231.20.2", 80));
        Assert.NotNull(a.Reach("10.231.21.2", 80));
        Assert.Contains("default via 10.231.21.1 dev eth0", Routes(a), StringComparison.Ordinal);
        Assert.NotNull(a.Reach(TestHost.OutsideAddress, 90));
        Assert.DoesNotContain(host.HostLinks(), l => l.Name == side.HostInterface);

        Endpoint again = host.Lease("a", one);
        host.Connect(a, SandboxSetup.Joined(again, host.Service.EndpointsOf("a")));
        Assert.Equal("eth1", again.Interface.Name);
        Assert.Contains("default via 10.231.20.1 dev eth1", Routes(a), StringComparison.Ordinal);
        Assert.NotNull(a.Reach("10.231.20.2", 80));
        host.Release("a");
        Assert.Empty(host.Service.EndpointsOf("a"));
    }

    [Fact]
    public void The_highest_priority_leads_to_everywhere_else()
    {
        using var host = new TestHost();
        Network one = Create(host, "one", "10.231.20.1/24"), two = Create(host, "two", "10.231.21.1/24");
        Endpoint first = host.Lease("a", one);
        Endpoint second = host.Host.Await(() => host.Service.ConnectAsync(new EndpointRequest("a", two.Id, null, null, []) { GatewayPriority = 1 }, CancellationToken.None));
        Assert.Equal(second, SandboxSetup.Gateway([first, second]));
        host.Connect(host.Own(new NamespaceThread()), SandboxSetup.Of([first, second]));
        host.Restart("a");
        Assert.Equal("two", SandboxSetup.Gateway(host.Service.EndpointsOf("a"))!.Network.Name);
    }

    [Fact]
    public void An_endpoint_that_was_just_being_made_is_gone_after_a_crash()
    {
        using var host = new TestHost();
        Endpoint leased = host.Lease("a", new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080));
        host.Restart("a");
        Assert.Empty(host.Service.EndpointsOf("a"));
        Assert.Equal(leased.IPv4!.Address, host.Host.Await(() =>
            host.Service.ConnectAsync(new EndpointRequest("b", host.BridgeId, null, leased.IPv4.Address, [new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080)]), CancellationToken.None)).IPv4!.Address);
    }

    [Fact]
    public void A_network_in_use_is_not_removed_and_one_that_is_not_leaves_nothing()
    {
        using var host = new TestHost();
        Network one = Create(host, "one", "10.231.20.1/24");
        (_, Endpoint endpoint) = host.Run("a", one);
        QuaiException used = Assert.ThrowsAny<QuaiException>(() => Remove(host, one));
        Assert.Equal((ErrorKind.Forbidden, "error while removing network: network one has active endpoints"), (used.Kind, used.Message));
        Assert.Equal(one.Id, host.Service.Resolve("one").Id);
        host.Release("a");
        Remove(host, one);
        Assert.DoesNotContain(host.HostLinks(), l => l.Name == one.Interface);
        Assert.DoesNotContain(one.Interface!, host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<QuaiException>(() => host.Service.Resolve("one")).Kind);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<QuaiException>(() => Remove(host, one)).Kind);
        Assert.Equal(ErrorKind.Forbidden, Assert.Throws<QuaiException>(() => Remove(host, host.Service.Resolve("bridge"))).Kind);
        Assert.NotEqual(endpoint.Network.Id, Create(host, "one", "10.231.20.1/24").Id);
    }

    [Fact]
    public void What_a_removed_network_had_is_free_at_once_and_goes_whatever_happens()
    {
        using var host = new TestHost();
        NetworkRequest request = new("named", "bridge") { Options = new Dictionary<string, string> { ["com.docker.network.bridge.name"] = "qnamed0" } };
        for (int i = 0; i < 5; i++)
        {
            Network made = host.Host.Await(() => host.Service.CreateAsync(request, CancellationToken.None));
            Assert.Equal("172.17.0.0/16", made.Subnets[0].Prefix.ToString());
            host.Host.Await(() => host.Service.RemoveAsync(made.Id, CancellationToken.None));
            host.Host.Await(() => host.Service.FlushAsync(CancellationToken.None));
            Network other = host.Host.Await(() => host.Service.CreateAsync(new NetworkRequest("other", "bridge"), CancellationToken.None));
            Assert.Equal("172.17.0.0/16", other.Subnets[0].Prefix.ToString());
            host.Host.Await(() => host.Service.RemoveAsync(other.Id, CancellationToken.None));
            host.Restart();
            Assert.DoesNotContain(host.HostLinks(), l => l.Name == other.Interface || l.Name == "qnamed0");
        }

        // Recorded, and not come to.
        host.Command("ip", "link", "add", "qnamed0", "type", "bridge");
        host.Command("ip", "link", "set", "qnamed0", "group", "7826");
        host.Host.Await(() => host.Database.WriteAsync(c => NetworkTables.PutRetired(c, "qnamed0"), CancellationToken.None));
        host.Restart();
        Assert.DoesNotContain(host.HostLinks(), l => l.Name == "qnamed0");
        Assert.Empty(host.Database.Read(NetworkTables.Retired));
    }

    [Theory]
    [InlineData("one", "bridge", "10.231.30.1/24", "", ErrorKind.Conflict, "network with name one already exists")]
    [InlineData("new", "bridge", "10.231.20.129/25", "", ErrorKind.Forbidden, "Pool overlaps with other one on this address space")]
    [InlineData("new", "bridge", "10.231.7.1/24", "", ErrorKind.Forbidden, "Pool overlaps with other one on this address space")]
    [InlineData("new", "bridge", "198.51.100.129/25", "", ErrorKind.Forbidden, "198.51.100.128/25 is of the host's interface out0, which has address 198.51.100.1/24")]
    [InlineData("new", "bridge", "198.51.100.9/24", "", ErrorKind.Forbidden, "198.51.100.0/24 is of the host's interface out0, which has address 198.51.100.1/24")]
    [InlineData("new", "bridge", "198.51.100.1/16", "", ErrorKind.Forbidden, "198.51.0.0/16 is of the host's interface out0, which has address 198.51.100.1/24")]
    [InlineData("new", "bridge", "10.231.31.1/24", "", ErrorKind.Forbidden, "10.231.31.0/24 is of the host's interface out0, which has a route to it")]
    [InlineData("new", "bridge", "127.1.0.1/24", "", ErrorKind.InvalidParameter, "subnet 127.1.0.0/24 is not allowed")]
    [InlineData("new", "bridge", "239.1.0.1/24", "", ErrorKind.InvalidParameter, "multicast subnet '239.1.0.1/24' is not allowed")]
    [InlineData("new", "weave", "10.231.30.1/24", "", ErrorKind.NotFound, "plugin \"weave\" not found")]
    [InlineData("new", "host", null, "", ErrorKind.Forbidden, "only one instance of \"host\" network is allowed")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.gateway_mode_ipv4=isolated", ErrorKind.InvalidParameter, "can only be used for an internal network")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.gateway_mode_ipv6=mine", ErrorKind.InvalidParameter, "(unknown gateway mode mine)")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.container_iface_prefix=a/b", ErrorKind.InvalidParameter, "invalid interface prefix: \"a/b\"")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.unheard_of=1", ErrorKind.InvalidParameter, "option com.docker.network.bridge.unheard_of=1 is none of driver bridge")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.enable_icc=perhaps", ErrorKind.InvalidParameter, "\"perhaps\"")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.name=a name too long", ErrorKind.InvalidParameter, "a name too long")]
    [InlineData("new", "bridge", "10.231.30.1/24", "com.docker.network.bridge.name=out0", ErrorKind.System, "existing interface out0 is not a bridge")]
    public void What_cannot_be_had_is_refused_and_leaves_nothing(string name, string driver, string? cidr, string option, ErrorKind kind, string words)
    {
        using var host = new TestHost();
        Create(host, "one", "10.231.20.1/24");
        host.Command("ip", "route", "add", "10.231.31.0/24", "via", TestHost.OutsideAddress);
        string links = Links(host), rules = host.Command("nft", "list", "ruleset");
        Dictionary<string, string> options = option.Length == 0 ? [] : new() { [option.Split('=')[0]] = option.Split('=')[1] };
        QuaiException refused = Assert.Throws<QuaiException>(() => host.Host.Await(() => host.Service.CreateAsync(Request(name, driver, cidr) with { Options = options }, CancellationToken.None)));
        Assert.Equal(kind, refused.Kind);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.Equal((links, Rules(rules)), (Links(host), Rules(host.Command("nft", "list", "ruleset"))));
        host.Restart();
        Assert.Equal(["bridge", "host", "none", "one"], host.Service.List().Select(n => n.Name).Order());
    }

    [Fact]
    public void A_network_that_cannot_be_made_again_keeps_no_daemon_from_starting()
    {
        using var host = new TestHost();
        Network one = Create(host, "one", "10.231.20.1/24"), two = Create(host, "two", "10.231.21.1/24");
        host.Command("ip", "link", "del", one.Interface!);
        host.Command("ip", "link", "add", one.Interface!, "type", "veth", "peer", "name", "peer0");
        host.Restart();
        Assert.Equal("10.231.20.0/24", host.Service.Resolve("one").Subnets[0].Prefix.ToString());
        QuaiException why = Assert.Throws<QuaiException>(() => host.Lease("a", host.Service.Resolve("one")));
        Assert.Contains($"interface {one.Interface} is not a bridge", why.Message, StringComparison.Ordinal);
        Assert.Equal("10.231.21.2", Address(host.Lease("a", two)));
        host.Command("ip", "link", "del", one.Interface!);
        host.Restart();
        Assert.Equal("10.231.20.2", Address(host.Lease("a", host.Service.Resolve("one"))));
    }

    private static Network Create(TestHost host, string name, string? cidr = null) =>
        host.Host.Await(() => host.Service.CreateAsync(Request(name, "bridge", cidr), CancellationToken.None));

    private static NetworkRequest Request(string name, string driver, string? cidr) => new(name, driver)
    {
        Attributes = new NetworkAttributes { Asked = cidr is null ? [] : [Ipam.InterfaceAddress.Parse(cidr) is var a ? new AskedSubnet(a.Network.ToString(), Gateway: a.Address.ToString()) : null!] },
    };

    private static void Remove(TestHost host, Network network)
    {
        host.Host.Await(() => host.Service.RemoveAsync(network.Id, CancellationToken.None));

        // Its bridge is deleted in the background.
        host.Host.Await(() => host.Service.FlushAsync(CancellationToken.None));
    }

    private static string Text(Network network) => $"{network.Id} {network.Name} {network.Driver} {network.Interface} {network.Subnets[0].Prefix} {network.Subnets[0].Gateway}";

    private static string Address(Endpoint endpoint) => endpoint.IPv4!.Address.ToString();

    private static string Routes(NamespaceThread sandbox) => TestHost.Command(sandbox, "ip", "route");

    private static string Links(TestHost host) => string.Join('\n', host.HostLinks().Select(l => $"{l.Name} {l.Kind}"));

    private static string Rules(string ruleset) => string.Join('\n', ruleset.Split('\n').Where(l => !l.Contains("progname", StringComparison.Ordinal)));
}
