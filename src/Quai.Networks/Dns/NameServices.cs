using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.HostServers;
using Quai.Networks.Dns.Names;
using Quai.Networks.Egress;
using Quai.Networks.Firewalls.Tables;

namespace Quai.Networks.Dns;

/// <summary>The names on networks that have some, and the DNS servers of the containers that run there. Safe for concurrent use.</summary>
/// <param name="time">What time it is.</param>
/// <param name="logger">Is told of limits that are reached.</param>
/// <param name="admit">Lets addresses through that a name of an egress policy stands for: adds them to a set of the firewall.</param>
internal sealed class NameServices(TimeProvider time, ILogger logger, Action<string, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)>> admit) : IDisposable
{
    // Each waiting question has a socket of the daemon's.
    private const int MostOutstanding = 4096;

    private readonly ConcurrentDictionary<string, NetworkNameTable> _tables = new();
    private readonly ConcurrentDictionary<string, ContainerResolver> _resolvers = new();
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _links = new();
    private readonly Lazy<HostNameServers> _host = new(() => new HostNameServers(time));
    private readonly DnsServerOptions _options = new() { SharedLimit = new OutstandingLimit(MostOutstanding) };

    /// <summary>Puts an endpoint's names on its network, which has names (<see cref="Network.HasNames"/>).</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="names">Its container's name first.</param>
    /// <param name="links">By aliases that its container alone knows, others' names; null for none.</param>
    public void Put(Endpoint endpoint, IReadOnlyList<string> names, IReadOnlyDictionary<string, string>? links)
    {
        if (links is not null)
        {
            _links[endpoint.Id] = links;
        }

        TableOf(endpoint.Network).Add(new NamedEndpoint(endpoint.Id, names, endpoint.IPv4?.Address, endpoint.IPv6?.Address));
    }

    /// <summary>Takes an endpoint's names away.</summary>
    public void Remove(Endpoint endpoint)
    {
        _links.TryRemove(endpoint.Id, out _);
        if (_tables.TryGetValue(endpoint.Network.Id, out NetworkNameTable? table))
        {
            table.Remove(endpoint.Id);
        }
    }

    /// <summary>Forgets a network.</summary>
    public void Forget(string networkId) => _tables.TryRemove(networkId, out _);

    /// <summary>Begins to serve a container.</summary>
    /// <param name="container">Its id.</param>
    /// <param name="sockets">Its sockets, from now on this one's.</param>
    /// <param name="settings">What is given for it.</param>
    /// <param name="endpoints">Its endpoints.</param>
    public void Serve(string container, ResolverSockets sockets, ResolverSettings settings, IReadOnlyList<Endpoint> endpoints)
    {
        var resolver = new ContainerResolver(container, sockets, settings, _host.Value, _options, time, logger);
        Stop(container);
        _resolvers[container] = resolver;
        Update(container, endpoints);
        resolver.Start();
    }

    /// <summary>Says which endpoints a container has now.</summary>
    public void Update(string container, IReadOnlyList<Endpoint> endpoints)
    {
        if (_resolvers.TryGetValue(container, out ContainerResolver? resolver))
        {
            resolver.Scope.Set(
                [.. endpoints.Where(e => e.Network.HasNames).Select(e => new NetworkAttachment(TableOf(e.Network), _links.GetValueOrDefault(e.Id)))],
                resolver.Settings.Servers,
                resolver.Settings.Options,
                endpoints.Any(e => e.Network.LeadsOutside),
                WitnessOf(endpoints));
        }
    }

    /// <summary>Serves a container no longer.</summary>
    public void Stop(string container)
    {
        if (_resolvers.TryRemove(container, out ContainerResolver? resolver))
        {
            resolver.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string container in _resolvers.Keys)
        {
            Stop(container);
        }
    }

    private NameAdmission? WitnessOf(IReadOnlyList<Endpoint> endpoints)
    {
        (NamePattern, string)[] rules =
        [
            .. endpoints.SelectMany(e => EgressChains.NamesOf(EgressChains.OwnerOf(e.Id), e.Egress)),
            .. endpoints.SelectMany(e => EgressChains.NamesOf(e.Network.Interface ?? "", e.Network.Egress)),
        ];
        return rules.Length == 0 ? null : new NameAdmission(rules, admit);
    }

    private NetworkNameTable TableOf(Network network) => _tables.GetOrAdd(network.Id, static (_, name) => new NetworkNameTable(name), network.Name);
}
