namespace Quai.Linux.Netlink;

/// <summary>How a macvlan interface talks to the others of its parent (MACVLAN_MODE_…).</summary>
public enum MacvlanMode : uint
{
    /// <summary>Not at all.</summary>
    Private = 1,

    /// <summary>By way of the switch that the parent is connected to, which must send back what came from it.</summary>
    Vepa = 2,

    /// <summary>Directly.</summary>
    Bridge = 4,

    /// <summary>There are no others: it is the parent's only one, and the parent has its hardware address.</summary>
    Passthru = 8,
}
