using System.Net;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Tests.Dns;

/// <summary>Networks with containers on them.</summary>
internal static class TestScopes
{
    /// <summary>The network <c>front</c> with <c>web</c> of both families, <c>db</c> of IPv4, and two that share the alias <c>worker</c>.</summary>
    public static NetworkNames Front { get; } = new("front",
    [
        Endpoint("e1", "10.1.0.2", "fd00::2", "web", "www", "0123456789ab", "My.Host") with { Services = [new NamedService("http", "tcp", 8080)] },
        Endpoint("e2", "10.1.0.3", null, "db", "my.db"),
        Endpoint("e3", "10.1.0.4", null, "worker-1", "worker"),
        Endpoint("e4", "10.1.0.5", null, "worker-2", "worker"),
    ]);

    /// <summary>The network <c>back</c> with another <c>db</c>, and <c>cache</c> of IPv6.</summary>
    public static NetworkNames Back { get; } = new("back", [Endpoint("e5", "10.2.0.2", null, "db"), Endpoint("e6", null, "fd01::3", "cache")]);

    public static NamedEndpoint Endpoint(string id, string? ipv4, string? ipv6, params string[] names) =>
        new(id, names, ipv4 is null ? null : IPAddress.Parse(ipv4), ipv6 is null ? null : IPAddress.Parse(ipv6));

    public static LookupScope Of(params NetworkNames[] networks) => new() { Networks = [.. networks.Select(n => new ScopeNetwork(n))], ReachesOutside = true };

    public static LookupScope Asking(params IPEndPoint[] servers) => new() { ReachesOutside = true, Servers = [.. servers.Select(s => new UpstreamServer(s, true))] };

    /// <summary>What the names of a scope say to a question; null where they do not know.</summary>
    public static ReadMessage? Ask(LookupScope scope, byte[] message)
    {
        if (DnsQuery.Read(message, out DnsQuery query) != QueryReading.Question)
        {
            return null;
        }

        byte[] room = new byte[query.UdpSize];
        int length = LocalNames.Answer(message, query, scope, room);
        return length == 0 ? null : new ReadMessage(room.AsSpan(0, length));
    }

    public static ReadMessage? Ask(LookupScope scope, string name, RecordType type) => Ask(scope, TestMessages.Query(name, type));

    /// <summary>A source that says one thing until it is told another.</summary>
    internal sealed class Source(LookupScope scope) : IScopeSource
    {
        private LookupScope _current = scope;

        public LookupScope Current
        {
            get => Volatile.Read(ref _current);
            set => Volatile.Write(ref _current, value);
        }
    }
}
