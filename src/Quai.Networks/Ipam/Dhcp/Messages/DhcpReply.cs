using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Quai.Networks.Ipam.Dhcp.Messages;

/// <summary>A server's message, read. It comes from whoever is on the network: whatever is malformed is no message, and what remains is checked by who uses it.</summary>
internal sealed record DhcpReply
{
    private const int HeaderBytes = 240, HardwareAt = 28, ServerNameAt = 44, FileAt = 108, OptionsAt = 240;
    private const uint Magic = 0x6382_5363;
    private const byte BootReply = 2, Ethernet = 1, EthernetBytes = 6;
    private const int MostNameServers = 3;

    /// <summary>What it is.</summary>
    public DhcpMessageType Type { get; private init; }

    /// <summary>The number of the exchange that it answers.</summary>
    public uint Transaction { get; private init; }

    /// <summary>The hardware address of the client that it is for.</summary>
    public required byte[] Hardware { get; init; }

    /// <summary>The address that is offered or lent.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The server; null where it does not say.</summary>
    public IPAddress? Server { get; private init; }

    /// <summary>Bits of the subnet's prefix; where it is not said, by the address's class.</summary>
    public int PrefixLength { get; private init; }

    /// <summary>The first router; null for none.</summary>
    public IPAddress? Router { get; private init; }

    /// <summary>DNS servers, at most three.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; private init; } = [];

    /// <summary>Seconds that it is lent for; null where it is not said. All bits are for ever.</summary>
    public uint? LeaseSeconds { get; private init; }

    /// <summary>Seconds until it is to be renewed; null where it is not said.</summary>
    public uint? RenewSeconds { get; private init; }

    /// <summary>Seconds until any server is to be asked; null where it is not said.</summary>
    public uint? RebindSeconds { get; private init; }

    /// <summary>Reads one; null where it is none.</summary>
    public static DhcpReply? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes || message[0] != BootReply || message[1] != Ethernet || message[2] != EthernetBytes || BinaryPrimitives.ReadUInt32BigEndian(message[236..]) != Magic)
        {
            return null;
        }

        Options options = default;
        if (!options.Read(message[OptionsAt..]))
        {
            return null;
        }

        // What has no room among the options may be where a file's and a server's name would be (RFC 2131, 4.1).
        byte overload = options.Overload;
        if (((overload & 1) != 0 && !options.Read(message[FileAt..(FileAt + 128)])) || ((overload & 2) != 0 && !options.Read(message[ServerNameAt..(ServerNameAt + 64)])))
        {
            return null;
        }

        if (options.Type is not ((byte)DhcpMessageType.Offer or (byte)DhcpMessageType.Ack or (byte)DhcpMessageType.Nak))
        {
            return null;
        }

        var address = new IPAddress(message.Slice(16, 4));
        return new DhcpReply
        {
            Type = (DhcpMessageType)options.Type,
            Transaction = BinaryPrimitives.ReadUInt32BigEndian(message[4..]),
            Hardware = message.Slice(HardwareAt, EthernetBytes).ToArray(),
            Address = address,
            Server = options.Server is { } server ? AddressOf(server) : null,
            PrefixLength = options.Mask is { } mask ? PrefixOf(mask) : ClassOf(message[16]),
            Router = options.Router is { } router ? AddressOf(router) : null,
            NameServers = [.. Usable([options.Name1, options.Name2, options.Name3])],
            LeaseSeconds = options.Lease,
            RenewSeconds = options.Renew,
            RebindSeconds = options.Rebind,
        };
    }

    private static IEnumerable<IPAddress> Usable(uint[] addresses) => addresses.Select(AddressOf).Where(Prefixes.IsHosts).Take(MostNameServers);

    private static IPAddress AddressOf(uint number) => Prefixes.Address(number, System.Net.Sockets.AddressFamily.InterNetwork);

    // 0 for what is no mask: a run of ones, then zeros.
    private static int PrefixOf(uint mask) => (~mask & (~mask + 1)) == 0 ? BitOperations.PopCount(mask) : 0;

    private static int ClassOf(byte first) => first < 128 ? 8 : first < 192 ? 16 : 24;

    private ref struct Options
    {
        public byte Type, Overload;
        public uint? Server, Mask, Router, Lease, Renew, Rebind;
        public uint Name1, Name2, Name3;

        /// <summary>Reads a field of options; false where it is malformed. The first of a kind counts.</summary>
        public bool Read(ReadOnlySpan<byte> field)
        {
            while (!field.IsEmpty && field[0] != DhcpOption.End)
            {
                if (field[0] == DhcpOption.Pad)
                {
                    field = field[1..];
                    continue;
                }

                if (field.Length < 2 || field.Length < 2 + field[1])
                {
                    return false;
                }

                if (!Take(field[0], field.Slice(2, field[1])))
                {
                    return false;
                }

                field = field[(2 + field[1])..];
            }

            return true;
        }

        private bool Take(byte option, ReadOnlySpan<byte> value)
        {
            switch (option)
            {
                case DhcpOption.MessageType:
                    return Byte(ref Type, value);
                case DhcpOption.Overload:
                    return Byte(ref Overload, value);
                case DhcpOption.ServerIdentifier:
                    return Number(ref Server, value);
                case DhcpOption.SubnetMask:
                    return Number(ref Mask, value);
                case DhcpOption.LeaseTime:
                    return Number(ref Lease, value);
                case DhcpOption.RenewalTime:
                    return Number(ref Renew, value);
                case DhcpOption.RebindingTime:
                    return Number(ref Rebind, value);
                case DhcpOption.Router:
                    return value.Length % 4 == 0 && value.Length > 0 && Number(ref Router, value[..4]);
                case DhcpOption.NameServers:
                    return TakeNames(value);
                default:
                    return true;
            }
        }

        private bool TakeNames(ReadOnlySpan<byte> value)
        {
            if (value.Length % 4 != 0 || value.IsEmpty)
            {
                return false;
            }

            if (Name1 == 0)
            {
                Name1 = BinaryPrimitives.ReadUInt32BigEndian(value);
                Name2 = value.Length > 4 ? BinaryPrimitives.ReadUInt32BigEndian(value[4..]) : 0;
                Name3 = value.Length > 8 ? BinaryPrimitives.ReadUInt32BigEndian(value[8..]) : 0;
            }

            return true;
        }

        private static bool Byte(ref byte place, ReadOnlySpan<byte> value)
        {
            if (value.Length != 1)
            {
                return false;
            }

            place = place == 0 ? value[0] : place;
            return true;
        }

        private static bool Number(ref uint? place, ReadOnlySpan<byte> value)
        {
            if (value.Length != 4)
            {
                return false;
            }

            place ??= BinaryPrimitives.ReadUInt32BigEndian(value);
            return true;
        }
    }
}
