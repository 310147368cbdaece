using System.Net;
using Quai.Networks.Ipam;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Tests.Dhcp;
using Xunit;

namespace Quai.Networks.Tests.Fuzzing;

/// <summary>Messages of DHCP servers, whatever comes over the network.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class DhcpFuzzTests
{
    [Fact]
    public void Whatever_comes_is_no_message_or_a_lease_that_an_interface_can_have() => Fuzz.Holds(new Property("dhcp-answer", input =>
    {
        if (DhcpReply.Read(DhcpFrame.Read(input)) is not { } reply || !LeaseTerms.IsSound(reply))
        {
            return;
        }

        EndpointLease lease = LeaseTerms.Of(reply, DhcpFrame.SenderOf(input), "web", DateTimeOffset.UnixEpoch);
        Assert.True(lease.RenewAfter > 0 && lease.RenewAfter <= lease.RebindAfter && (lease.EndsAfter is not { } end || lease.RebindAfter <= end));
        Assert.InRange(lease.NameServers.Count, 0, 3);
        IPNetwork subnet = Prefixes.Of(IPAddress.Parse(lease.Address), lease.PrefixLength);
        Assert.True(lease.Router is null || subnet.Contains(IPAddress.Parse(lease.Router)));
    })
    {
        Seeds = [Frame(DhcpMessageType.Offer), Frame(DhcpMessageType.Ack), Frame(DhcpMessageType.Nak)],
    });

    private static byte[] Frame(DhcpMessageType type)
    {
        var server = new TestDhcpServer();
        return server.Wrap(server.Reply(type, new ClientMessage(DhcpMessageType.Discover, 1, [2, 0, 0, 0, 0, 9], IPAddress.Any, new Dictionary<byte, byte[]>(), true), IPAddress.Parse("198.51.100.100")));
    }
}
