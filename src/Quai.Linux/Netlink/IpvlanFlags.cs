namespace Quai.Linux.Netlink;

/// <summary>How an ipvlan interface talks to the others of its parent (IPVLAN_F_…).</summary>
[Flags]
public enum IpvlanFlags : ushort
{
    /// <summary>Directly.</summary>
    Bridge = 0,

    /// <summary>Not at all.</summary>
    Private = 1,

    /// <summary>By way of the switch that the parent is connected to, which must send back what came from it.</summary>
    Vepa = 2,
}
