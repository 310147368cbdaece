using System.Net;
using System.Net.Sockets;
using Quai.Networks.Ports;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>Published ports pass from one container to another that takes its place.</summary>
public sealed class MovedPortsTests
{
    [Fact]
    public void They_are_the_others_then_and_what_is_not_wanted_is_free()
    {
        using var host = new TestHost();
        Endpoint from = host.Run("a", Tcp(80, 8080), Tcp(81, 8081), Tcp(82, 0)).Endpoint, to = host.Lease("b");
        ushort chosen = from.Ports.Single(p => p.ContainerPort == 82).HostPort;
        bool recorded = false;
        (from, to) = Move(host, from, to, () => recorded = true, Tcp(90, 8080), Tcp(82, 0), Tcp(83, 8083));
        Assert.True(recorded);
        Assert.Empty(from.Ports);
        Assert.Equal([(82, chosen), (83, 8083), (90, 8080)], to.Ports.Select(p => ((int)p.ContainerPort, (int)p.HostPort)).Order());
        Assert.Equal([to.Ports.Count, 0], [host.Service.EndpointsOf("b")[0].Ports.Count, host.Service.EndpointsOf("a")[0].Ports.Count]);

        // The first may end: the ports stay the second's.
        host.Release("a");
        host.Host.Await(() => host.Service.FlushAsync(CancellationToken.None));
        Assert.Equal("Bind for 0.0.0.0:8080 failed: port is already allocated", Assert.Throws<PortUnavailableException>(() => host.Lease("c", Tcp(80, 8080))).Message);
        Assert.Single(host.Lease("c", Tcp(80, 8081)).Ports);
        host.Release("b");
        Assert.Single(host.Lease("d", Tcp(80, 8080)).Ports);
    }

    [Fact]
    public void One_that_cannot_be_had_leaves_everything_as_it_was()
    {
        using var host = new TestHost();
        using TcpListener other = host.Host.ServeTcp(9000);
        Endpoint from = host.Run("a", Tcp(80, 8080), Tcp(81, 8081)).Endpoint, to = host.Lease("b");
        Assert.Throws<PortUnavailableException>(() => Move(host, from, to, () => { }, Tcp(80, 8080), Tcp(80, 9000)));
        Assert.Throws<InvalidOperationException>(() => Move(host, from, to, () => throw new InvalidOperationException(), Tcp(80, 8080)));
        Assert.Equal(2, host.Service.EndpointsOf("a")[0].Ports.Count);
        Assert.Empty(host.Service.EndpointsOf("b")[0].Ports);
        Assert.All((ushort[])[8080, 8081], port => Assert.Throws<PortUnavailableException>(() => host.Lease("c", Tcp(80, port))));
        host.Release("a");
        Assert.Equal(2, host.Lease("c", Tcp(80, 8080), Tcp(80, 8081)).Ports.Count);
    }

    [Fact]
    public void They_may_be_asked_for_on_other_addresses()
    {
        using var host = new TestHost();
        Endpoint from = host.Run("a", new PortRequest(80, "tcp", IPAddress.Loopback, 8080, 8080)).Endpoint, to = host.Lease("b");
        (_, to) = Move(host, from, to, () => { }, Tcp(80, 8080));
        Assert.Equal(IPAddress.Any, Assert.Single(to.Ports).HostAddress);
    }

    private static PortRequest Tcp(ushort port, ushort hostPort) => new(port, "tcp", IPAddress.Any, hostPort, hostPort);

    private static (Endpoint From, Endpoint To) Move(TestHost host, Endpoint from, Endpoint to, Action record, params PortRequest[] publish) =>
        host.Host.Run(() => host.Service.MovePortsAsync(from, to, publish, _ => record(), CancellationToken.None).GetAwaiter().GetResult());
}
