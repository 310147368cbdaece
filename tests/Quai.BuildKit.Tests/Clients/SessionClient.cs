using System.Net.Sockets;
using Grpc.Core;
using Quai.Rpc.Serving;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>A client's session: a connection that is turned round, on which the client serves.</summary>
internal sealed class SessionClient : IAsyncDisposable
{
    private const string Expose = "X-Docker-Expose-Session-";

    private readonly StreamServer _server;
    private readonly Socket _socket;
    private readonly Task _served;

    private SessionClient(StreamServer server, Socket socket)
    {
        (_server, _socket) = (server, socket);
        _served = server.ServeAsync(new NetworkStream(socket, ownsSocket: true));
    }

    public static async Task<SessionClient> ConnectAsync(string path, string id, Action<ServiceBinderBase> bind, params string[] methods)
    {
        StreamServer server = await StreamServer.StartAsync(bind, e => new RpcException(new Status(StatusCode.Unknown, e.Message)));
        List<(string, string)> headers = [(Expose + "Uuid", id), (Expose + "Name", "test"), (Expose + "Sharedkey", "ctx:1")];
        headers.AddRange(methods.Select(m => (Expose + "Grpc-Method", m)));
        return new SessionClient(server, await BuildClient.UpgradeAsync(path, "/session", headers));
    }

    /// <summary>Ends as a client does that is killed.</summary>
    public void Kill() => _socket.Close();

    public async ValueTask DisposeAsync()
    {
        _socket.Close();
        await _server.DisposeAsync();
        await _served.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
