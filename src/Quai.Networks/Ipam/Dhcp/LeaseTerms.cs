using System.Net;
using System.Net.Sockets;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Ipam.Sources;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>From a server's message to a lease: what it says is made sensible, or refused.</summary>
internal static class LeaseTerms
{
    private const uint Forever = uint.MaxValue, ShortestRenewal = 1, UnsaidLease = 3600;

    /// <summary>Whether a server lends, or offers, something that an interface can have.</summary>
    public static bool IsSound(DhcpReply reply)
    {
        if (!Prefixes.IsHosts(reply.Address) || reply.PrefixLength == 0 || reply.Server is not { } server || !Prefixes.IsHosts(server))
        {
            return false;
        }

        IPNetwork subnet = Prefixes.Of(reply.Address, reply.PrefixLength);
        return reply.PrefixLength > 30 || (!reply.Address.Equals(subnet.BaseAddress) && Prefixes.Number(reply.Address) != Prefixes.Last(subnet));
    }

    /// <summary>The lease of a sound message.</summary>
    /// <param name="reply">The message.</param>
    /// <param name="senderMac">Whose frame it was.</param>
    /// <param name="hostName">The client's name.</param>
    /// <param name="now">When it was asked for.</param>
    public static EndpointLease Of(DhcpReply reply, ReadOnlySpan<byte> senderMac, string hostName, DateTimeOffset now)
    {
        uint lease = Math.Max(reply.LeaseSeconds ?? UnsaidLease, 2 * ShortestRenewal);
        uint rebind = reply.RebindSeconds is { } rebinding && rebinding < lease ? rebinding : lease / 8 * 7 is > 0 and var usual ? usual : lease;
        uint renew = reply.RenewSeconds is { } renewal && renewal <= rebind ? renewal : Math.Min(lease / 2, rebind);
        IPNetwork subnet = Prefixes.Of(reply.Address, reply.PrefixLength);
        return new EndpointLease
        {
            Address = reply.Address.ToString(),
            PrefixLength = reply.PrefixLength,
            Router = reply.Router is { AddressFamily: AddressFamily.InterNetwork } router && subnet.Contains(router) && !router.Equals(reply.Address) ? router.ToString() : null,
            NameServers = [.. reply.NameServers.Select(n => n.ToString())],
            Server = reply.Server!.ToString(),
            ServerMac = MacAddress.Format(senderMac),
            Since = now,
            RenewAfter = Math.Max(renew, ShortestRenewal),
            RebindAfter = Math.Max(rebind, ShortestRenewal),
            EndsAfter = lease == Forever ? null : lease,
            HostName = hostName,
        };
    }
}
