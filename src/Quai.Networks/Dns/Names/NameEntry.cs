namespace Quai.Networks.Dns.Names;

/// <summary>What one name on one network stands for: containers, each once.</summary>
/// <param name="IPv4">Their IPv4 addresses, one after the other.</param>
/// <param name="IPv6">Their IPv6 addresses, one after the other.</param>
/// <param name="Places">The containers themselves.</param>
internal sealed record NameEntry(byte[] IPv4, byte[] IPv6, NamePlace[] Places);
