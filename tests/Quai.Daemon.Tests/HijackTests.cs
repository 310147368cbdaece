using System.Net.Sockets;
using System.Text;
using Quai.Daemon.Tests.Fakes;
using Quai.Errors;

namespace Quai.Daemon.Tests;

/// <summary>Streams both ways: attach and exec, upgraded and raw, with half-close.</summary>
public sealed class HijackTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Half_close_ends_stdin_only_and_output_still_arrives(bool tcp)
    {
        await using TestServer server = await TestServer.StartAsync(tcp);
        server.Containers.OnAttach = (_, _) => FakeSession.CountInput();
        using Socket socket = tcp ? await server.ConnectTcpAsync() : await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /v1.50/containers/x/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");

        string header = await stream.ReadHeaderAsync();
        Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n", header, StringComparison.Ordinal);

        await socket.SendTextAsync("hello");
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("5\n", await stream.ReadTextToEndAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_upgrade_gets_a_raw_200()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnAttach = (_, _) => FakeSession.CountInput();
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /v1.50/containers/x/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\nearly ");

        string header = await stream.ReadHeaderAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n", header, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", header, StringComparison.OrdinalIgnoreCase);

        await socket.SendTextAsync("late");
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("10\n", await stream.ReadTextToEndAsync());
    }

    [Theory]
    [InlineData("1.41", false, "raw-stream")]
    [InlineData("1.42", false, "multiplexed-stream")]
    [InlineData("1.42", true, "raw-stream")]
    public async Task The_content_type_follows_version_and_terminal(string version, bool tty, string type)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnAttach = (_, _) => FakeSession.CountInput(tty);
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync($"POST /v{version}/containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");

        Assert.Contains($"Content-Type: application/vnd.docker.{type}\r\n", await stream.ReadHeaderAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lot_of_output_after_half_close_arrives_whole()
    {
        const int Size = 8 << 20;
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnAttach = (_, _) => new FakeSession(tty: true, async (input, output, cancellation) =>
        {
            Assert.Equal(0, await input.ReadAsync(new byte[1], cancellation));
            byte[] block = new byte[64 << 10];
            Array.Fill(block, (byte)'x');
            for (int written = 0; written < Size; written += block.Length)
            {
                await output.WriteAsync(block, cancellation);
            }
        });
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        await stream.ReadHeaderAsync();
        socket.Shutdown(SocketShutdown.Send);

        byte[] output = await stream.ReadToEndAsync();
        Assert.Equal(Size, output.Length);
        Assert.DoesNotContain(output, b => b != 'x');
    }

    [Fact]
    public async Task A_client_that_goes_while_half_closed_ends_the_session()
    {
        await using TestServer server = await TestServer.StartAsync();
        var inputEnded = new TaskCompletionSource();
        var session = new FakeSession(tty: false, async (input, _, cancellation) =>
        {
            Assert.Equal(0, await input.ReadAsync(new byte[1], cancellation));
            inputEnded.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        });
        server.Containers.OnAttach = (_, _) => session;
        Socket socket = await server.ConnectAsync();
        await socket.SendTextAsync("POST /containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        using (var stream = new NetworkStream(socket))
        {
            await stream.ReadHeaderAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
        await inputEnded.Task.WithinAsync();
        Assert.False(session.Ended.Task.IsCompleted);

        socket.Dispose();
        await session.Ended.Task.WithinAsync();
    }

    [Fact]
    public async Task An_exec_starts_after_its_body_and_takes_the_stdin_that_follows_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Execs.OnStart = _ => FakeSession.CountInput();
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /v1.50/exec/e/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 28\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n{\"Detach\":false,\"Tty\":false}stdin");

        Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\n", await stream.ReadHeaderAsync(), StringComparison.Ordinal);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("5\n", await stream.ReadTextToEndAsync());
    }

    [Fact]
    public async Task An_exec_that_does_not_start_says_so_on_its_stream()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Execs.OnStart = _ => throw QuaiException.Invalid("exec failed");
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /exec/e/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n{}");

        await stream.ReadHeaderAsync();
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 13, .. Encoding.ASCII.GetBytes("exec failed\r\n")], await stream.ReadToEndAsync());
    }

    [Fact]
    public async Task An_unknown_exec_is_refused_before_the_stream()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string body, _) = await server.SendAsync("POST", "/exec/nosuch/start", "{}");
        Assert.Equal((404, "{\"message\":\"No such exec instance: nosuch\"}\n"), (status, body));
    }

    [Fact]
    public async Task A_detached_exec_is_answered_at_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string body, _) = await server.SendAsync("POST", "/exec/e/start", "{\"Detach\":true}");
        Assert.Equal((200, ""), (status, body));
        Assert.Equal(["e"], server.Execs.Detached);
    }
}
