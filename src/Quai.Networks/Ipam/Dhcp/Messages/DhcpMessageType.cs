namespace Quai.Networks.Ipam.Dhcp.Messages;

/// <summary>What a DHCP message is (RFC 2132, 9.6).</summary>
internal enum DhcpMessageType : byte
{
    /// <summary>A client looks for servers.</summary>
    Discover = 1,

    /// <summary>A server offers an address.</summary>
    Offer = 2,

    /// <summary>A client asks for an address, or to keep it.</summary>
    Request = 3,

    /// <summary>A server lends it.</summary>
    Ack = 5,

    /// <summary>A server refuses.</summary>
    Nak = 6,

    /// <summary>A client gives its address back.</summary>
    Release = 7,
}
