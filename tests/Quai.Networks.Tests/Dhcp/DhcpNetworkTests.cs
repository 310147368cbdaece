using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Linux.Sockets;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>Networks upon <c>out0</c> of the test host, with a DHCP server outside.</summary>
public sealed class DhcpNetworkTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestHost _host = new();
    private readonly TestDhcpServer _server = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public DhcpNetworkTests()
    {
        // What clients' messages begin with.
        PacketSocket socket = _host.Outside.Run(() => PacketSocket.Open(50, PacketFilter.Datagrams(DhcpFrame.ServerPort, 0, 0x01010600)));
        _serving = Task.Run(() => ServeAsync(socket));
    }

    public void Dispose()
    {
        _end.Cancel();
        _serving.GetAwaiter().GetResult();
        _host.Dispose();
        _end.Dispose();
    }

    [Fact]
    public void A_container_has_what_the_server_lends_and_asks_for_it_again()
    {
        Network net = Create();
        Assert.Empty(net.Subnets);
        Endpoint endpoint = Lease("a", net);
        Assert.Equal(("198.51.100.100", 24, "198.51.100.2"), ($"{endpoint.IPv4!.Address}", endpoint.IPv4.PrefixLength, $"{endpoint.IPv4.Gateway}"));
        Assert.Equal(["Discover", "Request wants 198.51.100.100 of 198.51.100.2"], _server.Take());
        (NamespaceThread a, _) = _host.Run(endpoint);
        using TcpListener outside = _host.Outside.ServeTcp(90);
        Assert.Equal("198.51.100.100", a.Reach(TestHost.OutsideAddress, 90));
        Assert.Contains(endpoint.MacAddress, TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
        Assert.Contains("default via 198.51.100.2 dev eth0", TestHost.Command(a, "ip", "route"), StringComparison.Ordinal);
        Assert.Equal("198.51.100.0/24", $"{Assert.Single(_host.Service.Resolve("lan").Subnets).Prefix}");

        _host.Release("a");
        Await(() => _server.Asked.Any(m => m.Type == DhcpMessageType.Release));
        Assert.Equal(["Release has 198.51.100.100 of 198.51.100.2"], _server.Take());
        Assert.Equal((endpoint.IPv4, endpoint.MacAddress), (Lease("a", net) is var again ? again.IPv4 : null, endpoint.MacAddress));
        Assert.Equal(["Discover wants 198.51.100.100", "Request wants 198.51.100.100 of 198.51.100.2"], _server.Take());
    }

    [Fact]
    public void Leases_are_renewed_also_after_a_restart_and_one_of_a_container_that_is_gone_is_remembered()
    {
        _server.Lease = 4;
        Network net = Create();
        Endpoint kept = Lease("a", net), gone = Lease("b", net);
        Await(() => _server.Asked.Count(m => m.Current.Equals(kept.IPv4!.Address)) >= 2);
        _server.Lease = 600;
        _host.Restart(() => _server.Take(), "a");
        Await(() => _server.Asked.Any(m => m.Current.Equals(kept.IPv4!.Address) || kept.IPv4.Address.Equals(m.Wanted)));
        Endpoint found = Assert.Single(_host.Service.EndpointsOf("a"));
        Assert.Equal((kept.Id, kept.IPv4, kept.MacAddress), (found.Id, found.IPv4, found.MacAddress));
        Assert.Empty(_host.Service.EndpointsOf("b"));
        Assert.Equal("198.51.100.0/24", $"{Assert.Single(_host.Service.Resolve("lan").Subnets).Prefix}");
        Assert.Equal(gone.IPv4, Lease("b", net).IPv4);
    }

    [Fact]
    public void A_lease_that_is_refused_is_told_of()
    {
        _server.Lease = 4;
        Network net = Create();
        Endpoint endpoint = Lease("a", net);
        using var told = new SemaphoreSlim(0);
        Endpoint? lost = null;
        _host.Service.AddressLost += e =>
        {
            lost = e;
            told.Release();
        };
        _server.Refuses = true;
        Assert.True(told.Wait(s_patience));
        Assert.Equal(endpoint.Id, lost!.Id);
    }

    [Fact]
    public void An_address_that_is_asked_for_is_had_or_refused_and_nothing_is_left()
    {
        Network net = Create();
        Assert.Equal("198.51.100.150", $"{Lease("a", net, "198.51.100.150").IPv4!.Address}");
        Assert.Contains(
            "network lan: DHCP server 198.51.100.2 on out0 offers 198.51.100.100 and not 198.51.100.9",
            Assert.Throws<QuaiException>(() => Lease("b", net, "198.51.100.9")).Message,
            StringComparison.Ordinal);
        Assert.Empty(_host.Service.EndpointsOf("b"));
        _host.Release("a");
        _host.Host.Await(() => _host.Service.RemoveAsync(net.Id, CancellationToken.None));
    }

    [Fact]
    public void A_server_that_lends_one_address_twice_is_named()
    {
        Network net = Create();
        Endpoint first = Lease("a", net);
        _server.Spoil = answer =>
        {
            first.IPv4!.Address.TryWriteBytes(answer.AsSpan(16), out _);
            answer[242] = answer[242] == (byte)DhcpMessageType.Nak ? (byte)DhcpMessageType.Ack : answer[242];
        };
        Assert.Contains($"DHCP server 198.51.100.2 gave 198.51.100.100 for an endpoint on network lan, where it is somebody's already", Assert.Throws<QuaiException>(() => Lease("b", net)).Message, StringComparison.Ordinal);
        Assert.Empty(_host.Service.EndpointsOf("b"));
        Assert.Single(_host.Service.EndpointsOf("a"));
    }

    private Network Create() => _host.Host.Await(() => _host.Service.CreateAsync(
        new NetworkRequest("lan", "macvlan") { Options = new Dictionary<string, string> { ["parent"] = "out0" }, Attributes = new NetworkAttributes { IpamDriver = "dhcp" } }, CancellationToken.None));

    private Endpoint Lease(string container, Network net, string? address = null) =>
        _host.Lease(new EndpointRequest(container, net.Id, null, address is null ? null : IPAddress.Parse(address), []) { ContainerName = container });

    private static void Await(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, s_patience));

    private async Task ServeAsync(PacketSocket socket)
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer, _end.Token);
                if (_server.Answer(buffer.AsSpan(0, length)) is { } answer)
                {
                    await socket.SendAsync(answer, _end.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
        }
    }
}
