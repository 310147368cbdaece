using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Quai.Rpc.Calling;
using Quai.Rpc.Serving;
using Quai.Rpc.TakenOver;

namespace Quai.Rpc.Tests;

/// <summary>A server on one end of a connection that was taken over, and whoever calls it on the other.</summary>
internal sealed class RpcPair : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private readonly KestrelServer _server;
    private readonly CancellationTokenSource _gone = new();
    private readonly NetworkStream _far;
    private readonly StreamInvoker _client;
    private readonly RpcServer _methods = new(e => new RpcException(new Status(StatusCode.Unknown, e.Message), new Metadata { { "detail-bin", [1, 2, 255] } }));

    private RpcPair(TakenOverTransport transport, Action<ServiceBinderBase> bind)
    {
        var options = new KestrelServerOptions();
        options.Listen(new TakenOverEndPoint(), listen => listen.Protocols = HttpProtocols.Http2);
        options.Limits.Http2.MaxStreamsPerConnection = 1000;
        options.Limits.MaxRequestHeadersTotalSize = 1 << 20;
        options.Limits.MaxRequestHeaderCount = 100_000;
        bind(_methods);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        (NetworkStream near, _far) = Connect();
        _client = new StreamInvoker(near);
        Served = Task.CompletedTask;
    }

    /// <summary>Ends with the connection.</summary>
    public Task Served { get; private set; }

    /// <summary>Calls the server.</summary>
    public CallInvoker Invoker => _client.Invoker;

    /// <summary>Starts both.</summary>
    public static async Task<RpcPair> StartAsync(Action<ServiceBinderBase> bind)
    {
        var connections = new TakenOverConnections();
        var transport = new TakenOverTransport(new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), connections);
        var pair = new RpcPair(transport, bind);
        await pair._server.StartAsync(pair, CancellationToken.None);
        pair.Served = connections.ServeAsync(pair._far, pair._gone.Token);
        return pair;
    }

    /// <summary>Ends the connection as somebody does whose client has gone.</summary>
    public async Task CutAsync()
    {
        await _gone.CancelAsync();
        await Served;
        await _far.DisposeAsync();
    }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context) => RpcServer.Speaks(context.Request) ? _methods.HandleAsync(context) : throw new InvalidOperationException("no gRPC");

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _gone.CancelAsync();
        await Served.WaitAsync(TimeSpan.FromSeconds(10));
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        await _far.DisposeAsync();
        _gone.Dispose();
    }

    private static (NetworkStream Near, NetworkStream Far) Connect()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        near.Connect(new UnixDomainSocketEndPoint(path));
        Socket far = listener.Accept();
        File.Delete(path);
        return (new NetworkStream(near, ownsSocket: true), new NetworkStream(far, ownsSocket: true));
    }
}
