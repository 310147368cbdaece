using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Gateway;
using Quai.Rpc.Calling;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>A client of the builder on a connection of its own.</summary>
internal sealed class BuildClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamInvoker _invoker;

    private BuildClient(Socket socket)
    {
        _socket = socket;
        _invoker = new StreamInvoker(new NetworkStream(socket, ownsSocket: true));
        Control = new Control.ControlClient(_invoker.Invoker);
        Gateway = new LLBBridge.LLBBridgeClient(_invoker.Invoker);
    }

    public CallInvoker Invoker => _invoker.Invoker;

    public Control.ControlClient Control { get; }

    public LLBBridge.LLBBridgeClient Gateway { get; }

    public static async Task<BuildClient> ConnectAsync(string path) => new(await UpgradeAsync(path, "/grpc", []));

    /// <summary>Speaks gRPC from the beginning, without a request of HTTP/1 before.</summary>
    public static async Task<BuildClient> ConnectStraightAsync(EndPoint to)
    {
        bool local = to is UnixDomainSocketEndPoint;
        var socket = new Socket(to.AddressFamily, SocketType.Stream, local ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(to);
        return new BuildClient(socket);
    }

    /// <summary>The metadata that say which build a call of the gateway is for.</summary>
    public static Grpc.Core.Metadata Of(string build) => new() { { "buildkit-controlapi-buildid", build } };

    /// <summary>Opens a connection and leaves HTTP/1.</summary>
    public static async Task<Socket> UpgradeAsync(string path, string target, IReadOnlyList<(string Name, string Value)> headers)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var request = new StringBuilder($"POST {target} HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n");
        foreach ((string name, string value) in headers)
        {
            request.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()));
        var answer = new StringBuilder();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await socket.ReceiveAsync(one));
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", answer.ToString(), StringComparison.Ordinal);
        return socket;
    }

    /// <summary>Ends as a client does that is killed.</summary>
    public void Kill() => _socket.Close();

    public void Dispose() => _invoker.Dispose();
}
