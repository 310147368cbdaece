using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Names;

/// <summary>A network as one container sees it: the names on it, and the container's own names for some of them.</summary>
public sealed class ScopeNetwork
{
    private readonly Dictionary<byte[], byte[]>? _links;
    private readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _byAlias;

    /// <param name="names">The names on the network.</param>
    /// <param name="links">By aliases that this container alone knows, the names they stand for; null for none.</param>
    public ScopeNetwork(NetworkNames names, IReadOnlyDictionary<string, string>? links = null)
    {
        Names = names;
        foreach ((string alias, string name) in links ?? new Dictionary<string, string>())
        {
            if (WireName.TryKey(alias) is { } from && WireName.TryKey(name) is { } to)
            {
                _links ??= new Dictionary<byte[], byte[]>(WireNameComparer.Instance);
                _links[from] = to;
            }
        }

        _byAlias = _links is null ? default : _links.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The names on the network.</summary>
    public NetworkNames Names { get; }

    /// <summary>Finds what a name stands for here, by the container's own names or by those of all.</summary>
    internal NameEntry? Find(ReadOnlySpan<byte> name, bool own)
    {
        byte[]? target = null;
        bool isOwn = _links is not null && _byAlias.TryGetValue(name, out target);
        return isOwn != own ? null : Names.Index.Find(own ? target : name);
    }
}
