using System.Net;
using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using Quai.Linux.Xfrm;
using Xunit;

namespace Quai.Linux.Tests.Xfrm;

/// <summary>Messages of NETLINK_XFRM as the kernel reads them, also where it has none of it.</summary>
public sealed class XfrmMessageTests
{
    [Fact]
    public void A_state_names_its_ends_its_port_and_its_key()
    {
        var state = new XfrmState(IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), 0x01020304, 7) { Port = 4789, Key = Enumerable.Range(100, 36).Select(i => (byte)i).ToArray() };
        using var writer = new NetlinkWriter();
        XfrmStates.WriteAdd(writer, state);
        byte[] message = writer.Written.ToArray();
        Assert.Equal(16 + 224 + 4 + 72 + 36, message.Length);

        // Receiver, sender, port and its mask in the selector; receiver, number and ESP in the id; mode transport and no window.
        Assert.Equal([192, 0, 2, 2], message[16..20]);
        Assert.Equal([192, 0, 2, 1], message[32..36]);
        Assert.Equal([0x12, 0xb5, 0xff, 0xff, 0, 0, 0, 0, 2, 0, 32, 32, 17], message[48..61]);
        Assert.Equal([192, 0, 2, 2], message[72..76]);
        Assert.Equal([1, 2, 3, 4, 50], message[88..93]);
        Assert.Equal([7, 0, 0, 0, 2, 0, 0, 0], message[224..232]);
        Assert.Equal("rfc4106(gcm(aes))", System.Text.Encoding.ASCII.GetString(message, 244, 17));
        Assert.Equal([32, 1, 0, 0, 128, 0, 0, 0, 100, 101], message[308..318]);
    }

    [Fact]
    public void A_policy_names_what_it_is_for_and_the_state()
    {
        var policy = new XfrmPolicy(IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"), 4789, 0x4f001001) { RequestId = 9, Spi = 0x01020304 };
        using var writer = new NetlinkWriter();
        XfrmPolicies.WriteSet(writer, policy);
        byte[] message = writer.Written.ToArray();
        Assert.Equal(16 + 168 + 4 + 64 + 4 + 8, message.Length);
        Assert.Equal(policy.Destination.GetAddressBytes(), message[16..32]);
        Assert.Equal([10, 0, 128, 128, 17], message[56..61]);

        // Outgoing, allowed; then the template: number, ESP, family, request id and mode transport; then the mark and all of its bits.
        Assert.Equal([1, 0], message[176..178]);
        Assert.Equal([1, 2, 3, 4, 50], message[204..209]);
        Assert.Equal([10, 0], message[212..214]);
        Assert.Equal([9, 0, 0, 0, 0], message[232..237]);
        Assert.Equal([1, 16, 0, 0x4f, 255, 255, 255, 255], message[256..264]);
        writer.Clear();
        XfrmPolicies.WriteDelete(writer, policy);
        Assert.Equal(16 + 64 + 4 + 8, writer.Length);
    }
}
