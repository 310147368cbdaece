namespace Quai.Networks.Dns.Names;

/// <summary>A container on one network, as messages have it.</summary>
/// <param name="Target">By which name it is found wherever that network is known: <c>container.network</c>; empty where no message can hold that.</param>
/// <param name="IPv4">Its IPv4 address, or nothing.</param>
/// <param name="IPv6">Its IPv6 address, or nothing.</param>
/// <param name="Services">What it offers: name and protocol in small letters as two labels, and the port.</param>
internal sealed record NamePlace(byte[] Target, byte[] IPv4, byte[] IPv6, (byte[] Labels, ushort Port)[] Services);
