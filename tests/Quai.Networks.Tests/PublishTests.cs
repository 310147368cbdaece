using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Ports;
using Xunit;
using Xunit.Abstractions;

namespace Quai.Networks.Tests;

public sealed class PublishTests
{
    [Fact]
    public void Two_hundred_ports_are_one_transaction()
    {
        using var host = new TestHost();
        host.Run("warm", [.. Enumerable.Range(7000, 200).Select(p => Tcp(80, (ushort)p))]);
        PortRequest[] ports = [.. Enumerable.Range(8000, 200).Select(p => Tcp(80, (ushort)p))];
        Endpoint endpoint = host.Lease("a", ports);
        host.Host.Await(() => host.Service.PublishAsync(endpoint, CancellationToken.None));
        AssertElements(400, host);
        host.Host.Await(() => host.Service.ReleaseAsync("a", CancellationToken.None));
        host.Host.Await(() => host.Service.FlushAsync(CancellationToken.None));
        AssertElements(200, host);
    }

    [Fact]
    public void A_port_of_another_container_is_already_allocated()
    {
        using var host = new TestHost();
        host.Lease("a", Tcp(80, 8080));
        var taken = Assert.Throws<PortUnavailableException>(() => host.Lease("b", Tcp(80, 8079), Tcp(80, 8080)));
        Assert.Equal("Bind for 0.0.0.0:8080 failed: port is already allocated", taken.Message);
        taken = Assert.Throws<PortUnavailableException>(() => host.Lease("b", new PortRequest(80, "tcp", IPAddress.Loopback, 8080, 8080)));
        Assert.Equal("Bind for 127.0.0.1:8080 failed: port is already allocated", taken.Message);

        // Neither the address nor the other port of the one that failed is kept.
        Assert.Empty(host.Service.EndpointsOf("b"));
        Endpoint next = host.Lease("b", Tcp(80, 8079), new PortRequest(80, "udp", IPAddress.Any, 8080, 8080));
        Assert.Equal([8079, 8080], next.Ports.Select(p => (int)p.HostPort));
        host.Release("a");
        Assert.Single(host.Lease("c", Tcp(80, 8080)).Ports);
    }

    [Fact]
    public void A_port_of_another_program_is_in_use()
    {
        using var host = new TestHost();
        using TcpListener other = host.Host.ServeTcp(8080);
        var taken = Assert.Throws<PortUnavailableException>(() => host.Lease("a", Tcp(80, 8080)));
        Assert.Equal("failed to bind host port for 0.0.0.0:8080:10.231.7.2:80/tcp: address already in use", taken.Message);
        taken = Assert.Throws<PortUnavailableException>(() => host.Lease("a", new PortRequest(80, "tcp", IPAddress.Parse("203.0.113.9"), 8081, 8081)));
        Assert.Equal("failed to bind host port for 203.0.113.9:8081:10.231.7.3:80/tcp: cannot assign requested address", taken.Message);
    }

    [Fact]
    public void Another_program_cannot_take_a_published_port()
    {
        using var host = new TestHost();
        host.Lease("a", Tcp(80, 8080), new PortRequest(80, "udp", IPAddress.Any, 8080, 8080));
        SocketException refused = Assert.Throws<SocketException>(() => host.Host.ServeTcp(8080));
        Assert.Equal(SocketError.AddressAlreadyInUse, refused.SocketErrorCode);
        refused = Assert.Throws<SocketException>(() => host.Host.Run(() => new UdpClient(8080).Dispose()));
        Assert.Equal(SocketError.AddressAlreadyInUse, refused.SocketErrorCode);
    }

    [Fact]
    public void No_port_named_takes_free_ones_and_a_range_its_first_free_one()
    {
        using var host = new TestHost();
        using TcpListener other = host.Host.ServeTcp(9000);
        Endpoint endpoint = host.Lease("a", Tcp(80, 0), Tcp(81, 0), new PortRequest(82, "tcp", IPAddress.Any, 9000, 9002), new PortRequest(83, "tcp", IPAddress.Any, 9000, 9002));
        Assert.Equal(4, endpoint.Ports.Select(p => p.HostPort).Distinct().Count());
        Assert.All(endpoint.Ports.Take(2), p => Assert.InRange((int)p.HostPort, 1024, 65535));
        Assert.Equal([9001, 9002], endpoint.Ports.Skip(2).Select(p => (int)p.HostPort));
        Assert.Throws<PortUnavailableException>(() => host.Lease("b", new PortRequest(82, "tcp", IPAddress.Any, 9000, 9002)));
    }

    [Fact]
    public void A_port_passes_from_one_container_to_the_next_at_once()
    {
        using var host = new TestHost();
        for (int i = 0; i < 20; i++)
        {
            (NamespaceThread box, Endpoint endpoint) = host.Run("a", Tcp(80, 8080));
            using (TcpListener server = box.ServeTcp(80))
            {
                Assert.Equal(TestHost.OutsideAddress, host.Outside.Reach(TestHost.Address, 8080));
            }

            // Not flushed: the next one's transaction must withdraw what is still there.
            host.Host.Await(() => host.Service.ReleaseAsync("a", CancellationToken.None));
        }

        host.Host.Await(() => host.Service.FlushAsync(CancellationToken.None));
        Assert.Equal(0, Elements(host));
    }

    [Fact]
    public void An_endpoint_that_is_gone_is_not_published()
    {
        using var host = new TestHost();
        Endpoint endpoint = host.Lease("a", Tcp(80, 8080));
        host.Release("a");
        host.Release("a");
        host.Host.Await(() => host.Service.PublishAsync(endpoint, CancellationToken.None));
        Assert.Equal(0, Elements(host));
    }

    [Fact]
    public void A_table_that_somebody_flushed_is_written_anew_with_the_next_change()
    {
        using var host = new TestHost();
        host.Run("a", Tcp(80, 8080));
        host.Run("b", Tcp(80, 8081));
        host.Command("nft", "flush", "ruleset");
        host.Release("a");
        Assert.Equal(1, Elements(host));
        Assert.Contains("masquerade", host.Command("nft", "list", "table", "ip", "quai"), StringComparison.Ordinal);
        host.Command("nft", "flush", "ruleset");
        host.Run("c", Tcp(80, 8082));
        Assert.Equal(2, Elements(host));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_by_name()
    {
        using var host = new TestHost();
        Assert.Contains("invalid protocol: icmp", Assert.Throws<QuaiException>(() => host.Lease("a", new PortRequest(80, "icmp", IPAddress.Any, 8080, 8080))).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<QuaiException>(() => host.Service.Resolve("nonesuch")).Kind);
        string none = host.Service.Resolve("none").Id;
        Assert.Throws<QuaiException>(() => host.Host.Await(() => host.Service.ConnectAsync(new EndpointRequest("a", none, null, null, []), CancellationToken.None)));
        Assert.Throws<QuaiException>(() => host.Host.Await(() => host.Service.ConnectAsync(new EndpointRequest("a", host.BridgeId, "02:42", null, []), CancellationToken.None)));
    }

    /// <summary>The kernel resizes a map's table in the background, and meanwhile lists elements twice or not at all.</summary>
    private static void AssertElements(int expected, TestHost host)
    {
        int count = Elements(host);
        for (int attempt = 0; attempt < 100 && count != expected; attempt++)
        {
            Thread.Sleep(50);
            count = Elements(host);
        }

        Assert.Equal(expected, count);
    }

    private static int Elements(TestHost host) => host.Host.Run(() =>
    {
        using NetlinkSocket socket = NftBatch.OpenSocket();
        return NftBatch.List(socket, host.Options.TableName, "ports").Count + NftBatch.List(socket, host.Options.TableName, "addressed_ports").Count;
    });

    private static PortRequest Tcp(ushort container, ushort host) => new(container, "tcp", IPAddress.Any, host, host);
}
