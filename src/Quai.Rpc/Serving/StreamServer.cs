using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Quai.Rpc.TakenOver;

namespace Quai.Rpc.Serving;

/// <summary>Serves gRPC at the other end of a stream that is there already, and nowhere else: a client that has turned its connection round.</summary>
public sealed class StreamServer : IAsyncDisposable
{
    private const int MostHeaders = 100_000, MostHeaderBytes = 16 << 20, Window = 4 << 20;

    /// <summary>How long nobody may call. Not an infinite time: added to the clock, Kestrel has that end in the past.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromDays(30);

    private readonly KestrelServer _server;
    private readonly TakenOverConnections _connections = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly RpcServer _methods;

    private StreamServer(RpcServer methods)
    {
        _methods = methods;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(new TakenOverEndPoint(), listen => listen.Protocols = HttpProtocols.Http2);

        // Who calls is whom this program called: nothing is guarded against, and a call takes its time.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.KeepAliveTimeout = s_idle;
        options.Limits.MaxRequestHeaderCount = MostHeaders;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        options.Limits.MaxRequestBufferSize = MostHeaderBytes;
        options.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        options.Limits.Http2.InitialStreamWindowSize = Window;
        options.Limits.Http2.InitialConnectionWindowSize = Window;
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), new TakenOverTransport(sockets, _connections), NullLoggerFactory.Instance);
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="bind">Adds the services.</param>
    /// <param name="describe">What a call that failed says, by what it failed with.</param>
    public static async Task<StreamServer> StartAsync(Action<ServiceBinderBase> bind, Func<Exception, RpcException> describe)
    {
        var methods = new RpcServer(describe);
        bind(methods);
        var server = new StreamServer(methods);
        await server._server.StartAsync(new Application(server._methods), CancellationToken.None).ConfigureAwait(false);
        return server;
    }

    /// <summary>Serves a connection; returns when it has ended.</summary>
    /// <param name="stream">The connection, which stays the caller's to close.</param>
    public Task ServeAsync(Stream stream) => _connections.ServeAsync(stream, _closing.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync().ConfigureAwait(false);
            await _server.StopAsync(now.Token).ConfigureAwait(false);
        }

        _server.Dispose();
        _closing.Dispose();
    }

    private sealed class Application(RpcServer methods) : IHttpApplication<DefaultHttpContext>
    {
        public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures) => new(contextFeatures);

        public Task ProcessRequestAsync(DefaultHttpContext context) => methods.HandleAsync(context);

        public void DisposeContext(DefaultHttpContext context, Exception? exception)
        {
        }
    }
}
