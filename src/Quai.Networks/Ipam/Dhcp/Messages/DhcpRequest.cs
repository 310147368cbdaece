using System.Buffers.Binary;
using System.Net;

namespace Quai.Networks.Ipam.Dhcp.Messages;

/// <summary>A client's message, to be written.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Transaction">The number of the exchange.</param>
/// <param name="Client">Who asks.</param>
internal sealed record DhcpRequest(DhcpMessageType Type, uint Transaction, DhcpClient Client)
{
    /// <summary>Seconds since the exchange began.</summary>
    public ushort Seconds { get; init; }

    /// <summary>The address that the client has; null before it has one.</summary>
    public IPAddress? Current { get; init; }

    /// <summary>The address that it asks for; null for any.</summary>
    public IPAddress? Wanted { get; init; }

    /// <summary>The server that is meant; null for all.</summary>
    public IPAddress? Server { get; init; }

    private const int OptionsAt = 240, ShortestMessage = 300;
    private const ushort Broadcast = 0x8000, LongestMessage = 1472;
    private const uint Magic = 0x6382_5363;

    /// <summary>Writes it.</summary>
    public byte[] ToBytes()
    {
        byte[] message = new byte[576];
        message[0] = 1;
        message[1] = 1;
        message[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), Transaction);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), Seconds);

        // Answers come to everybody, as nobody has the address yet.
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), Broadcast);
        Current?.TryWriteBytes(message.AsSpan(12), out _);
        Client.Hardware.CopyTo(message.AsSpan(28));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), Magic);
        int at = OptionsAt;
        Add(message, ref at, DhcpOption.MessageType, [(byte)Type]);
        Add(message, ref at, DhcpOption.ClientIdentifier, Client.Identifier);
        AddAddress(message, ref at, DhcpOption.RequestedAddress, Wanted);
        AddAddress(message, ref at, DhcpOption.ServerIdentifier, Server);
        if (Type != DhcpMessageType.Release)
        {
            Add(message, ref at, DhcpOption.LongestMessage, [LongestMessage >> 8, LongestMessage & 0xff]);
            Add(message, ref at, DhcpOption.Parameters, [DhcpOption.SubnetMask, DhcpOption.Router, DhcpOption.NameServers, DhcpOption.LeaseTime, DhcpOption.RenewalTime, DhcpOption.RebindingTime]);
            if (Client.HostName.Length > 0)
            {
                Add(message, ref at, DhcpOption.HostName, System.Text.Encoding.ASCII.GetBytes(Client.HostName));
            }
        }

        message[at++] = DhcpOption.End;
        return message[..Math.Max(at, ShortestMessage)];
    }

    private static void AddAddress(byte[] message, ref int at, byte option, IPAddress? address)
    {
        if (address is not null)
        {
            Add(message, ref at, option, address.GetAddressBytes());
        }
    }

    private static void Add(byte[] message, ref int at, byte option, ReadOnlySpan<byte> value)
    {
        message[at] = option;
        message[at + 1] = (byte)value.Length;
        value.CopyTo(message.AsSpan(at + 2));
        at += 2 + value.Length;
    }
}
