using System.Net;
using Quai.Linux.Netlink;
using Xunit;

namespace Quai.Linux.Tests.Netlink;

public sealed class NetlinkWriterTests
{
    [Fact]
    public void A_default_route_is_the_bytes_that_the_kernel_documents()
    {
        using var writer = new NetlinkWriter();
        Routes.WriteDefault(writer, 16, IPAddress.Parse("10.231.0.1"));

        // nlmsghdr: 44 bytes, RTM_NEWROUTE, REQUEST|ACK|REPLACE|CREATE; rtmsg: AF_INET, main table, boot, universe, unicast; RTA_GATEWAY; RTA_OIF.
        Assert.Equal(
            "2C000000180005050000000000000000" + "02000000FE03000100000000" + "080005000AE70001" + "0800040010000000",
            Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void Attributes_are_padded_to_four_bytes_and_their_length_is_not()
    {
        using var writer = new NetlinkWriter(32);
        writer.Begin(1, 0);
        int nest = writer.BeginNest(5);
        writer.String(3, "lo");
        writer.U8(4, 9);
        writer.EndNest(nest);
        writer.End();

        Assert.Equal("24000000010001000000000000000000" + "14000580" + "070003006C6F0000" + "0500040009000000", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void Growing_keeps_what_was_written()
    {
        using var writer = new NetlinkWriter(16);
        writer.Begin(1, 0);
        for (int i = 0; i < 1000; i++)
        {
            writer.U32((ushort)(i % 100), (uint)i);
        }

        writer.End();
        var attributes = new NetlinkAttributes(writer.Written[NetlinkConstants.NLMSG_HDRLEN..]);
        uint expected = 0;
        while (attributes.Next())
        {
            Assert.Equal(expected % 100, attributes.Type);
            Assert.Equal(expected++, attributes.U32);
        }

        Assert.Equal(1000u, expected);
    }

    [Fact]
    public void A_malformed_attribute_ends_the_walk()
    {
        var longer = new NetlinkAttributes([0x40, 0, 1, 0, 1, 2, 3, 4]);
        var shorter = new NetlinkAttributes([2, 0, 1, 0]);
        Assert.False(longer.Next());
        Assert.False(shorter.Next());
    }

    [Fact]
    public void The_offset_of_the_namespace_descriptor_is_where_it_is()
    {
        using var writer = new NetlinkWriter();
        int offset = Links.WriteVeth(writer, new VethEnd { Name = "eth0" }, new VethEnd { Name = "veth0", InNamespace = true, NamespaceDescriptor = 0x11223344 });
        Assert.Equal(0x11223344, BitConverter.ToInt32(writer.Written[offset..]));
    }
}
