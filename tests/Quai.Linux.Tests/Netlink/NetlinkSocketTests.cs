using System.Net;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Xunit;

namespace Quai.Linux.Tests.Netlink;

/// <summary>Against the real kernel, each in a network namespace of its own.</summary>
public sealed class NetlinkSocketTests
{
    [Fact]
    public void A_bridge_with_an_address_is_made_and_listed() => InNewNamespace(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using var writer = new NetlinkWriter();
        Links.WriteBridge(writer, "qbr0", [2, 0x42, 1, 2, 3, 4], 1400);
        Send(socket, writer);
        Link bridge = Assert.Single(Links.List(socket), l => l.Name == "qbr0");
        Assert.Equal(("bridge", 1400, false, "024201020304"), (bridge.Kind, bridge.Mtu, bridge.Up, bridge.Mac));

        Addresses.WriteAdd(writer, bridge.Index, IPAddress.Parse("10.231.200.1"), 24);
        Send(socket, writer);
        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, Up = true, RouteLocalnet = true });
        Send(socket, writer);
        Assert.Contains(new LinkAddress(bridge.Index, IPAddress.Parse("10.231.200.1"), 24) { IsGlobalForGood = true }, Addresses.List(socket));
        Assert.Contains(new Route(IPAddress.Parse("10.231.200.0"), 24, bridge.Index), Routes.List(socket));
        Assert.Equal("1", File.ReadAllText("/proc/sys/net/ipv4/conf/qbr0/route_localnet").Trim());

        Links.WriteDelete(writer, bridge.Index);
        Send(socket, writer);
        Assert.DoesNotContain(Links.List(socket), l => l.Name == "qbr0");
    });

    [Fact]
    public void A_refusal_has_its_errno_and_the_kernels_own_words() => InNewNamespace(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using var writer = new NetlinkWriter();
        Links.WriteBridge(writer, "qbr0", [2, 0x42, 1, 2, 3, 4], 0);
        Send(socket, writer);
        Links.WriteBridge(writer, "qbr0", [2, 0x42, 1, 2, 3, 4], 0);
        LinuxException exists = Assert.Throws<LinuxException>(() => Send(socket, writer, "create bridge qbr0"));
        Assert.Equal(Errno.EEXIST, exists.Errno);
        Assert.Contains("create bridge qbr0", exists.Message, StringComparison.Ordinal);

        writer.Clear();
        Routes.WriteDefault(writer, 1, IPAddress.Parse("10.9.9.9"));
        LinuxException unreachable = Assert.Throws<LinuxException>(() => Send(socket, writer, "add route"));
        Assert.Equal(Errno.ENETUNREACH, unreachable.Errno);
        Assert.Contains("Nexthop has invalid gateway", unreachable.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_transaction_happens_whole_or_not_at_all() => InNewNamespace(() =>
    {
        using NetlinkSocket socket = NftBatch.OpenSocket();
        NftElement[] elements = [.. Enumerable.Range(1, 2000).Select(i => new NftElement(new byte[] { 6, 0, 0, 0, (byte)(i >> 8), (byte)i, 0, 0 }))];
        using (var batch = new NftBatch())
        {
            batch.AddTable("qtest");
            batch.AddSet("qtest", "s", NftType.Concat(NftType.Protocol, NftType.Port));
            batch.AddElements("qtest", "s", elements);
            batch.Commit(socket, "make");
        }

        AssertCount(2000, socket);
        using (var batch = new NftBatch())
        {
            batch.DeleteElements("qtest", "s", elements.AsSpan(0, 700));
            batch.DeleteElements("qtest", "s", [new NftElement(new byte[] { 17, 0, 0, 0, 0, 1, 0, 0 })]);
            LinuxException refused = Assert.Throws<LinuxException>(() => batch.Commit(socket, "delete"));
            Assert.Equal(Errno.ENOENT, refused.Errno);
        }

        AssertCount(2000, socket);
        using (var batch = new NftBatch())
        {
            batch.DeleteElements("qtest", "s", elements.AsSpan(0, 700));
            batch.Commit(socket, "delete");
        }

        AssertCount(1300, socket);
    });

    /// <summary>The kernel resizes a set's table in the background, and meanwhile lists elements twice or not at all.</summary>
    private static void AssertCount(int expected, NetlinkSocket socket)
    {
        int count = NftBatch.List(socket, "qtest", "s").Count;
        for (int attempt = 0; attempt < 100 && count != expected; attempt++)
        {
            Thread.Sleep(50);
            count = NftBatch.List(socket, "qtest", "s").Count;
        }

        Assert.Equal(expected, count);
    }

    [Fact]
    public void A_verdict_map_jumps() => InNewNamespace(() =>
    {
        using NetlinkSocket socket = NftBatch.OpenSocket();
        using var batch = new NftBatch();
        batch.AddTable("qtest");
        batch.AddChain("qtest", "target");
        batch.AddVerdictMap("qtest", "m", NftType.Address);
        batch.AddElements("qtest", "m", [new NftElement(new byte[] { 10, 0, 0, 1 }, JumpTo: "target")]);
        batch.Commit(socket, "make");
        NftElement element = Assert.Single(NftBatch.List(socket, "qtest", "m"));
        Assert.Equal([10, 0, 0, 1], element.Key.ToArray());
    });

    private static void Send(NetlinkSocket socket, NetlinkWriter writer, string what = "test")
    {
        socket.Request(writer.Written, what);
        writer.Clear();
    }

    private static void InNewNamespace(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                NetworkNamespace.EnterNew();
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }
}
