namespace Quai.Linux.Netlink;

/// <summary>At which layer the interfaces of an ipvlan parent are told apart (IPVLAN_MODE_…).</summary>
public enum IpvlanMode : ushort
{
    /// <summary>By frames: each has neighbours and broadcasts of its own.</summary>
    L2 = 0,

    /// <summary>By routes: the parent's namespace decides where packets go, and there are no broadcasts.</summary>
    L3 = 1,

    /// <summary>As <see cref="L3"/>, with the parent's netfilter rules and connection tracking.</summary>
    L3S = 2,
}
