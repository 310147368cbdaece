using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quai.Linux.Xfrm;

#pragma warning disable CS1591, SA1600 // Named by linux/xfrm.h.

/// <summary>Constants and structures of <c>linux/xfrm.h</c>, the same on both processors. What is in network byte order says so.</summary>
internal static class XfrmStructures
{
    public const ushort XFRM_MSG_NEWSA = 0x10, XFRM_MSG_DELSA = 0x11, XFRM_MSG_GETSA = 0x12, XFRM_MSG_DELPOLICY = 0x14, XFRM_MSG_GETPOLICY = 0x15, XFRM_MSG_UPDPOLICY = 0x19;
    public const ushort XFRMA_TMPL = 5, XFRMA_ALG_AEAD = 18, XFRMA_MARK = 21;
    public const byte XFRM_POLICY_OUT = 1, XFRM_POLICY_ALLOW = 0, XFRM_MODE_TRANSPORT = 0, IPPROTO_UDP = 17, IPPROTO_ESP = 50;
    public const ushort AF_INET = 2, AF_INET6 = 10;

    public static ushort FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? AF_INET : AF_INET6;

    public static uint BigEndian(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    public static ushort BigEndian(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        public uint First;
        public uint Second;
        public uint Third;
        public uint Fourth;

        public static Address Of(IPAddress address)
        {
            Address made = default;
            address.TryWriteBytes(MemoryMarshal.AsBytes(new Span<Address>(ref made)), out _);
            return made;
        }

        public readonly IPAddress ToAddress(ushort family)
        {
            Address copy = this;
            return new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<Address>(ref copy))[..(family == AF_INET ? 4 : 16)]);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Selector
    {
        public Address Destination;
        public Address Source;
        public ushort DestinationPortBigEndian;
        public ushort DestinationPortMask;
        public ushort SourcePortBigEndian;
        public ushort SourcePortMask;
        public ushort Family;
        public byte DestinationPrefix;
        public byte SourcePrefix;
        public byte Protocol;
        public int LinkIndex;
        public uint User;

        /// <summary>UDP from one address to a port of another.</summary>
        public static Selector Of(IPAddress source, IPAddress destination, ushort port)
        {
            byte bits = FamilyOf(source) == AF_INET ? (byte)32 : (byte)128;
            return new Selector
            {
                Destination = Address.Of(destination), Source = Address.Of(source), DestinationPortBigEndian = BigEndian(port), DestinationPortMask = ushort.MaxValue,
                Family = FamilyOf(source), DestinationPrefix = bits, SourcePrefix = bits, Protocol = IPPROTO_UDP,
            };
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Id
    {
        public Address Destination;
        public uint SpiBigEndian;
        public byte Protocol;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Limits
    {
        public ulong SoftBytes;
        public ulong HardBytes;
        public ulong SoftPackets;
        public ulong HardPackets;
        public ulong SoftSeconds;
        public ulong HardSeconds;
        public ulong SoftSecondsInUse;
        public ulong HardSecondsInUse;

        public static Limits None => new() { SoftBytes = ulong.MaxValue, HardBytes = ulong.MaxValue, SoftPackets = ulong.MaxValue, HardPackets = ulong.MaxValue };
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Usage
    {
        public ulong Bytes;
        public ulong Packets;
        public ulong Added;
        public ulong Used;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct StateInfo
    {
        public Selector Selector;
        public Id Id;
        public Address Source;
        public Limits Limits;
        public Usage Usage;
        public uint ReplayWindowErrors;
        public uint Replays;
        public uint IntegrityFailures;
        public uint Sequence;
        public uint RequestId;
        public ushort Family;
        public byte Mode;
        public byte ReplayWindow;
        public byte Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct StateId
    {
        public Address Destination;
        public uint SpiBigEndian;
        public ushort Family;
        public byte Protocol;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PolicyInfo
    {
        public Selector Selector;
        public Limits Limits;
        public Usage Usage;
        public uint Priority;
        public uint Index;
        public byte Direction;
        public byte Action;
        public byte Flags;
        public byte Share;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PolicyId
    {
        public Selector Selector;
        public uint Index;
        public byte Direction;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Template
    {
        public Id Id;
        public ushort Family;
        public Address Source;
        public uint RequestId;
        public byte Mode;
        public byte Share;
        public byte Optional;
        public uint AuthenticationAlgorithms;
        public uint EncryptionAlgorithms;
        public uint CompressionAlgorithms;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Mark
    {
        public uint Value;
        public uint Mask;
    }
}
