using System.Net;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>A server that is asked for names that are no container's.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="FromHost">
/// Whether it is asked from the host's namespace, as the host's own servers are, those on its loopback too; else from the container's, as those
/// given with <c>--dns</c> are, which cannot reach more than the container itself.
/// </param>
public sealed record UpstreamServer(IPEndPoint Address, bool FromHost)
{
    /// <summary>Where DNS is served.</summary>
    public const int Port = 53;

    /// <summary>The address at which containers see their server.</summary>
    public static IPAddress ServerAddress { get; } = new([127, 0, 0, 11]);

    /// <summary>Whether it is the container's own server, which would ask itself for ever.</summary>
    internal bool IsOurselves => !FromHost && Address.Address.Equals(ServerAddress);

    /// <summary>Whom to ask: those given for a container, else the host's.</summary>
    /// <param name="given">Given for the container.</param>
    /// <param name="host">The host's.</param>
    public static IReadOnlyList<UpstreamServer> Choose(IReadOnlyList<IPAddress> given, IReadOnlyList<IPAddress> host) =>
        [.. (given.Count > 0 ? given : host).Select(address => new UpstreamServer(new IPEndPoint(address, Port), given.Count == 0))];
}
