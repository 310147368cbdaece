using System.Diagnostics;
using System.Net;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;
using Xunit.Abstractions;

namespace Quai.Networks.Tests;

/// <summary>Containers on the default bridge, on the real kernel, in a namespace that plays the host.</summary>
public sealed class BridgeTests
{
    [Fact]
    public void A_container_has_its_address_its_route_and_nothing_else()
    {
        using var host = new TestHost();
        (NamespaceThread box, Endpoint endpoint) = host.Run("a");
        Assert.Equal("10.231.7.2", endpoint.IPv4!.Address.ToString());
        Assert.Equal("02:42:0a:e7:07:02", endpoint.MacAddress);
        string addresses = TestHost.Command(box, "ip", "-o", "addr");
        Assert.Contains("eth0    inet 10.231.7.2/24 brd 10.231.7.255", addresses, StringComparison.Ordinal);
        Assert.Contains("lo    inet 127.0.0.1/8", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("eth0    inet6", addresses, StringComparison.Ordinal);
        Assert.Contains("02:42:0a:e7:07:02", TestHost.Command(box, "ip", "link"), StringComparison.Ordinal);
        Assert.Contains("default via 10.231.7.1 dev eth0", TestHost.Command(box, "ip", "route"), StringComparison.Ordinal);
        string port = host.Command("ip", "-d", "link", "show", endpoint.HostInterface);
        Assert.Contains("master quai0", port, StringComparison.Ordinal);
        Assert.DoesNotContain("inet6", host.Command("ip", "addr", "show", endpoint.HostInterface), StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_and_host_reach_each_other()
    {
        using var host = new TestHost();
        (NamespaceThread a, Endpoint one) = host.Run("a");
        (NamespaceThread b, Endpoint two) = host.Run("b");
        using var serverB = b.ServeTcp(80);
        using var serverHost = host.Host.ServeTcp(81);
        Assert.Equal(one.IPv4!.Address.ToString(), a.Reach(two.IPv4!.Address.ToString(), 80));
        Assert.Equal("10.231.7.1", host.Host.Reach(two.IPv4!.Address.ToString(), 80));
        Assert.Equal(one.IPv4!.Address.ToString(), a.Reach("10.231.7.1", 81));
    }

    [Fact]
    public void Without_inter_container_traffic_containers_reach_the_host_only()
    {
        using var host = new TestHost(new NetworkOptions { BridgeAddress = "10.231.7.1/24", InterContainer = false });
        host.FilterBridgedTraffic(false);
        (NamespaceThread a, _) = host.Run("a");
        (NamespaceThread b, Endpoint two) = host.Run("b", Tcp(80, 8080));
        using var serverB = b.ServeTcp(80);
        using var serverHost = host.Host.ServeTcp(81);
        Assert.Null(a.Call(two.IPv4!.Address.ToString(), 80));
        Assert.Equal("10.231.7.2", a.Reach("10.231.7.1", 81));
        Assert.Equal("10.231.7.1", host.Host.Reach(two.IPv4!.Address.ToString(), 80));
        Assert.NotNull(a.Reach("10.231.7.1", 8080));
    }

    [Fact]
    public void The_outside_sees_the_hosts_address_and_reaches_published_ports_only()
    {
        using var host = new TestHost();
        (NamespaceThread a, Endpoint endpoint) = host.Run("a", Tcp(80, 8080));
        using var server = a.ServeTcp(80);
        using var other = a.ServeTcp(82);
        using var outside = host.Outside.ServeTcp(90);
        Assert.Equal(TestHost.Address, a.Reach(TestHost.OutsideAddress, 90));
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Assert.Null(host.Outside.Call(endpoint.IPv4!.Address.ToString(), 82));
        Assert.Null(host.Outside.Call(TestHost.Address, 8081));
    }

    [Fact]
    public void The_host_reaches_published_ports_on_every_address_of_its_own()
    {
        using var host = new TestHost();
        (NamespaceThread a, _) = host.Run("a", Tcp(80, 8080));
        using var server = a.ServeTcp(80);
        Assert.NotNull(host.Host.Reach("127.0.0.1", 8080));
        Assert.NotNull(host.Host.Reach("127.0.0.2", 8080));
        Assert.NotNull(host.Host.Reach(TestHost.Address, 8080));
        Assert.NotNull(host.Host.Reach("10.231.7.1", 8080));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_container_reaches_published_ports_its_own_included(bool filtersBridgedTraffic)
    {
        using var host = new TestHost();
        host.FilterBridgedTraffic(filtersBridgedTraffic);
        (NamespaceThread a, _) = host.Run("a", Tcp(80, 8080));
        (NamespaceThread b, _) = host.Run("b");
        using var server = a.ServeTcp(80);
        Assert.NotNull(a.Reach(TestHost.Address, 8080));
        Assert.NotNull(b.Reach(TestHost.Address, 8080));
        Assert.NotNull(b.Reach("10.231.7.1", 8080));
    }

    [Fact]
    public void A_port_bound_to_one_address_answers_there_only()
    {
        using var host = new TestHost();
        (NamespaceThread a, _) = host.Run("a", new PortRequest(80, "tcp", IPAddress.Loopback, 8080, 8080), new PortRequest(80, "tcp", IPAddress.Parse(TestHost.Address), 8081, 8081));
        using var server = a.ServeTcp(80);
        Assert.NotNull(host.Host.Reach("127.0.0.1", 8080));
        Assert.Null(host.Host.Call(TestHost.Address, 8080));
        Assert.Null(host.Outside.Call(TestHost.Address, 8080));
        Assert.NotNull(host.Outside.Reach(TestHost.Address, 8081));
        Assert.Null(host.Host.Call("127.0.0.1", 8081));
    }

    [Fact]
    public void A_container_cannot_reach_the_hosts_loopback()
    {
        using var host = new TestHost();
        (NamespaceThread a, _) = host.Run("a");
        using var server = host.Host.ServeTcp(81);
        Assert.NotNull(host.Host.Reach("127.0.0.1", 81));
        TestHost.Command(a, "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
        TestHost.Command(a, "ip", "route", "del", "local", "127.0.0.0/8", "dev", "lo", "table", "local");
        TestHost.Command(a, "ip", "route", "add", "127.0.0.0/8", "via", "10.231.7.1", "dev", "eth0");
        Assert.Null(a.Call("127.0.0.7", 81));
    }

    [Fact]
    public void UDP_is_published()
    {
        using var host = new TestHost();
        (NamespaceThread a, _) = host.Run("a", new PortRequest(53, "udp", IPAddress.Any, 5353, 5353));
        using var server = a.Run(() => new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Any, 53)));
        using var client = host.Outside.Run(() => new System.Net.Sockets.UdpClient());
        client.Send([1, 2, 3], TestHost.Address, 5353);
        server.Client.ReceiveTimeout = client.Client.ReceiveTimeout = 2000;
        IPEndPoint from = new(IPAddress.Any, 0);
        Assert.Equal([1, 2, 3], server.Receive(ref from));
        Assert.Equal(TestHost.OutsideAddress, from.Address.ToString());
        server.Send([4], 1, from);
        Assert.Equal([4], client.Receive(ref from));
        Assert.Equal($"{TestHost.Address}:5353", from.ToString());
    }

    [Fact]
    public void A_UDP_client_that_keeps_sending_reaches_the_next_container()
    {
        using var host = new TestHost();
        var port = new PortRequest(53, "udp", IPAddress.Any, 5353, 5353);
        using var client = host.Outside.Run(() => new System.Net.Sockets.UdpClient());
        for (byte round = 1; round <= 2; round++)
        {
            (NamespaceThread box, _) = host.Run("a", port);
            using var server = box.Run(() => new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Any, 53)));
            server.Client.ReceiveTimeout = 2000;
            client.Send([round], TestHost.Address, 5353);
            IPEndPoint from = new(IPAddress.Any, 0);
            Assert.Equal([round], server.Receive(ref from));
            server.Send([round], 1, from);
            client.Receive(ref from);
            host.Release("a");
        }
    }

    [Fact]
    public void Loopback_is_all_that_the_empty_setup_brings_up()
    {
        using var host = new TestHost();
        using var box = new NamespaceThread();
        host.Connect(box, SandboxSetup.Empty);
        using var server = box.ServeTcp(80);
        Assert.Equal("127.0.0.1", box.Reach("127.0.0.1", 80));
        Assert.DoesNotContain("eth0", TestHost.Command(box, "ip", "link"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_executor_connects_a_namespace_by_its_path()
    {
        using var host = new TestHost();
        Endpoint endpoint = host.Lease("a");
        using var box = new NamespaceThread();
        host.Host.Await(() => SandboxExecutor.ConnectAsync(SandboxSetup.Of([endpoint]), $"/proc/self/fd/{box.Namespace.Number}"));
        using var server = box.ServeTcp(80);
        Assert.Equal("10.231.7.1", host.Host.Reach(endpoint.IPv4!.Address.ToString(), 80));

        // A second time is refused, in words that name the message.
        LinuxException refused = Assert.Throws<LinuxException>(() => host.Host.Await(() => SandboxExecutor.ConnectAsync(SandboxSetup.Of([endpoint]), $"/proc/self/fd/{box.Namespace.Number}")));
        Assert.Contains($"create veth pair {endpoint.HostInterface}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_veth_pair_dies_with_its_namespace()
    {
        using var host = new TestHost();
        Endpoint endpoint = host.Lease("a");
        using (var box = new NamespaceThread())
        {
            host.Connect(box, SandboxSetup.Of([endpoint]));
            Assert.Contains(host.HostLinks(), l => l.Name == endpoint.HostInterface);
        }

        var waited = Stopwatch.StartNew();
        while (host.HostLinks().Exists(l => l.Name == endpoint.HostInterface))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(5), "the host's end is still there");
            Thread.Yield();
        }
    }

    private static PortRequest Tcp(ushort container, ushort host) => new(container, "tcp", IPAddress.Any, host, host);
}
