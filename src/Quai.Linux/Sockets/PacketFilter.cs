using System.Runtime.InteropServices;

namespace Quai.Linux.Sockets;

/// <summary>One instruction of a socket's filter, in classic BPF (<c>struct sock_filter</c>).</summary>
/// <param name="Code">The operation.</param>
/// <param name="IfTrue">Instructions to skip if a comparison holds.</param>
/// <param name="IfFalse">Instructions to skip if it does not.</param>
/// <param name="Operand">Its constant.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PacketFilter(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    private const ushort LD_W_ABS = 0x20, LD_H_ABS = 0x28, LD_B_ABS = 0x30, LDX_MSH = 0xb1, LD_W_IND = 0x40, LD_H_IND = 0x48, JEQ = 0x15, JSET = 0x45, RET = 0x06;
    private const uint VlanTagPresent = 0xffff_f000 + 48;
    private const uint EtherTypeAt = 12, IpAt = 14, ProtocolAt = IpAt + 9, FragmentAt = IpAt + 6, UdpPortAt = IpAt + 2, PayloadAt = IpAt + 8;
    private const uint IPv4 = 0x0800, Udp = 17, FragmentBits = 0x1fff, All = 0xffff;

    /// <summary>Lets through UDP over IPv4 to one port, unfragmented and of no VLAN, that has a number at a place of its payload.</summary>
    /// <param name="port">The port.</param>
    /// <param name="at">Offset into the payload.</param>
    /// <param name="number">32 bits in network order.</param>
    public static PacketFilter[] Datagrams(ushort port, uint at, uint number) =>
    [
        new(LD_W_ABS, 0, 0, VlanTagPresent),
        new(JEQ, 0, 12, 0),
        new(LD_H_ABS, 0, 0, EtherTypeAt),
        new(JEQ, 0, 10, IPv4),
        new(LD_B_ABS, 0, 0, ProtocolAt),
        new(JEQ, 0, 8, Udp),
        new(LD_H_ABS, 0, 0, FragmentAt),
        new(JSET, 6, 0, FragmentBits),
        new(LDX_MSH, 0, 0, IpAt),
        new(LD_H_IND, 0, 0, UdpPortAt),
        new(JEQ, 0, 3, port),
        new(LD_W_IND, 0, 0, PayloadAt + at),
        new(JEQ, 0, 1, number),
        new(RET, 0, 0, All),
        new(RET, 0, 0, 0),
    ];
}
