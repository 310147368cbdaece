using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary>A container's streams over a websocket.</summary>
public sealed class WebSocketTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_directions_without_frames(bool tty)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -di {(tty ? "-t" : "")} --name {name} {BusyboxImage.Name} sh -c 'read a; echo got $a; echo err >&2; exit 3'");
        using WebSocket socket = await ConnectAsync($"/containers/{name}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1");
        await socket.SendAsync("hello\n"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        string text = await ReadAsync(socket);
        Assert.Equal(tty ? "hello\r\ngot hello\r\nerr\r\n" : "got hello\nerr\n", text);
        Assert.Equal("3", await engine.Docker.OkAsync($"wait {name}"));
    }

    [Fact]
    public async Task The_log_so_far_comes_first()
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sh -c 'echo before'");
        await engine.Docker.OkAsync($"wait {name}");
        using WebSocket socket = await ConnectAsync($"/containers/{name}/attach/ws?logs=1&stdout=1");
        Assert.Equal("before\n", await ReadAsync(socket));
    }

    [Fact]
    public async Task Whoever_has_no_handshake_or_no_container_is_told()
    {
        CommandResult plain = await engine.Docker.ShellAsync($"curl -s --unix-socket {engine.Host["unix://".Length..]} http://d/containers/nobody/attach/ws");
        Assert.Contains("websocket", plain.Stdout, StringComparison.Ordinal);
        WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync("/containers/nobody/attach/ws?stream=1"));
        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
    }

    private async Task<WebSocket> ConnectAsync(string path)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        var client = new HttpMessageInvoker(handler);
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri("ws://d" + path), client, CancellationToken.None);
        return socket;
    }

    private static async Task<string> ReadAsync(WebSocket socket)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30) * TestEnvironment.Slowness);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), enough.Token) is { MessageType: not WebSocketMessageType.Close } got)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
        }

        return text.ToString();
    }
}
