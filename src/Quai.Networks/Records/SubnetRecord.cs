using System.Net;
using Quai.Networks.Ipam;

namespace Quai.Networks.Records;

/// <summary>A subnet in a network's row.</summary>
/// <param name="Gateway">The network's own address, and with it the subnet.</param>
/// <param name="Range">The part to lease from; null for all of it.</param>
internal sealed record SubnetRecord(InterfaceAddress Gateway, IPNetwork? Range)
{
    /// <summary>As the contract has it.</summary>
    public NetworkSubnet ToSubnet() => new(Gateway.Network, Gateway.Address, Range);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static SubnetRecord Parse(string line)
    {
        string[] words = line.Split(' ');
        return new SubnetRecord(InterfaceAddress.Parse(words[0]), words.Length > 1 ? IPNetwork.Parse(words[1]) : null);
    }

    /// <summary><c>172.17.0.1/16</c>, and the range after a space.</summary>
    public override string ToString() => Range is { } range ? $"{Gateway} {range}" : Gateway.ToString();
}
