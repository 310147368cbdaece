using System.Globalization;
using Quai.Errors;

namespace Quai.Networks.Drivers.Parents;

/// <summary>A sub-interface's name, as <c>eth0.10</c>: that of the interface, and the number of its 802.1Q network.</summary>
/// <param name="Interface">The interface.</param>
/// <param name="Id">The number, 1 to 4094.</param>
internal readonly record struct VlanName(string Interface, ushort Id)
{
    private const ushort Last = 4094;

    /// <summary>Reads a name.</summary>
    /// <exception cref="QuaiException">It is not one, in Docker's words.</exception>
    public static VlanName Parse(string name)
    {
        string[] parts = name.Split('.');
        if (parts.Length < 2)
        {
            throw QuaiException.System($"invalid subinterface vlan name {name}, example formatting is eth0.10");
        }

        if (parts.Length > 2)
        {
            throw QuaiException.System($"required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received {name}");
        }

        if (!int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id))
        {
            throw QuaiException.System($"unable to parse a valid vlan id from: {parts[1]} (ex. eth0.10 for vlan 10)");
        }

        return id is > 0 and <= Last
            ? new VlanName(parts[0], (ushort)id)
            : throw QuaiException.System($"vlan id must be between 1-{Last}, received: {id}");
    }
}
