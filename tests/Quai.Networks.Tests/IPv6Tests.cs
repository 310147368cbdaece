using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>Networks with IPv6, beside IPv4 or alone, and how containers on them are reached.</summary>
public sealed class IPv6Tests
{
    private const string Mode = "com.docker.network.bridge.gateway_mode_ipv6", Mode4 = "com.docker.network.bridge.gateway_mode_ipv4";

    [Fact]
    public void Both_families_reach_neighbours_and_the_outside_and_ports_are_published_on_both()
    {
        using var host = new TestHost();
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64");
        Assert.Equal(["10.231.20.0/24", "fd00:20::/64"], network.Subnets.Select(s => s.Prefix.ToString()));
        using TcpListener outside = host.Outside.ServeTcp(90);
        (NamespaceThread a, Endpoint first) = host.Run("a", network, new PortRequest(80, "tcp", null, 8080, 8080));
        (NamespaceThread b, Endpoint second) = host.Run("b", network);
        Assert.Equal(["0.0.0.0:8080", "[::]:8080"], first.Ports.Select(p => new IPEndPoint(p.HostAddress, p.HostPort).ToString()));
        Assert.Equal(("fd00:20::2", "fd00:20::3"), (first.IPv6!.Address.ToString(), second.IPv6!.Address.ToString()));
        using TcpListener atA = a.ServeTcp(80);
        Assert.Equal("fd00:20::3", b.Reach("fd00:20::2", 80));
        Assert.Equal(TestHost.Address6, b.Reach(TestHost.OutsideAddress6, 90));
        Assert.Equal(TestHost.OutsideAddress6, host.Outside.Reach(TestHost.Address6, 8080));
        Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
        Assert.Equal(TestHost.Address6, host.Host.Reach(TestHost.Address6, 8080));

        // A neighbour and the container itself by way of the host.
        Assert.Equal("fd00:20::1", b.Reach(TestHost.Address6, 8080));
        Assert.Equal("fd00:20::1", a.Reach(TestHost.Address6, 8080));

        // Nobody comes past the published port.
        Assert.Null(host.Outside.Call("fd00:20::2", 80));
        host.Restart("a", "b");
        Assert.Equal("fd00:20::2", host.Service.EndpointsOf("a")[0].IPv6!.Address.ToString());
        Assert.Equal(TestHost.OutsideAddress6, host.Outside.Reach(TestHost.Address6, 8080));
        Assert.Null(host.Outside.Call("fd00:20::2", 80));
        host.Release("a");
        Assert.Null(host.Outside.Call(TestHost.Address6, 8080));
    }

    [Fact]
    public void A_network_has_IPv6_alone()
    {
        using var host = new TestHost();
        Network network = Create(host, "six", with: r => r with { EnableIPv4 = false, EnableIPv6 = true });
        Assert.Matches("^fd[0-9a-f]{2}:[0-9a-f:]+::/64$", Assert.Single(network.Subnets).Prefix.ToString());
        (NamespaceThread a, Endpoint first) = host.Run("a", network, new PortRequest(80, "tcp", null, 8080, 8080));
        Assert.Equal("[::]:8080", Assert.Single(first.Ports.Select(p => new IPEndPoint(p.HostAddress, p.HostPort).ToString())));
        using TcpListener atA = a.ServeTcp(80), outside = host.Outside.ServeTcp(90);
        Assert.Equal(TestHost.OutsideAddress6, host.Outside.Reach(TestHost.Address6, 8080));
        Assert.Equal(TestHost.Address6, a.Reach(TestHost.OutsideAddress6, 90));
        Assert.DoesNotContain("inet ", TestHost.Command(a, "ip", "addr", "show", "eth0"), StringComparison.Ordinal);
        QuaiException refused = Assert.Throws<QuaiException>(() => host.Lease("b", network, new PortRequest(80, "tcp", IPAddress.Loopback, 8081, 8081)));
        Assert.Contains("port 80/tcp cannot be published on 127.0.0.1: the container has no IPv4 address", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            "IPv4 or IPv6 must be enabled",
            Assert.Throws<QuaiException>(() => Create(host, "none at all", with: r => r with { EnableIPv4 = false })).Message);
    }

    [Fact]
    public void A_port_of_both_families_is_one_that_is_free_in_both()
    {
        using var host = new TestHost();
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64");
        using TcpListener other = host.Host.Run(() =>
        {
            var listener = new TcpListener(IPAddress.IPv6Any, 8080);
            listener.Server.DualMode = false;
            listener.Start();
            return listener;
        });
        var taken = Assert.Throws<PortUnavailableException>(() => host.Lease("a", network, new PortRequest(80, "tcp", null, 8080, 8080)));
        Assert.Equal("failed to bind host port for [::]:8080:fd00:20::2:80/tcp: address already in use", taken.Message);
        Assert.Equal([8081, 8081], host.Lease("a", network, new PortRequest(80, "tcp", null, 8080, 8089)).Ports.Select(p => (int)p.HostPort));

        // What the attempt had bound of IPv4 is free again.
        Assert.Equal([8080], host.Lease("b", network, new PortRequest(80, "tcp", IPAddress.Any, 8080, 8080)).Ports.Select(p => (int)p.HostPort));
    }

    [Fact]
    public void Forwarding_of_IPv6_is_turned_on_with_the_first_network_and_for_nobody_else()
    {
        using var host = new TestHost();
        host.Command("sysctl", "-qw", "net.ipv6.conf.out0.accept_ra=1");
        Assert.Equal("0", Setting(host, "all", "forwarding"));
        Create(host, "four", "10.231.21.0/24");
        Assert.Equal("0", Setting(host, "all", "forwarding"));
        NamespaceThread lan = host.Own(new NamespaceThread());
        Wire(host, lan);
        using TcpListener atLan = lan.ServeTcp(80);
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64");
        Assert.Equal(("1", "2"), (Setting(host, "all", "forwarding"), Setting(host, "out0", "accept_ra")));
        (NamespaceThread a, _) = host.Run("a", network);
        using TcpListener outside = host.Outside.ServeTcp(90);
        Assert.NotNull(a.Reach(TestHost.OutsideAddress6, 90));
        Assert.Null(host.Outside.Call("fd00:77::2", 80));
        host.Restart("a");
        Assert.Null(host.Outside.Call("fd00:77::2", 80));
        Assert.NotNull(a.Reach(TestHost.OutsideAddress6, 90));
    }

    [Theory]
    [InlineData("nat-unprotected", true, true, true)]
    [InlineData("routed", true, false, false)]
    public void Modes_say_who_reaches_a_container_at_its_own_address(string mode, bool published, bool other, bool translated)
    {
        using var host = new TestHost();
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64", r => r with { Options = new Dictionary<string, string> { [Mode] = mode, [Mode4] = mode } });
        Network neighbours = Create(host, "two", "10.231.21.0/24", "fd00:21::/64");
        (NamespaceThread a, Endpoint endpoint) = host.Run("a", network, new PortRequest(80, "tcp", null, 8080, 8080));
        (NamespaceThread b, _) = host.Run("b", neighbours);
        using TcpListener web = a.ServeTcp(80), more = a.ServeTcp(81), outside = host.Outside.ServeTcp(90);
        Assert.Equal(translated ? 8080 : 0, endpoint.Ports[0].HostPort);
        foreach ((string at, string from, string of) in (IEnumerable<(string, string, string)>)
            [("fd00:20::2", TestHost.OutsideAddress6, TestHost.Address6), ("10.231.20.2", TestHost.OutsideAddress, TestHost.Address)])
        {
            Assert.Equal(published ? from : null, published ? host.Outside.Reach(at, 80) : host.Outside.Call(at, 80));
            Assert.Equal(other ? from : null, host.Outside.Call(at, 81));
            Assert.Equal(translated ? from : null, translated ? host.Outside.Reach(of, 8080) : host.Outside.Call(of, 8080));
            Assert.Null(b.Call(at, 81));

            // Where nothing is translated, the outside sees the container itself.
            Assert.Equal(translated ? of : at, a.Reach(from, 90));
        }
    }

    [Fact]
    public void An_isolated_network_has_no_address_of_the_host()
    {
        using var host = new TestHost();
        Network network = Create(
            host, "one", "10.231.20.0/24", "fd00:20::/64",
            r => r with { Attributes = r.Attributes with { Internal = true }, Options = new Dictionary<string, string> { [Mode] = "isolated", [Mode4] = "isolated" } });
        (NamespaceThread a, Endpoint first) = host.Run("a", network);
        (NamespaceThread b, _) = host.Run("b", network);
        Assert.Equal(("10.231.20.1", "fd00:20::1"), (first.IPv4!.Address.ToString(), first.IPv6!.Address.ToString()));
        using TcpListener atA = a.ServeTcp(80);
        Assert.NotNull(b.Reach("10.231.20.1", 80));
        Assert.NotNull(b.Reach("fd00:20::1", 80));
        Assert.Null(host.Host.Call("10.231.20.1", 80));
        Assert.DoesNotContain("10.231.20", host.Command("ip", "addr"), StringComparison.Ordinal);
        host.Restart("a", "b");
        Assert.Equal("10.231.20.3", host.Lease("c", network).IPv4!.Address.ToString());
    }

    [Fact]
    public void Options_give_a_source_address_a_name_and_who_is_trusted()
    {
        using var host = new TestHost();
        host.Command("ip", "addr", "add", "198.51.100.77/24", "dev", "out0");
        host.Command("ip", "addr", "add", "2001:db8:99::77/64", "dev", "out0", "nodad");
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64", r => r with
        {
            Options = new Dictionary<string, string>
            {
                ["com.docker.network.host_ipv4"] = "198.51.100.77", ["com.docker.network.host_ipv6"] = "2001:db8:99::77",
                ["com.docker.network.container_iface_prefix"] = "lan", ["com.docker.network.bridge.trusted_host_interfaces"] = "out0",
            },
        });
        (NamespaceThread a, Endpoint first) = host.Run("a", network, new PortRequest(80, "tcp", null, 8080, 8080));
        using TcpListener outside = host.Outside.ServeTcp(90), web = a.ServeTcp(80), more = a.ServeTcp(81);
        Assert.Equal(("198.51.100.77", "2001:db8:99::77"), (a.Reach(TestHost.OutsideAddress, 90), a.Reach(TestHost.OutsideAddress6, 90)));
        Assert.Equal("lan0", first.Interface.Name);
        Assert.NotNull(host.Outside.Reach("10.231.20.2", 80));
        Assert.NotNull(host.Outside.Reach("fd00:20::2", 80));
        Assert.Null(host.Outside.Call("10.231.20.2", 81));
        host.Restart("a");
        Assert.Equal("lan0", host.Service.EndpointsOf("a")[0].Interface.Name);
    }

    [Fact]
    public void The_default_bridge_has_IPv6_where_the_daemon_says_so()
    {
        using var host = new TestHost(new NetworkOptions { BridgeAddress = "10.231.7.1/24", IPv6 = true, FixedCidr6 = "fd00:7::/80" });
        (_, Endpoint first) = host.Run("a");
        Assert.Equal(("10.231.7.2", "fd00:7::2"), (first.IPv4!.Address.ToString(), first.IPv6!.Address.ToString()));
        Assert.Contains("fd00:7::1/80", host.Command("ip", "addr", "show", "quai0"), StringComparison.Ordinal);
        host.Options = host.Options with { IPv6 = false };
        host.Restart();
        Assert.DoesNotContain("fd00:7::", host.Command("ip", "addr", "show", "quai0"), StringComparison.Ordinal);
        Assert.Null(host.Lease("a").IPv6);
    }

    [Fact]
    public void After_the_usual_pools_there_are_small_ones()
    {
        using var host = new TestHost();
        List<string> subnets = [.. Enumerable.Range(0, 34).Select(i => Create(host, $"n{i}").Subnets[0].Prefix.ToString())];
        Assert.Equal(34, subnets.Distinct().Count());
        Assert.Equal(["10.128.0.0/24", "10.128.1.0/24", "10.128.2.0/24"], subnets[^3..]);
    }

    [Fact]
    public void Pools_and_options_are_the_daemons_to_say()
    {
        using var host = new TestHost(new NetworkOptions
        {
            BridgeAddress = "10.231.7.1/24",
            Pools = [new(IPNetwork.Parse("10.60.0.0/23"), 24), new(IPNetwork.Parse("fd00:60::/63"), 64)],
            DefaultOptions = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["bridge"] = new Dictionary<string, string> { ["com.docker.network.driver.mtu"] = "1400", ["com.docker.network.enable_ipv6"] = "true" },
            },
        });
        Network one = Create(host, "one"), two = Create(host, "two", with: r => r with { Options = new Dictionary<string, string> { ["com.docker.network.driver.mtu"] = "1300" } });
        Assert.Equal(["10.60.0.0/24", "fd00:60::/64"], one.Subnets.Select(s => s.Prefix.ToString()));
        Assert.Equal(["10.60.1.0/24", "fd00:60:0:1::/64"], two.Subnets.Select(s => s.Prefix.ToString()));
        Assert.Equal((1400, 1300), (one.Mtu, two.Mtu));
        Assert.Equal("all predefined address pools have been fully subnetted", Assert.Throws<QuaiException>(() => Create(host, "three")).Message);
    }

    [Fact]
    public void A_port_is_reached_on_the_hosts_own_loopback_and_a_kill_breaks_no_connection()
    {
        using var host = new TestHost();
        Network network = Create(host, "one", "10.231.20.0/24", "fd00:20::/64");
        (NamespaceThread a, _) = host.Run("a", network, new PortRequest(80, "tcp", null, 8080, 8080), new PortRequest(53, "udp", IPAddress.IPv6Loopback, 8053, 8053));
        using TcpListener atA = a.ServeTcp(80), elsewhere = a.ServeTcp(8080);
        Assert.Equal("fd00:20::1", host.Host.Reach("::1", 8080));
        Assert.Equal("10.231.20.1", host.Host.Reach("127.0.0.1", 8080));

        // A container's loopback is its own, and so is that of another host.
        Assert.Equal("::1", a.Reach("::1", 8080));
        Assert.Null(host.Outside.Call("::1", 8080));
        using Socket server = a.Run(() => Bound(53)), client = host.Host.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 3000 });
        Echo(server);
        Assert.Equal("[::1]:8053", Ask(client));
        using Socket connected = host.Host.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.IPv6Loopback, 8080);
            return socket;
        });
        Assert.Equal("[::1]:8080", connected.RemoteEndPoint!.ToString());
        host.Restart("a");
        Assert.Equal("[::1]:8053", Ask(client));
        Assert.Equal("fd00:20::1", host.Host.Reach("::1", 8080));
        host.Release("a");
        Assert.Null(host.Host.Call("::1", 8080));
    }

    [Fact]
    public void A_container_with_IPv4_alone_is_published_on_IPv6_unless_the_daemon_says_otherwise()
    {
        using var host = new TestHost();
        (NamespaceThread a, Endpoint endpoint) = host.Run("a", new PortRequest(80, "tcp", null, 8080, 8080));
        Assert.Equal(["0.0.0.0:8080", "[::]:8080"], endpoint.Ports.Select(p => new IPEndPoint(p.HostAddress, p.HostPort).ToString()));
        using TcpListener atA = a.ServeTcp(80);
        Assert.Equal("10.231.7.1", host.Host.Reach("::1", 8080));
        ByAnySocket(dual: true);
        ByAnySocket(dual: false);
        host.Restart("a");
        Assert.Equal("10.231.7.1", host.Host.Reach("::1", 8080));
        ByAnySocket(dual: false);
        host.Release("a");
        using TcpListener free = host.Host.ServeTcp(8080);
        host.Options = host.Options with { Relays = false };
        host.Restart();
        Assert.Equal([IPAddress.Any], host.Lease("b", new PortRequest(80, "tcp", null, 8081, 8081)).Ports.Select(p => p.HostAddress));
        Assert.Throws<QuaiException>(() => host.Lease("c", new PortRequest(80, "tcp", IPAddress.IPv6Any, 8082, 8082)));

        // A datagram of a socket of IPv6 goes to no IPv4 address unless it is connected, and one of IPv6 alone cannot be led to an IPv4 address.
        void ByAnySocket(bool dual) => host.Host.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = dual, ReceiveTimeout = 3000 };
            socket.Connect(IPAddress.IPv6Loopback, 8080);
            Assert.Equal("[::1]:8080", socket.RemoteEndPoint!.ToString());

            // What is relayed goes on from the daemon's own namespace, which is not this one.
            Assert.True(!dual || socket.Receive(new byte[1]) == 1);
        });
    }

    private static Socket Bound(int port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    }

    private static void Echo(Socket server) => _ = Task.Run(async () =>
    {
        byte[] buffer = new byte[64];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0));
                await server.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    });

    /// <summary>Sends a datagram without connecting; gives who answers.</summary>
    private static string Ask(Socket client)
    {
        client.SendTo("?"u8.ToArray(), new IPEndPoint(IPAddress.IPv6Loopback, 8053));
        EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
        client.ReceiveFrom(new byte[64], ref from);
        return from.ToString()!;
    }

    private static string Setting(TestHost host, string place, string name) => host.Host.Run(() => File.ReadAllText($"/proc/sys/net/ipv6/conf/{place}/{name}").Trim());

    /// <summary>A network of the host's own: fd00:77::2 behind it.</summary>
    private static void Wire(TestHost host, NamespaceThread lan)
    {
        host.Host.Run(() => { });
        string pid = $"/proc/{Environment.ProcessId}/fd/{lan.Namespace.Number}";
        host.Command("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", pid);
        host.Command("ip", "addr", "add", "fd00:77::1/64", "dev", "lan0", "nodad");
        host.Command("ip", "link", "set", "lan0", "up");
        TestHost.Command(lan, "ip", "addr", "add", "fd00:77::2/64", "dev", "eth0", "nodad");
        TestHost.Command(lan, "ip", "link", "set", "eth0", "up");
        TestHost.Command(lan, "ip", "route", "add", "default", "via", "fd00:77::1");
    }

    private static Network Create(TestHost host, string name, string? ipv4 = null, string? ipv6 = null, Func<NetworkRequest, NetworkRequest>? with = null)
    {
        var request = new NetworkRequest(name, "bridge")
        {
            EnableIPv6 = ipv6 is null ? null : true,
            Attributes = new NetworkAttributes { Asked = [.. ((string?[])[ipv4, ipv6]).OfType<string>().Select(s => new AskedSubnet(s))] },
        };
        return host.Host.Await(() => host.Service.CreateAsync(with?.Invoke(request) ?? request, CancellationToken.None));
    }
}
