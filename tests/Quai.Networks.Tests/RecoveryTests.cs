using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Ipam;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

public sealed class RecoveryTests
{
    [Fact]
    public void Predefined_networks_keep_their_ids()
    {
        using var host = new TestHost();
        string[] ids = [.. host.Service.List().OrderBy(n => n.Name).Select(n => n.Id)];
        Assert.Equal(["bridge", "host", "none"], host.Service.List().Select(n => n.Name).Order());
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{64}$", id));
        host.Restart();
        Assert.Equal(ids, host.Service.List().OrderBy(n => n.Name).Select(n => n.Id));
        Network bridge = host.Service.Resolve(ids[0][..12]);
        Assert.Equal(("bridge", "10.231.7.0/24", "10.231.7.1", "quai0"), (bridge.Name, bridge.Subnets[0].Prefix.ToString(), bridge.Subnets[0].Gateway.ToString(), bridge.Interface));
        Assert.Equal("1", host.Host.Run(() => File.ReadAllText("/proc/sys/net/ipv4/ip_forward")).Trim());
    }

    [Fact]
    public void What_runs_is_there_again_and_nothing_else_is()
    {
        using var host = new TestHost();
        (NamespaceThread a, Endpoint kept) = host.Run("a", Tcp(80, 8080), new PortRequest(80, "tcp", IPAddress.Loopback, 8081, 8081));
        (_, Endpoint gone) = host.Run("b", Tcp(80, 8082));
        Endpoint neverStarted = host.Lease("c", Tcp(80, 8083));
        using TcpListener server = a.ServeTcp(80);

        host.Restart("a");

        Endpoint again = Assert.Single(host.Service.EndpointsOf("a"));
        Assert.Equal((kept.Id, kept.IPv4!.Address, kept.MacAddress, kept.HostInterface), (again.Id, again.IPv4!.Address, again.MacAddress, again.HostInterface));
        Assert.Equal(kept.Ports, again.Ports);
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Assert.NotNull(host.Host.Reach("127.0.0.1", 8081));
        Assert.Empty(host.Service.EndpointsOf("b"));
        Assert.Equal(2, host.Host.Run(() =>
        {
            using NetlinkSocket socket = NftBatch.OpenSocket();
            return NftBatch.List(socket, "quai", "ports").Count + NftBatch.List(socket, "quai", "addressed_ports").Count;
        }));
        Assert.DoesNotContain(host.HostLinks(), l => l.Name == gone.HostInterface);
        Assert.Contains(host.HostLinks(), l => l.Name == kept.HostInterface);

        // Ports of what runs are held again; addresses and ports of what does not are free.
        Assert.Throws<PortUnavailableException>(() => host.Lease("d", Tcp(80, 8080)));
        AddressUnavailableException inUse = Assert.Throws<AddressUnavailableException>(() => Named(host, "e", kept.IPv4!.Address));
        Assert.Equal((ErrorKind.Forbidden, $"Address already in use: {kept.IPv4!.Address} of network bridge", "a"), (inUse.Kind, inUse.Message, inUse.HoldingContainer));
        Assert.Equal(neverStarted.IPv4!.Address, Named(host, "e", neverStarted.IPv4!.Address).IPv4!.Address);
        Assert.Throws<QuaiException>(() => Named(host, "f", IPAddress.Parse("10.99.0.1")));
        host.Lease("d", Tcp(80, 8082), Tcp(80, 8083));

        host.Release("a");
        Assert.Single(host.Lease("g", Tcp(80, 8080)).Ports);
    }

    [Fact]
    public void A_port_taken_while_the_daemon_was_away_does_not_stop_it()
    {
        using var host = new TestHost();
        (NamespaceThread a, _) = host.Run("a", Tcp(80, 8080));
        using TcpListener server = a.ServeTcp(80);
        host.Host.Run(host.Service.Dispose);
        using TcpListener thief = host.Host.ServeTcp(8080);
        host.Restart("a");
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
    }

    [Fact]
    public void A_new_address_replaces_the_bridges_old_one()
    {
        using var host = new TestHost();
        host.Options = host.Options with { BridgeAddress = "10.231.8.1/24" };
        host.Restart();
        string addresses = host.Command("ip", "-4", "-o", "addr", "show", "quai0");
        Assert.Contains("10.231.8.1/24", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("10.231.7.1", addresses, StringComparison.Ordinal);
        Assert.Equal("10.231.8.2", host.Lease("a").IPv4!.Address.ToString());
        Assert.DoesNotContain("10.231.7.", host.Command("nft", "list", "table", "ip", "quai"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_address_the_first_free_pool_is_taken_and_kept()
    {
        using var host = new TestHost(new NetworkOptions());
        Assert.Equal("172.17.0.0/16", host.Service.Resolve("bridge").Subnets[0].Prefix.ToString());
        host.Command("ip", "link", "del", "quai0");
        host.Command("ip", "addr", "add", "172.18.5.1/24", "dev", "out0");
        host.Restart();
        Assert.Equal("172.17.0.0/16", host.Service.Resolve("bridge").Subnets[0].Prefix.ToString());
        host.Options = new NetworkOptions { Bridge = "second0", TableName = "second", BridgeAddress = null };
        using var database = new TemporaryDatabase();
        Network second = host.Host.Run(() =>
        {
            using NetworkService service = NetworkService.Open(database.Database, host.Options);
            service.RecoverAsync(new HashSet<string>(), CancellationToken.None).GetAwaiter().GetResult();
            return service.Resolve("bridge");
        });
        Assert.Equal("172.19.0.0/16", second.Subnets[0].Prefix.ToString());
    }

    [Fact]
    public void Two_daemons_do_not_touch_each_other()
    {
        using var host = new TestHost();
        (NamespaceThread a, Endpoint one) = host.Run("a", Tcp(80, 8080));
        using TcpListener server = a.ServeTcp(80);
        using var database = new TemporaryDatabase();
        var options = new NetworkOptions { Bridge = "second0", TableName = "second", BridgeAddress = "10.231.9.1/24" };
        using NetworkService second = host.Host.Run(() => NetworkService.Open(database.Database, options));
        host.Host.Await(() => second.RecoverAsync(new HashSet<string>(), CancellationToken.None));
        PortUnavailableException taken = Assert.Throws<PortUnavailableException>(() => host.Host.Await(() =>
            second.ConnectAsync(new EndpointRequest("x", second.Resolve("bridge").Id, null, null, [Tcp(80, 8080)]), CancellationToken.None)));
        Assert.EndsWith("address already in use", taken.Message, StringComparison.Ordinal);
        Endpoint other = host.Host.Await(() => second.ConnectAsync(new EndpointRequest("x", second.Resolve("bridge").Id, null, null, [Tcp(80, 8090)]), CancellationToken.None));
        var box = host.Own(new NamespaceThread());
        host.Connect(box, SandboxSetup.Of([other]));
        host.Host.Await(() => second.PublishAsync(other, CancellationToken.None));
        using TcpListener otherServer = box.ServeTcp(80);
        Assert.NotNull(host.Outside.Reach(TestHost.Address, 8090));
        Assert.NotNull(host.Outside.Reach(TestHost.Address, 8080));
        Assert.NotNull(box.Reach(TestHost.Address, 8080));
        Assert.Null(box.Call(one.IPv4!.Address.ToString(), 80));

        host.Host.Await(() => second.DestroyAsync(CancellationToken.None));
        Assert.DoesNotMatch(@"table ip6? second\n", host.Command("nft", "list", "tables"));
        Assert.DoesNotContain(host.HostLinks(), l => l.Name == "second0");
        Assert.NotNull(host.Outside.Reach(TestHost.Address, 8080));
    }

    [Fact]
    public void A_bridge_that_was_there_is_adopted_and_not_deleted()
    {
        using var host = new TestHost();
        host.Command("ip", "link", "add", "mine0", "type", "bridge");
        host.Command("ip", "addr", "add", "10.231.11.1/24", "dev", "mine0");
        host.Options = new NetworkOptions { Bridge = "mine0" };
        host.Restart();
        Assert.Equal("10.231.11.0/24", host.Service.Resolve("bridge").Subnets[0].Prefix.ToString());
        host.Restart();
        host.Host.Await(() => host.Service.DestroyAsync(CancellationToken.None));
        Assert.Contains(host.HostLinks(), l => l.Name == "mine0");
    }

    [Fact]
    public void An_interface_that_is_no_bridge_is_refused()
    {
        using var host = new TestHost();
        host.Options = new NetworkOptions { Bridge = "out0" };
        QuaiException refused = Assert.ThrowsAny<QuaiException>(() => host.Restart());
        Assert.Contains("out0 is not a bridge", refused.Message, StringComparison.Ordinal);
        host.Options = new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24" };
        host.Restart();
    }

    [Fact]
    public void Addresses_run_out_in_one_sentence()
    {
        using var host = new TestHost(new NetworkOptions { BridgeAddress = "10.231.7.1/24", FixedCidr = "10.231.7.64/30" });
        Assert.Equal(
            ["10.231.7.64", "10.231.7.65", "10.231.7.66", "10.231.7.67"],
            Enumerable.Range(0, 4).Select(i => host.Lease($"c{i}").IPv4!.Address.ToString()));
        QuaiException full = Assert.Throws<QuaiException>(() => host.Lease("d"));
        Assert.StartsWith("no available IPv4 addresses on this network's address pools: bridge (", full.Message, StringComparison.Ordinal);
        host.Release("c1");
        Assert.Equal("10.231.7.65", host.Lease("d").IPv4!.Address.ToString());
    }

    private static Endpoint Named(TestHost host, string container, IPAddress address) =>
        host.Host.Await(() => host.Service.ConnectAsync(new EndpointRequest(container, host.BridgeId, null, address, []), CancellationToken.None));

    private static PortRequest Tcp(ushort container, ushort host) => new(container, "tcp", IPAddress.Any, host, host);
}
