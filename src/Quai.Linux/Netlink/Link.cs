namespace Quai.Linux.Netlink;

/// <summary>A network interface as the kernel lists it.</summary>
/// <param name="Index">Its number in its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>bridge</c>, <c>veth</c> …; empty for hardware.</param>
/// <param name="Master">Index of the bridge it is a port of, or 0.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Up">Whether it is administratively up.</param>
/// <param name="Mac">Hardware address in hex digits without colons.</param>
/// <param name="Group">Its group's number; 0 for none.</param>
/// <param name="Alias">Its alias text; empty for none.</param>
public readonly record struct Link(int Index, string Name, string Kind, int Master, int Mtu, bool Up, string Mac, uint Group = 0, string Alias = "");

/// <summary>One end of a veth pair to create.</summary>
public readonly record struct VethEnd
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its requested index; 0 lets the kernel choose.</summary>
    public int Index { get; init; }

    /// <summary>Its hardware address, six bytes; null lets the kernel choose.</summary>
    public byte[]? Mac { get; init; }

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>Index of the bridge to join; 0 for none.</summary>
    public int Master { get; init; }

    /// <summary>Whether it is brought up at once.</summary>
    public bool Up { get; init; }

    /// <summary>Its group; 0 for none.</summary>
    public uint Group { get; init; }

    /// <summary>Whether it is created in the namespace of <see cref="NamespaceDescriptor"/> rather than in the socket's.</summary>
    public bool InNamespace { get; init; }

    /// <summary>Descriptor of that namespace; may be filled in later.</summary>
    public int NamespaceDescriptor { get; init; }
}

/// <summary>What to change on an interface; unset members stay.</summary>
public readonly record struct LinkChange
{
    /// <summary>The interface, by index; 0 to use <see cref="Name"/>.</summary>
    public int Index { get; init; }

    /// <summary>The interface, by name.</summary>
    public string? Name { get; init; }

    /// <summary>The name to give it, where <see cref="Index"/> says which it is; null leaves the present one.</summary>
    public string? Rename { get; init; }

    /// <summary>Up or down.</summary>
    public bool? Up { get; init; }

    /// <summary>Index of the bridge to join; 0 leaves the present one.</summary>
    public int? Master { get; init; }

    /// <summary>Its hardware address, six bytes; null leaves the present one.</summary>
    public byte[]? Mac { get; init; }

    /// <summary>Bytes; 0 leaves it.</summary>
    public int Mtu { get; init; }

    /// <summary>The group to put it in; null leaves the present one.</summary>
    public uint? Group { get; init; }

    /// <summary>An alias for people and programs to read (<c>ip link</c> shows it); null leaves the present one.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether packets of 127.0.0.0/8 may be routed over it (<c>route_localnet</c>); null leaves it.</summary>
    public bool? RouteLocalnet { get; init; }

    /// <summary>Whether it accepts neither ICMP redirects nor source-routed packets, and sends no redirects.</summary>
    public bool NoRedirects { get; init; }

    /// <summary>Whether it accepts only packets whose source would be reached over it (<c>rp_filter</c> 1): on an interface without addresses, none.</summary>
    public bool StrictReversePath { get; init; }

    /// <summary>Whether no link-local IPv6 address is created when it comes up.</summary>
    public bool NoIPv6Autoconfiguration { get; init; }

    /// <summary>As a bridge's port: whether it exchanges no frames with other isolated ports.</summary>
    public bool Isolated { get; init; }

    /// <summary>
    /// As a bridge's port: whether frames to the link-local groups 01:80:c2:00:00:00 to 0f, which otherwise go past the bridge to the port's own protocols, are treated like others.
    /// </summary>
    public bool ForwardsLinkLocalGroups { get; init; }

    /// <summary>As a bridge's port: whether a frame may leave by the port it came in by.</summary>
    public bool Hairpin { get; init; }
}
