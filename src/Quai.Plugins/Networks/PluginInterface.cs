namespace Quai.Plugins.Networks;

/// <summary>What a plugin says of an endpoint's interface, as it wrote it: nothing of it has been checked. What it leaves out is as it was asked for.</summary>
/// <param name="Address">Its IPv4 address with the length of the prefix.</param>
/// <param name="AddressIPv6">Its IPv6 address with the length of the prefix.</param>
/// <param name="MacAddress">Its hardware address.</param>
public sealed record PluginInterface(string? Address, string? AddressIPv6, string? MacAddress);
