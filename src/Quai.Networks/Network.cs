using System.Net;

namespace Quai.Networks;

/// <summary>A network as it is kept.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver"><c>bridge</c>, <c>host</c> or <c>null</c>.</param>
/// <param name="Created">When it was made.</param>
public sealed record Network(string Id, string Name, string Driver, DateTimeOffset Created)
{
    /// <summary>At most one of each family; none for host and none.</summary>
    public IReadOnlyList<NetworkSubnet> Subnets { get; init; } = [];

    /// <summary>The host's interface that it is behind (a bridge's name); null for host and none.</summary>
    public string? Interface { get; init; }

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>Driver options as inspect shows them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it is one that every daemon has, and nobody removes.</summary>
    public bool IsPredefined => Name is "bridge" or "host" or "none";
}
