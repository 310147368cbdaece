using System.Net;

namespace Quai.Linux.Netlink.Tunnels;

/// <summary>What an interface knows of where an address is: of a hardware address, behind which host (a tunnel's forwarding entry); of an IP address, which hardware address has it.</summary>
/// <param name="LinkIndex">The interface.</param>
/// <param name="Mac">The hardware address, six bytes; all zeros for whatever has no entry of its own.</param>
/// <param name="Address">The host, or the IP address; null where the entry names none.</param>
/// <param name="IsPermanent">Whether somebody put it there, rather than that it was learned.</param>
public readonly record struct Neighbour(int LinkIndex, byte[] Mac, IPAddress? Address, bool IsPermanent);
