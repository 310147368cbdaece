using System.Net;

namespace Quai.Networks.Ipam;

/// <summary>A part of the address space that networks get their subnets from.</summary>
/// <param name="Base">All of it, of either family.</param>
/// <param name="Size">The length of the prefixes that it is cut into.</param>
public sealed record AddressPoolOption(IPNetwork Base, int Size);
