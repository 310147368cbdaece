using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Quai.Rpc.Serving;
using Quai.Rpc.TakenOver;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>A client's session: a connection that is turned round, on which the client serves.</summary>
internal sealed class SessionClient : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private const string Expose = "X-Docker-Expose-Session-";

    private readonly KestrelServer _server;
    private readonly RpcServer _methods = new(e => new RpcException(new Status(StatusCode.Unknown, e.Message)));
    private readonly CancellationTokenSource _gone = new();
    private readonly TakenOverConnections _connections = new();
    private Socket? _socket;
    private Task _served = Task.CompletedTask;

    private SessionClient(Action<RpcServer> bind)
    {
        var options = new KestrelServerOptions();
        options.Listen(new TakenOverEndPoint(), listen => listen.Protocols = HttpProtocols.Http2);
        options.Limits.MaxRequestHeaderCount = 10_000;
        options.Limits.MaxRequestHeadersTotalSize = 1 << 20;
        options.Limits.MaxRequestBodySize = null;
        var transport = new TakenOverTransport(new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), _connections);
        bind(_methods);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }

    public static async Task<SessionClient> ConnectAsync(string path, string id, Action<RpcServer> bind, params string[] methods)
    {
        var client = new SessionClient(bind);
        await client._server.StartAsync(client, CancellationToken.None);
        List<(string, string)> headers = [(Expose + "Uuid", id), (Expose + "Name", "test"), (Expose + "Sharedkey", "ctx:1")];
        headers.AddRange(methods.Select(m => (Expose + "Grpc-Method", m)));
        client._socket = await BuildClient.UpgradeAsync(path, "/session", headers);
        client._served = client._connections.ServeAsync(new NetworkStream(client._socket, ownsSocket: true), client._gone.Token);
        return client;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _methods.HandleAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <summary>Ends as a client does that is killed.</summary>
    public void Kill() => _socket!.Close();

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _socket?.Close();
        await _served.WaitAsync(TimeSpan.FromSeconds(10));
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        _gone.Dispose();
    }
}
