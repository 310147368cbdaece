using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.HostServers;

namespace Quai.Networks.Dns;

/// <summary>A container's DNS server at work.</summary>
internal sealed partial class ContainerResolver : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ResolverSockets _sockets;
    private readonly DnsServer _server;
    private readonly string _container;
    private readonly ILogger _logger;
    private Task _running = Task.CompletedTask;

    /// <param name="container">Its id, for the log.</param>
    /// <param name="sockets">Its sockets, from now on this one's.</param>
    /// <param name="settings">What is given for the container.</param>
    /// <param name="host">The host's servers.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">What time it is.</param>
    /// <param name="logger">Is told of limits that are reached, and of a server that fails.</param>
    public ContainerResolver(string container, ResolverSockets sockets, ResolverSettings settings, HostNameServers host, DnsServerOptions options, TimeProvider time, ILogger logger)
    {
        _sockets = sockets;
        _container = container;
        _logger = logger;
        Settings = settings;
        Scope = new ContainerScope(host);
        _server = new DnsServer(sockets.Udp, sockets.Tcp, Scope, ConnectAsync, options, time, logger);
    }

    /// <summary>What is given for the container.</summary>
    public ResolverSettings Settings { get; }

    /// <summary>What the container may be told.</summary>
    public ContainerScope Scope { get; }

    /// <summary>Begins to answer, once it is known what. Called once.</summary>
    public void Start() => _running = Task.Run(async () =>
    {
        try
        {
            await _server.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            if (!_stop.IsCancellationRequested)
            {
                LogEnded(_logger, _container, e.Message);
            }
        }
    });

    /// <summary>Ends it, in the background; the sockets that the container's shim keeps stay open.</summary>
    public void Dispose()
    {
        // Not before nothing is under way on them: else .NET would shut them down, for the shim and the next daemon, too.
        _stop.Cancel();
        _ = _running.ContinueWith(_ => _sockets.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async ValueTask<Socket> ConnectAsync(UpstreamServer server, ProtocolType protocol, CancellationToken cancellation)
    {
        SocketType type = protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram;
        Socket socket = server.FromHost
            ? new Socket(server.Address.AddressFamily, type, protocol)
            : await NetworkNamespace.RunAsync(_sockets.Namespace, () => new Socket(server.Address.AddressFamily, type, protocol)).ConfigureAwait(false);
        try
        {
            await socket.ConnectAsync(server.Address, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "names are no longer resolved for container {Container}: {Reason}")]
    private static partial void LogEnded(ILogger logger, string container, string reason);
}
