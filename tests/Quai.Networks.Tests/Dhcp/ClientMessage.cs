using System.Buffers.Binary;
using System.Net;
using System.Text;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>A client's message as a server reads it.</summary>
internal sealed record ClientMessage(DhcpMessageType Type, uint Transaction, byte[] Hardware, IPAddress Current, IReadOnlyDictionary<byte, byte[]> Options, bool Broadcast)
{
    public IPAddress? Wanted => Options.TryGetValue(DhcpOption.RequestedAddress, out byte[]? bytes) ? new IPAddress(bytes) : null;

    public IPAddress? Server => Options.TryGetValue(DhcpOption.ServerIdentifier, out byte[]? bytes) ? new IPAddress(bytes) : null;

    public string Name => Options.TryGetValue(DhcpOption.HostName, out byte[]? bytes) ? Encoding.ASCII.GetString(bytes) : "";

    public string Identifier => Convert.ToHexString(Options[DhcpOption.ClientIdentifier]);

    /// <summary>As a test compares it: the type, and what is asked for.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { $"{Type}", Current.Equals(IPAddress.Any) ? "" : $"has {Current}", Wanted is null ? "" : $"wants {Wanted}", Server is null ? "" : $"of {Server}" }.Where(s => s.Length > 0));

    /// <summary>Reads one from a frame.</summary>
    public static ClientMessage Of(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> message = frame[42..];
        Dictionary<byte, byte[]> options = [];
        for (int at = 240; message[at] != DhcpOption.End; at += 2 + message[at + 1])
        {
            options[message[at]] = message.Slice(at + 2, message[at + 1]).ToArray();
        }

        return new ClientMessage(
            (DhcpMessageType)options[DhcpOption.MessageType][0], BinaryPrimitives.ReadUInt32BigEndian(message[4..]), message.Slice(28, 6).ToArray(), new IPAddress(message.Slice(12, 4)), options, message[10] == 0x80);
    }
}
