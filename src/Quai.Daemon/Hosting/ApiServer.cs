using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quai.Errors;

namespace Quai.Daemon.Hosting;

/// <summary>Kestrel, used bare, on the daemon's sockets.</summary>
internal sealed partial class ApiServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly SocketTransportFactory _transport;
    private readonly List<UnixSocketFile> _files;

    private ApiServer(KestrelServer server, SocketTransportFactory transport, List<UnixSocketFile> files)
    {
        _server = server;
        _transport = transport;
        _files = files;
    }

    /// <summary>Listens.</summary>
    /// <param name="hosts">The addresses.</param>
    /// <param name="tls">For the TCP addresses; null for none.</param>
    /// <param name="group">Group of the unix sockets.</param>
    /// <param name="application">Handles the requests.</param>
    /// <param name="logs">For Kestrel's own messages.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">An address is in use or may not be used.</exception>
    public static async Task<ApiServer> StartAsync(
        IReadOnlyList<HostAddress> hosts,
        TlsSettings? tls,
        uint group,
        IHttpApplication<DefaultHttpContext> application,
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
                options.ListenUnixSocket(file.BindPath, listen => Configure(listen, watcher, null));
            }
            else
            {
                options.Listen(host.Tcp!, listen => Configure(listen, watcher, tlsMiddleware));
            }
        }

        // Program output passes through here in pieces of at most 64 kB; a larger buffer would only waste memory.
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { IOQueueCount = 1, UnsafePreferInlineScheduling = false, MaxReadBufferSize = 256 << 10, MaxWriteBufferSize = 64 << 10 }),
            logs);
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

        return new ApiServer(server, transport, files);
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

    private static void Configure(ListenOptions listen, HangupWatcher watcher, TlsMiddleware? tls)
    {
        // Clients speak HTTP/1.1; HTTP/2 comes with the build session.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(ClientLink.Middleware(watcher));
        if (tls is not null)
        {
            listen.Use(tls.Wrap);
        }
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
