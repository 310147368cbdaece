using System.Collections.Immutable;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Names;

/// <summary>
/// All that one container may be told, and whom else may be asked for it, at one moment. It holds the container's networks and no others,
/// so that nothing of another can be found.
/// </summary>
public sealed record LookupScope
{
    private readonly ImmutableArray<ScopeNetwork> _networks = [];
    private readonly ImmutableArray<UpstreamServer> _usable = [], _inside = [];

    /// <summary>The container's networks in the order in which they are asked.</summary>
    public IReadOnlyList<ScopeNetwork> Networks
    {
        get => _networks;
        init => _networks = [.. value];
    }

    /// <summary>Who is asked for all other names; the first three of them.</summary>
    public IReadOnlyList<UpstreamServer> Servers
    {
        get;
        init
        {
            field = value;
            _usable = [.. value.Where(s => !s.IsOurselves).Take(MostServers)];
            _inside = _usable.RemoveAll(s => s.FromHost);
        }
    }
    = [];

    /// <summary>
    /// Whether the container reaches anything beyond its networks. Where it does not (all are internal), no server is asked from the host's
    /// namespace for it: a name would carry out what the network does not let out.
    /// </summary>
    public bool ReachesOutside { get; init; }

    /// <summary>
    /// Whether the option <c>ndots</c> was set by the host's resolv.conf or for this container. If so, names of one label that are not known are
    /// not passed on: the client tries them with its search domains.
    /// </summary>
    public bool HasNdots { get; init; }

    /// <summary>Who is told of other servers' answers before the container is; null for nobody.</summary>
    internal IAnswerWitness? Witness { get; init; }

    /// <summary>As many servers are asked as a resolv.conf may have.</summary>
    internal static int MostServers => 3;

    /// <summary>Those that may be asked.</summary>
    internal ImmutableArray<UpstreamServer> UsableServers => ReachesOutside ? _usable : _inside;

    /// <summary>Finds what a name in small letters stands for: itself on any of the networks, or its head on the network that its tail names.</summary>
    internal NameEntry? Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || _networks.IsEmpty)
        {
            return null;
        }

        NameEntry? entry = Find(name, []);
        if (entry is not null)
        {
            return entry;
        }

        Span<byte> labels = stackalloc byte[MessageLayout.LongestName / 2];
        for (int i = WireName.Labels(name, labels) - 1; i > 0 && entry is null; i--)
        {
            entry = Find(name[..labels[i]], name[labels[i]..]);
        }

        return entry;
    }

    /// <summary>Finds who has an address.</summary>
    internal NamePlace? Find(UInt128 address)
    {
        foreach (ScopeNetwork network in _networks)
        {
            if (network.Names.Index.Find(address) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    private NameEntry? Find(ReadOnlySpan<byte> name, ReadOnlySpan<byte> networkName) => Find(name, networkName, own: true) ?? Find(name, networkName, own: false);

    private NameEntry? Find(ReadOnlySpan<byte> name, ReadOnlySpan<byte> networkName, bool own)
    {
        foreach (ScopeNetwork network in _networks)
        {
            if ((networkName.IsEmpty || networkName.SequenceEqual(network.Names.Key)) && network.Find(name, own) is { } entry)
            {
                return entry;
            }
        }

        return null;
    }
}
