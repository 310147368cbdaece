namespace Quai.Networks.Ipam.Dhcp.Messages;

/// <summary>The options that Quai sends or reads (RFC 2132), by their numbers.</summary>
internal static class DhcpOption
{
    public const byte Pad = 0, SubnetMask = 1, Router = 3, NameServers = 6, HostName = 12, RequestedAddress = 50, LeaseTime = 51, Overload = 52,
        MessageType = 53, ServerIdentifier = 54, Parameters = 55, LongestMessage = 57, RenewalTime = 58, RebindingTime = 59, ClientIdentifier = 61, End = 255;
}
