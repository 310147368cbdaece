namespace Quai.Linux.Netlink;

/// <summary>An interface to create upon another one, its parent: it sends and receives by the parent's.</summary>
public readonly record struct StackedLink
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Index of the parent in the namespace in which the request is sent; 0 for none, with which the kernel makes nothing.</summary>
    public required int Parent { get; init; }

    /// <summary>Its requested index; 0 lets the kernel choose.</summary>
    public int Index { get; init; }

    /// <summary>Its hardware address, six bytes; null for the kernel's choice or, where the kind has none of its own, the parent's.</summary>
    public byte[]? Mac { get; init; }

    /// <summary>Bytes; 0 for the parent's.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether it is created in another namespace than its parent's, whose descriptor is filled in later, with its name and index there.</summary>
    public bool InNamespace { get; init; }
}
