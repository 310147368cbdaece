using Quai.Networks.Dns.Forwarding;

namespace Quai.Networks.Dns;

/// <summary>The limits of one container's DNS server.</summary>
public sealed record DnsServerOptions
{
    /// <summary>Questions of this container that wait for other servers at a time, as in Docker. More are refused.</summary>
    public int MostOutstanding { get; init; } = 1024;

    /// <summary>The same for all containers together; null for no such limit.</summary>
    public OutstandingLimit? SharedLimit { get; init; }

    /// <summary>Connections by TCP at a time. More wait until one of them ends.</summary>
    public int MostConnections { get; init; } = 64;

    /// <summary>Questions of one connection that are being answered at a time. More are read later.</summary>
    public int MostPipelined { get; init; } = 8;

    /// <summary>How long a connection may say nothing, or not take its answer.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one server may take for its answer.</summary>
    public TimeSpan AttemptTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a server is asked that said nothing: messages get lost.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>How long all servers together may take; a client waits five seconds before it asks again.</summary>
    public TimeSpan ForwardTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How many answers of other servers are kept for as long as they say; 0 for none.</summary>
    public int CacheEntries { get; init; } = 256;

    /// <summary>The longest that one is kept, whatever it says.</summary>
    public TimeSpan MostCacheTime { get; init; } = TimeSpan.FromMinutes(10);
}
