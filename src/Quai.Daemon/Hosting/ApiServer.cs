using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quai.Errors;
using Quai.Rpc.TakenOver;
using ConnectionHandler = Quai.Rpc.TakenOver.ConnectionHandler;

namespace Quai.Daemon.Hosting;

/// <summary>Kestrel, used bare, on the daemon's sockets.</summary>
internal sealed partial class ApiServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly List<UnixSocketFile> _files;

    private ApiServer(KestrelServer server, List<UnixSocketFile> files)
    {
        _server = server;
        _files = files;
    }

    /// <summary>Listens.</summary>
    /// <param name="hosts">The addresses.</param>
    /// <param name="tls">For the TCP addresses; null for none.</param>
    /// <param name="group">Group of the unix sockets.</param>
    /// <param name="application">Handles the requests.</param>
    /// <param name="takenOver">The connections that leave HTTP/1.</param>
    /// <param name="builds">Serves the addresses that are for builds alone; null where there are none.</param>
    /// <param name="logs">For Kestrel's own messages.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">An address is in use or may not be used.</exception>
    public static async Task<ApiServer> StartAsync(
        IReadOnlyList<HostAddress> hosts,
        TlsSettings? tls,
        uint group,
        IHttpApplication<DefaultHttpContext> application,
        TakenOverConnections takenOver,
        ConnectionHandler? builds,
        ILoggerFactory logs,
        CancellationToken cancellation)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxConcurrentConnections = null;
        options.Limits.MaxRequestLineSize = 64 << 10;
        options.Limits.MaxRequestHeadersTotalSize = 256 << 10;
        // Idle client connections cost only a few kB each; on a socket of this machine they do not time out.
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        // Each target of a build holds several calls open on one connection: where the number is limited, they wait for each other for ever.
        options.Limits.Http2.MaxStreamsPerConnection = 10_000;
        // A header of gRPC that has several values is several fields.
        options.Limits.MaxRequestHeaderCount = 1000;

        // Program output passes through here in pieces of at most 64 kB; a larger buffer would only waste memory.
        var sockets = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { IOQueueCount = 1, UnsafePreferInlineScheduling = false, MaxReadBufferSize = 256 << 10, MaxWriteBufferSize = 64 << 10 }),
            logs);
        var transport = new TakenOverTransport(sockets, takenOver);
        options.Listen(new TakenOverEndPoint(), listen => listen.Protocols = HttpProtocols.Http2);
        var watcher = new HangupWatcher();
        TlsMiddleware? tlsMiddleware = tls is null ? null : new TlsMiddleware(tls);
        List<UnixSocketFile> files = [];
        foreach (HostAddress host in hosts)
        {
            if (host.SocketPath is { } path)
            {
                var file = new UnixSocketFile(path);
                file.Prepare();
                files.Add(file);
                options.ListenUnixSocket(file.BindPath, listen => Configure(listen, watcher, null, takenOver, host.IsForBuilds ? builds : null));
            }
            else
            {
                options.Listen(host.Tcp!, listen => Configure(listen, watcher, tlsMiddleware, takenOver, null));
            }
        }

        var server = new KestrelServer(Options.Create(options), transport, logs);
        try
        {
            await server.StartAsync(application, cancellation);
            foreach (UnixSocketFile file in files)
            {
                file.Publish(group);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            server.Dispose();
            throw QuaiException.System($"failed to load listeners: {Innermost(e).Message}", e);
        }

        return new ApiServer(server, files);
    }

    /// <summary>Accepts no more requests; those in progress may end until <paramref name="deadline"/>, then they are cut off.</summary>
    public Task StopAsync(CancellationToken deadline) => _server.StopAsync(deadline);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        foreach (UnixSocketFile file in _files)
        {
            file.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static void Configure(ListenOptions listen, HangupWatcher watcher, TlsMiddleware? tls, TakenOverConnections takenOver, ConnectionHandler? handler)
    {
        // Clients speak HTTP/1.1. Those of builds turn it into HTTP/2, or begin with that, which Kestrel does not tell apart without TLS.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(ClientLink.Middleware(watcher));
        if (tls is not null)
        {
            listen.Use(tls.Wrap);
        }

        listen.Use(PrefaceMiddleware.Create(takenOver, handler, listen.KestrelServerOptions.Limits.KeepAliveTimeout));
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
