using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Names;
using Quai.Networks.Dns.Serving;

namespace Quai.Networks.Dns;

/// <summary>
/// The DNS server that one container has at 127.0.0.11. It answers for the names on the container's networks and asks other servers for all else,
/// over two sockets in the container's namespace that somebody else made, keeps and closes.
/// </summary>
public sealed class DnsServer
{
    private readonly UdpService _udp;
    private readonly TcpService _tcp;

    /// <param name="udp">A bound socket.</param>
    /// <param name="tcp">A listening socket.</param>
    /// <param name="source">What the container may be told.</param>
    /// <param name="connect">Makes sockets to other servers.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">What time it is.</param>
    /// <param name="logger">Is told of limits that are reached.</param>
    public DnsServer(Socket udp, Socket tcp, IScopeSource source, UpstreamConnector connect, DnsServerOptions options, TimeProvider time, ILogger logger)
    {
        var responder = new Responder(source, connect, options, time, logger);
        _udp = new UdpService(udp, responder, time);
        _tcp = new TcpService(tcp, responder, options, time);
    }

    /// <summary>Serves until it is cancelled, or both sockets are closed. Called once. Ends when nothing of it is left but the sockets.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(_udp.RunAsync(cancellation), _tcp.RunAsync(cancellation));
}
