namespace Quai.Linux.Nftables;

/// <summary>Which packets a table sees, by the kernel's numbers.</summary>
public enum NftFamily : byte
{
    /// <summary>Family <c>inet</c>: both of the others.</summary>
    Inet = 1,

    /// <summary>Family <c>ip</c>.</summary>
    IPv4 = 2,

    /// <summary>Family <c>ip6</c>.</summary>
    IPv6 = 10,
}

/// <summary>Where a base chain is hooked in.</summary>
/// <param name="Type"><c>filter</c>, <c>nat</c> or <c>route</c>.</param>
/// <param name="Number">The hook's number: NF_INET_PRE_ROUTING and so on.</param>
/// <param name="Priority">Among the chains of one hook the lowest runs first.</param>
public readonly record struct NftHook(string Type, int Number, int Priority)
{
    /// <summary>Before connection tracking.</summary>
    public const int Raw = -300;

    /// <summary>Where destinations are translated.</summary>
    public const int DestinationNat = -100;

    /// <summary>Before the chains of common firewalls, which are at 0.</summary>
    public const int BeforeFilters = -1000;

    /// <summary>Where sources are translated.</summary>
    public const int SourceNat = 100;

    /// <summary>As a packet arrives.</summary>
    public static NftHook Prerouting(string type, int priority) => new(type, 0, priority);

    /// <summary>Where packets are changed before they are filtered.</summary>
    public const int Mangle = -150;

    /// <summary>As a packet arrives that is for the host itself.</summary>
    public static NftHook Input(string type, int priority) => new(type, 1, priority);

    /// <summary>As a packet is forwarded.</summary>
    public static NftHook Forward(string type, int priority) => new(type, 2, priority);

    /// <summary>As the host itself sends a packet.</summary>
    public static NftHook Output(string type, int priority) => new(type, 3, priority);

    /// <summary>As a packet leaves.</summary>
    public static NftHook Postrouting(string type, int priority) => new(type, 4, priority);
}

/// <summary>The type of a set's keys or a map's data. The number is used by the <c>nft</c> command for listing; the kernel uses only the length.</summary>
/// <param name="Id">The type's number; concatenations have six bits for each part.</param>
/// <param name="Length">Bytes; each part of a concatenation is padded to four.</param>
public readonly record struct NftType(uint Id, int Length)
{
    /// <summary>An IPv4 address.</summary>
    public static NftType Address { get; } = new(7, 4);

    /// <summary>An IPv6 address.</summary>
    public static NftType Address6 { get; } = new(8, 16);

    /// <summary>A protocol's number.</summary>
    public static NftType Protocol { get; } = new(12, 1);

    /// <summary>A port.</summary>
    public static NftType Port { get; } = new(13, 2);

    /// <summary>An interface's name.</summary>
    public static NftType InterfaceName { get; } = new(41, 16);

    /// <summary>The concatenation of two or more types.</summary>
    public static NftType Concat(params ReadOnlySpan<NftType> parts)
    {
        uint id = 0;
        int length = 0;
        foreach (NftType part in parts)
        {
            id = (id << 6) | part.Id;
            length += (part.Length + 3) & ~3;
        }

        return new NftType(id, length);
    }
}

/// <summary>An element of a set or map, with the byte layout of the kernel's registers: numbers in network byte order, parts padded to four.</summary>
/// <param name="Key">The key.</param>
/// <param name="Data">The map's value for it; empty for a set.</param>
/// <param name="JumpTo">In a verdict map, the chain to go to.</param>
public readonly record struct NftElement(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Data = default, string? JumpTo = null)
{
    /// <summary>Whether the packet comes back from there when nothing is decided (<c>jump</c>, rather than <c>goto</c>).</summary>
    public bool Returns { get; init; } = true;

    /// <summary>In a set of elements with timeouts, after which time it goes by itself; of one that was listed, what is left of that. Null for never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>An element of a set of interface names, or of a verdict map of them.</summary>
    public static NftElement OfInterface(string name, string? jumpTo = null)
    {
        byte[] key = new byte[NftType.InterfaceName.Length];
        System.Text.Encoding.UTF8.GetBytes(name, key.AsSpan(0, key.Length - 1));
        return new NftElement(key, default, jumpTo);
    }
}
