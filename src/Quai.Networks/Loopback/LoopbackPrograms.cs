using System.Buffers.Binary;
using Quai.Linux.Bpf;

namespace Quai.Networks.Loopback;

/// <summary>
/// The programs that lead what the host sends to a published port on [::1] to its container. The context is <c>struct bpf_sock_addr</c>.
/// A target is an address of sixteen bytes and a port; an IPv4 address is written as one of IPv6 (::ffff:172.17.0.2), as a socket of IPv6 takes it for a connection,
/// though not for a single datagram.
/// </summary>
/// <param name="ports">From protocol and port on [::1] to a target.</param>
/// <param name="flows">From socket and target back to the port: what a program is told is where it sent to.</param>
/// <param name="network">The cookie of the host's network namespace: that of containers have a [::1] of their own.</param>
/// <param name="only">Where in <c>struct sock_common</c> is whether a socket is one of IPv6 alone (IPV6_V6ONLY), in bits; null where the kernel does not say.</param>
internal sealed class LoopbackPrograms(BpfMap ports, BpfMap flows, ulong network, int? only)
{
    /// <summary>Bytes of a key and a value of the map of ports: the port and the protocol; an address and a port.</summary>
    public const int PortKey = 8, PortValue = 20;

    /// <summary>Bytes of a key and a value of the map of flows: a socket's cookie, an address, a port; the port on [::1].</summary>
    public const int FlowKey = 32, FlowValue = 4;

    private const int MapLookup = 1, MapUpdate = 2, SocketCookie = 46, NamespaceCookie = 122, ToTcp = 136, ToUdp = 140;
    private const int Address = 8, Port = 24, Protocol = 36, Socket = 64;
    private const int Context = 6, Target = 7, Wanted = 8, Frame = 10;

    // Below the frame's end: a flow's key and value, a port's key.
    private const int FlowAt = -32, FlowPort = FlowAt + 24, FlowFill = FlowAt + 28, FlowValueAt = -40, PortKeyAt = -48;

    private static readonly int s_one = BinaryPrimitives.ReadInt32LittleEndian([0, 0, 0, 1]), s_mapped = BinaryPrimitives.ReadInt32LittleEndian([0, 0, 0xff, 0xff]);

    /// <summary>The program for a hook.</summary>
    public byte[] Of(SocketAddressHook hook) => hook switch
    {
        SocketAddressHook.Connect => Outward(datagram: false),
        SocketAddressHook.SendDatagram => Outward(datagram: true),
        _ => Inward(),
    };

    /// <summary>Where somebody sends to [::1] and a published port, has it sent to the container.</summary>
    private byte[] Outward(bool datagram)
    {
        BpfAssembler code = new BpfAssembler().Move(Context, 1);
        for (int word = 0; word < 4; word++)
        {
            code.Load(1, Context, Address + (4 * word)).IfIsNot(1, word == 3 ? s_one : 0, "pass");
        }

        code.Move(1, Context).Call(NamespaceCookie).SetLong(1, network).IfDiffer(0, 1, "pass")
            .Load(Wanted, Context, Port).Store(Frame, PortKeyAt, Wanted).Load(1, Context, Protocol).Store(Frame, PortKeyAt + 4, 1)
            .SetMap(1, ports).Move(2, Frame).Add(2, PortKeyAt).Call(MapLookup)
            .IfIs(0, 0, "pass").Move(Target, 0);
        if (datagram)
        {
            code.Load(1, Target, 8).IfWordIsNot(1, s_mapped, "six").Load(1, Target, 0).IfIsNot(1, 0, "six").Load(1, Target, 4).IfIs(1, 0, "pass").Label("six");
        }

        // A socket of IPv6 alone has no way to an IPv4 address: the relay serves it.
        if (only is { } bit)
        {
            code.Load(1, Target, 8).IfWordIsNot(1, s_mapped, "turn").Load(1, Target, 0).IfIsNot(1, 0, "turn").Load(1, Target, 4).IfIsNot(1, 0, "turn")
                .LoadLong(1, Context, Socket).Call(ToTcp).IfIsNot(0, 0, "known")
                .LoadLong(1, Context, Socket).Call(ToUdp).IfIs(0, 0, "turn")
                .Label("known").LoadByte(1, 0, bit / 8).And(1, 1 << (bit % 8)).IfIsNot(1, 0, "pass").Label("turn");
        }

        code.Move(1, Context).Call(SocketCookie).StoreLong(Frame, FlowAt, 0);
        for (int word = 0; word < 4; word++)
        {
            code.Load(1, Target, 4 * word).Store(Context, Address + (4 * word), 1).Store(Frame, FlowAt + 8 + (4 * word), 1);
        }

        code.Load(1, Target, 16).Store(Context, Port, 1).Store(Frame, FlowPort, 1).Set(1, 0).Store(Frame, FlowFill, 1).Store(Frame, FlowValueAt, Wanted)
            .SetMap(1, flows).Move(2, Frame).Add(2, FlowAt).Move(3, Frame).Add(3, FlowValueAt).Set(4, 0).Call(MapUpdate);
        return Pass(code);
    }

    /// <summary>Where somebody is told of a container that it sent to so, has it told of [::1] and the port.</summary>
    private byte[] Inward()
    {
        BpfAssembler code = new BpfAssembler().Move(Context, 1).Call(SocketCookie).StoreLong(Frame, FlowAt, 0);
        for (int word = 0; word < 4; word++)
        {
            code.Load(1, Context, Address + (4 * word)).Store(Frame, FlowAt + 8 + (4 * word), 1);
        }

        code.Load(1, Context, Port).Store(Frame, FlowPort, 1).Set(1, 0).Store(Frame, FlowFill, 1)
            .SetMap(1, flows).Move(2, Frame).Add(2, FlowAt).Call(MapLookup)
            .IfIs(0, 0, "pass").Load(Wanted, 0, 0).Set(1, 0);
        for (int word = 0; word < 3; word++)
        {
            code.Store(Context, Address + (4 * word), 1);
        }

        code.Set(1, s_one).Store(Context, Address + 12, 1).Store(Context, Port, Wanted);
        return Pass(code);
    }

    private static byte[] Pass(BpfAssembler code) => code.Label("pass").Set(0, 1).Exit().Finish();
}
