using System.Collections.Immutable;

namespace Quai.Networks.Dns.Names;

/// <summary>The names on one network at one moment. Shared by all containers that are on it; changes make another.</summary>
public sealed class NetworkNames
{
    private readonly ImmutableArray<NamedEndpoint> _endpoints;
    private readonly Lazy<NameIndex> _index;

    /// <param name="name">The network's name.</param>
    /// <param name="endpoints">Who is on it, in the order in which they came.</param>
    public NetworkNames(string name, IEnumerable<NamedEndpoint> endpoints)
    {
        Name = name;
        _endpoints = [.. endpoints];
        Key = Messages.WireName.TryKey(name) ?? [];
        _index = new Lazy<NameIndex>(() => new NameIndex(Name, _endpoints));
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>Who is on it.</summary>
    public IReadOnlyList<NamedEndpoint> Endpoints => _endpoints;

    /// <summary>The network's name in small letters as messages have it; empty where none can.</summary>
    internal byte[] Key { get; }

    /// <summary>The endpoints by names and addresses. Made when somebody asks, since many may join before.</summary>
    internal NameIndex Index => _index.Value;

    /// <summary>The same with one more, in place of one with its id.</summary>
    public NetworkNames With(NamedEndpoint endpoint) => new(Name, _endpoints.Where(e => e.Id != endpoint.Id).Append(endpoint));

    /// <summary>The same without one.</summary>
    public NetworkNames Without(string id) => new(Name, _endpoints.Where(e => e.Id != id));
}
