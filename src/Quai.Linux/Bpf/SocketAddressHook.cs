namespace Quai.Linux.Bpf;

/// <summary>Where a program sees and changes the addresses of IPv6 sockets, by the kernel's numbers (<c>bpf_attach_type</c>).</summary>
public enum SocketAddressHook
{
    /// <summary>Before a socket connects.</summary>
    Connect = 11,

    /// <summary>Before a datagram is sent.</summary>
    SendDatagram = 15,

    /// <summary>Before a program is told who sent a datagram.</summary>
    ReceiveDatagram = 20,

    /// <summary>Before a program is told whom a socket is connected to. Linux 5.8 and later.</summary>
    PeerName = 30,
}
