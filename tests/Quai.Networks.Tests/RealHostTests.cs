using System.Net;
using System.Net.Sockets;
using Quai.Linux.Netlink;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>In the machine's own namespace, beside whatever else runs there: own bridge, own subnet, own table, and nothing left behind.</summary>
public sealed class RealHostTests
{
    [Fact]
    public async Task Containers_work_beside_others_and_leave_nothing()
    {
        var options = new NetworkOptions { Bridge = "quaitest0", BridgeAddress = "10.231.250.1/24", TableName = "quai_test", IpForward = false };
        using var database = new TemporaryDatabase();
        using NetworkService service = NetworkService.Open(database.Database, options);
        await service.RecoverAsync(new HashSet<string>(), CancellationToken.None);
        try
        {
            var request = new EndpointRequest("a", service.Resolve("bridge").Id, null, null, [new PortRequest(80, "tcp", IPAddress.Any, 0, 0)]);
            Endpoint endpoint = await service.ConnectAsync(request, CancellationToken.None);
            using var box = new NamespaceThread();
            await SandboxExecutor.ConnectAsync(SandboxSetup.Of([endpoint]), $"/proc/self/fd/{box.Namespace.Number}");
            await service.PublishAsync(endpoint, CancellationToken.None);
            using TcpListener server = box.ServeTcp(80);

            Assert.Equal("10.231.250.1", await CallAsync(endpoint.IPv4!.Address, 80));
            Assert.Equal("10.231.250.1", await CallAsync(IPAddress.Loopback, endpoint.Ports[0].HostPort));
            Assert.Equal("10.231.250.1", await CallAsync(IPAddress.Parse("10.231.250.1"), endpoint.Ports[0].HostPort));

            await service.ReleaseAsync("a", CancellationToken.None);
            await service.FlushAsync(CancellationToken.None);
        }
        finally
        {
            await service.DestroyAsync(CancellationToken.None);
        }

        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        Assert.DoesNotContain(Links.List(socket), l => l.Name == "quaitest0");
    }

    private static async Task<string> CallAsync(IPAddress address, int port)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var client = new TcpClient();
        await client.ConnectAsync(address, port, timeout.Token);
        byte[] buffer = new byte[64];
        int length = await client.GetStream().ReadAsync(buffer, timeout.Token);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, length);
    }
}
