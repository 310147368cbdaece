using System.Net;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Xunit;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>Servers' messages, byte by byte.</summary>
public sealed class DhcpReplyTests
{
    private static readonly ClientMessage s_asked = new(DhcpMessageType.Discover, 0x01020304, [2, 0, 0, 0, 0, 9], IPAddress.Any, new Dictionary<byte, byte[]>(), true);

    private static byte[] Offer => new TestDhcpServer().Reply(DhcpMessageType.Offer, s_asked, IPAddress.Parse("198.51.100.100"));

    [Fact]
    public void What_it_says_is_read()
    {
        DhcpReply reply = DhcpReply.Read(Offer)!;
        Assert.Equal((DhcpMessageType.Offer, 0x01020304u, "198.51.100.100", "198.51.100.2", 24, "198.51.100.2", 600u), (reply.Type, reply.Transaction, $"{reply.Address}", $"{reply.Server}", reply.PrefixLength, $"{reply.Router}", reply.LeaseSeconds));
        Assert.Equal(s_asked.Hardware, reply.Hardware);
        Assert.Null(reply.RenewSeconds);
    }

    [Fact]
    public void Options_may_be_in_the_fields_for_a_file_and_a_servers_name()
    {
        byte[] message = [.. Offer.AsSpan(0, 240), DhcpOption.MessageType, 1, (byte)DhcpMessageType.Ack, DhcpOption.Overload, 1, 3, DhcpOption.End];
        new byte[] { DhcpOption.ServerIdentifier, 4, 10, 0, 0, 1, DhcpOption.End }.CopyTo(message, 108);
        new byte[] { DhcpOption.Pad, DhcpOption.SubnetMask, 4, 255, 255, 0, 0, DhcpOption.End }.CopyTo(message, 44);
        DhcpReply reply = DhcpReply.Read(message)!;
        Assert.Equal((DhcpMessageType.Ack, "10.0.0.1", 16), (reply.Type, $"{reply.Server}", reply.PrefixLength));
    }

    [Theory]
    [InlineData("35010553")]
    [InlineData("350105010300000000")]
    [InlineData("3502050501")]
    [InlineData("350105030304050607")]
    [InlineData("35010506050102030405")]
    [InlineData("350103ff")]
    [InlineData("ff")]
    [InlineData("")]
    public void What_is_malformed_is_no_message(string options) => Assert.Null(DhcpReply.Read([.. Offer.AsSpan(0, 240), .. Convert.FromHexString(options)]));

    [Fact]
    public void Whatever_is_cut_off_is_no_message_or_says_less()
    {
        byte[] offer = Offer;
        for (int length = 0; length < offer.Length; length++)
        {
            DhcpReply? reply = DhcpReply.Read(offer.AsSpan(0, length));
            Assert.True(reply is null || length >= 243);
        }
    }

    [Theory]
    [InlineData(255, 0, 255, 0, 0)]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(255, 255, 255, 255, 32)]
    [InlineData(255, 255, 255, 252, 30)]
    public void A_mask_is_a_run_of_ones(byte a, byte b, byte c, byte d, int prefix) =>
        Assert.Equal(prefix, DhcpReply.Read([.. Offer.AsSpan(0, 240), DhcpOption.MessageType, 1, 2, DhcpOption.SubnetMask, 4, a, b, c, d, DhcpOption.End])!.PrefixLength);

    [Fact]
    public void Frames_carry_messages_and_their_checksums_are_right()
    {
        byte[] frame = DhcpFrame.Write([1, 2, 3], [2, 0, 0, 0, 0, 9], DhcpFrame.Everybody, null, null);
        Assert.Equal("FFFFFFFFFFFF0200000000090800", Convert.ToHexString(frame.AsSpan(0, 14)));
        Assert.Equal(0, Ones(frame.AsSpan(14, 20), 0));

        // Over addresses, protocol and length, too.
        Assert.Equal(0, Ones(frame.AsSpan(34), 0xffff + 0xffff + 17 + 11));
        Assert.True(DhcpFrame.Read(frame).IsEmpty);
        byte[] answer = new TestDhcpServer().Wrap([1, 2, 3]);
        Assert.Equal([1, 2, 3], DhcpFrame.Read(answer).ToArray());
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.True(DhcpFrame.Read(answer.AsSpan(0, length)).IsEmpty);
        }
    }

    private static int Ones(ReadOnlySpan<byte> bytes, int before)
    {
        int sum = before;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return ~sum & 0xffff;
    }
}
