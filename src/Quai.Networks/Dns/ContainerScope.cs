using System.Net;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.HostServers;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Dns;

/// <summary>
/// One container's scope as its networks, the names on them and the host's servers change. What it says is made anew only when one of them has. Safe for
/// concurrent use.
/// </summary>
/// <param name="host">The host's servers.</param>
public sealed class ContainerScope(HostNameServers host) : IScopeSource
{
    private Settings _settings = new([], [], null, false, null);
    private Snapshot? _snapshot;

    /// <inheritdoc/>
    public LookupScope Current
    {
        get
        {
            Settings settings = Volatile.Read(ref _settings);
            ResolvConf servers = host.Current;
            Snapshot? snapshot = Volatile.Read(ref _snapshot);
            if (snapshot is null || snapshot.Settings != settings || snapshot.Host != servers || !IsCurrent(snapshot))
            {
                snapshot = Make(settings, servers);
                Volatile.Write(ref _snapshot, snapshot);
            }

            return snapshot.Scope;
        }
    }

    /// <summary>Says what the container is connected to now.</summary>
    /// <param name="networks">Its networks in the order in which they are asked.</param>
    /// <param name="servers">The servers given for it; none for the host's.</param>
    /// <param name="options">The resolver's options given for it; null for the host's.</param>
    /// <param name="reachesOutside">Whether one of the networks is not internal.</param>
    public void Set(IReadOnlyList<NetworkAttachment> networks, IReadOnlyList<IPAddress> servers, IReadOnlyList<string>? options, bool reachesOutside) =>
        Set(networks, servers, options, reachesOutside, null);

    /// <summary>The same, with somebody who is told of other servers' answers before the container is.</summary>
    internal void Set(IReadOnlyList<NetworkAttachment> networks, IReadOnlyList<IPAddress> servers, IReadOnlyList<string>? options, bool reachesOutside, IAnswerWitness? witness) =>
        Volatile.Write(ref _settings, new Settings([.. networks], servers, options, reachesOutside, witness));

    private static bool IsCurrent(Snapshot snapshot)
    {
        for (int i = 0; i < snapshot.Settings.Networks.Length; i++)
        {
            if (snapshot.Settings.Networks[i].Names.Current != snapshot.Scope.Networks[i].Names)
            {
                return false;
            }
        }

        return true;
    }

    private static Snapshot Make(Settings settings, ResolvConf host) => new(settings, host, new LookupScope
    {
        Networks = [.. settings.Networks.Select(n => new ScopeNetwork(n.Names.Current, n.Links))],
        Servers = UpstreamServer.Choose(settings.Servers, host.Servers),
        ReachesOutside = settings.ReachesOutside,
        Witness = settings.Witness,
        HasNdots = settings.Options is { } options ? ResolvConf.HasNdotsAmong(options) : host.HasNdots,
    });

    /// <summary>What was said last.</summary>
    private sealed class Settings(NetworkAttachment[] networks, IReadOnlyList<IPAddress> servers, IReadOnlyList<string>? options, bool reachesOutside, IAnswerWitness? witness)
    {
        public NetworkAttachment[] Networks { get; } = networks;

        public IReadOnlyList<IPAddress> Servers { get; } = servers;

        public IReadOnlyList<string>? Options { get; } = options;

        public bool ReachesOutside { get; } = reachesOutside;

        public IAnswerWitness? Witness { get; } = witness;
    }

    /// <summary>A scope and what it was made of.</summary>
    private sealed class Snapshot(Settings settings, ResolvConf host, LookupScope scope)
    {
        public Settings Settings { get; } = settings;

        public ResolvConf Host { get; } = host;

        public LookupScope Scope { get; } = scope;
    }
}
