using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>A small DHCP server: what it answers to which frame. It lends 198.51.100.100 and on, to each client the same address.</summary>
internal sealed class TestDhcpServer
{
    public static readonly byte[] Mac = [0x02, 0, 0, 0, 0, 0x67];

    private readonly Dictionary<string, IPAddress> _leases = [];
    private readonly Lock _lock = new();
    private byte _next = 100;

    public IPAddress Address { get; init; } = IPAddress.Parse(TestHost.OutsideAddress);

    /// <summary>Seconds.</summary>
    public uint Lease { get; set; } = 600;

    /// <summary>Whether it says nothing; whether it refuses what it is asked to lend; whether it knows nobody any more.</summary>
    public bool Silent { get; set; }

    /// <inheritdoc cref="Silent"/>
    public bool Refuses { get; set; }

    /// <summary>What it changes of an answer before it is sent.</summary>
    public Action<byte[]>? Spoil { get; set; }

    /// <summary>What it was asked.</summary>
    public ConcurrentQueue<ClientMessage> Asked { get; } = [];

    /// <summary>What it was asked, as text, and forgets it.</summary>
    public string[] Take()
    {
        List<string> taken = [];
        while (Asked.TryDequeue(out ClientMessage? message))
        {
            taken.Add(message.ToString());
        }

        return [.. taken];
    }

    /// <summary>Lends other addresses from now on.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _leases.Clear();
        }
    }

    /// <summary>Its answer to a frame; null for none.</summary>
    public byte[]? Answer(ReadOnlySpan<byte> frame)
    {
        ClientMessage message = ClientMessage.Of(frame);
        Asked.Enqueue(message);
        if (Silent || message.Type == DhcpMessageType.Release || (message.Server is { } meant && !meant.Equals(Address)))
        {
            return null;
        }

        IPAddress address;
        lock (_lock)
        {
            if (!_leases.TryGetValue(message.Identifier, out IPAddress? known))
            {
                IPAddress? wanted = message.Wanted is { } w && w.GetAddressBytes() is [198, 51, 100, >= 100] && !_leases.ContainsValue(w) ? w : null;
                _leases[message.Identifier] = known = wanted ?? new IPAddress([198, 51, 100, _next++]);
            }

            address = known;
        }

        IPAddress? asked = message.Current.Equals(IPAddress.Any) ? message.Wanted : message.Current;
        DhcpMessageType type = message.Type == DhcpMessageType.Discover ? DhcpMessageType.Offer : Refuses || !address.Equals(asked) ? DhcpMessageType.Nak : DhcpMessageType.Ack;
        byte[] answer = Reply(type, message, address);
        Spoil?.Invoke(answer);
        return Wrap(answer);
    }

    /// <summary>A server's message.</summary>
    public byte[] Reply(DhcpMessageType type, ClientMessage to, IPAddress address)
    {
        List<byte> options = [DhcpOption.MessageType, 1, (byte)type, DhcpOption.ServerIdentifier, 4, .. Address.GetAddressBytes()];
        if (type != DhcpMessageType.Nak)
        {
            byte[] lease = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(lease, Lease);
            options.AddRange([DhcpOption.LeaseTime, 4, .. lease, DhcpOption.SubnetMask, 4, 255, 255, 255, 0, DhcpOption.Router, 4, 198, 51, 100, 2, DhcpOption.NameServers, 8, 198, 51, 100, 3, 198, 51, 100, 4]);
        }

        byte[] message = new byte[240 + options.Count + 1];
        message[0] = 2;
        message[1] = 1;
        message[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), to.Transaction);
        if (type != DhcpMessageType.Nak)
        {
            address.TryWriteBytes(message.AsSpan(16), out _);
        }

        to.Hardware.CopyTo(message, 28);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), 0x6382_5363);
        options.CopyTo(message, 240);
        message[^1] = DhcpOption.End;
        return message;
    }

    /// <summary>The frame of a server's message, for everybody.</summary>
    public byte[] Wrap(byte[] message)
    {
        byte[] frame = DhcpFrame.Write(message, Mac, DhcpFrame.Everybody, Address, null);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), DhcpFrame.ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), DhcpFrame.ClientPort);
        return frame;
    }
}
