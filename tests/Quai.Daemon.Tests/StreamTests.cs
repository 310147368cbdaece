using System.Net.Sockets;
using System.Text;
using Quai.Api.Containers;
using Quai.Daemon.Tests.Fakes;
using Quai.Errors;
using Quai.Images;
using Quai.Registry;

namespace Quai.Daemon.Tests;

/// <summary>Answers that come in pieces: wait, events, logs, progress; and clients that go in the middle.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task The_header_of_wait_comes_before_the_exit()
    {
        await using TestServer server = await TestServer.StartAsync();
        var exit = new TaskCompletionSource<ContainerWaitResponse>();
        server.Containers.OnWait = (condition, _) => Task.FromResult(condition == "next-exit" ? exit.Task : throw new InvalidOperationException(condition));
        using Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("POST /containers/x/wait?condition=next-exit HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await stream.ReadHeaderAsync(), StringComparison.Ordinal);
        exit.SetResult(new ContainerWaitResponse(7));
        Assert.Contains("{\"StatusCode\":7", await stream.ReadTextToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_end_when_the_client_goes(bool tcp)
    {
        await using TestServer server = await TestServer.StartAsync(tcp);
        Socket socket = tcp ? await server.ConnectTcpAsync() : await server.ConnectAsync();
        await socket.SendTextAsync("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
        await server.Events.Came.Task.WithinAsync();
        using (var stream = new NetworkStream(socket))
        {
            await stream.ReadHeaderAsync();
        }

        Assert.False(server.Events.Went.Task.IsCompleted);
        socket.Dispose();
        await server.Events.Went.Task.WithinAsync();
    }

    [Fact]
    public async Task Events_go_on_for_a_client_that_only_sends_no_more()
    {
        await using TestServer server = await TestServer.StartAsync();
        Socket socket = await server.ConnectAsync();
        using var stream = new NetworkStream(socket);
        await socket.SendTextAsync("GET /v1.50/events HTTP/1.1\r\nHost: d\r\n\r\n");
        await stream.ReadHeaderAsync();
        socket.Shutdown(SocketShutdown.Send);

        for (int i = 0; i < 3; i++)
        {
            server.Events.Publish("container", "start", $"c{i}", new Dictionary<string, string>());
            byte[] buffer = new byte[1000];
            string chunk = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Contains($"\"ID\":\"c{i}\"", chunk, StringComparison.Ordinal);
        }

        socket.Dispose();
        await server.Events.Went.Task.WithinAsync();
    }

    [Theory]
    [InlineData("/v1.51/events", true)]
    [InlineData("/v1.52/events", false)]
    public async Task Old_members_of_events_are_for_old_clients(string path, bool old)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Events.Publish("container", "start", "c", new Dictionary<string, string>());
        using Stream events = await server.Client.GetStreamAsync(new Uri(path, UriKind.Relative));
        using var reader = new StreamReader(events);
        string? line = await reader.ReadLineAsync();
        Assert.Equal(old, line!.Contains("\"status\":\"start\"", StringComparison.Ordinal));
        Assert.Contains("\"Action\":\"start\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_sent_as_they_come()
    {
        await using TestServer server = await TestServer.StartAsync();
        var second = new TaskCompletionSource();
        server.Containers.OnInspect = _ => new ContainerInspect();
        server.Containers.OnLogs = (_, cancellation) => Lines(second.Task, cancellation);
        using Stream logs = await server.Client.GetStreamAsync(new Uri("/containers/x/logs?stdout=1&follow=1", UriKind.Relative));
        byte[] buffer = new byte[100];
        Assert.Equal("first", Encoding.ASCII.GetString(buffer, 0, await logs.ReadAsync(buffer)));
        second.SetResult();
        Assert.Equal("second", Encoding.ASCII.GetString(buffer, 0, await logs.ReadAsync(buffer)));
        Assert.Equal(0, await logs.ReadAsync(buffer));

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Lines(Task more, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return "first"u8.ToArray();
            await more.WaitAsync(cancellation);
            yield return "second"u8.ToArray();
        }
    }

    [Fact]
    public async Task A_pull_that_fails_before_its_first_line_has_a_status()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.OnPull = _ => throw QuaiException.NotFound("manifest unknown");
        (int status, string body, _) = await server.SendAsync("POST", "/images/create?fromImage=127.0.0.1:5000/a/b&tag=v1");
        Assert.Equal((404, "{\"message\":\"manifest unknown\"}\n"), (status, body));
        Assert.Equal(["127.0.0.1:5000/a/b:v1"], server.Images.Asked);
    }

    [Fact]
    public async Task A_pull_that_fails_later_ends_with_an_error_line()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.OnPull = async progress =>
        {
            progress.Report(new ProgressMessage("Downloading", "abc", 5, 10));
            await Task.Delay(50);
            throw QuaiException.System("cut off");
        };
        (int status, string body, _) = await server.SendAsync("POST", "/images/create?fromImage=a&tag=sha256:00");
        Assert.Equal(200, status);
        Assert.Equal(
            "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10},\"id\":\"abc\"}\n{\"errorDetail\":{\"message\":\"cut off\"},\"error\":\"cut off\"}\n",
            body);
        Assert.Equal(["a@sha256:00"], server.Images.Asked);
    }

    [Fact]
    public async Task Credentials_arrive_in_both_base64_alphabets()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.Add(ApiTests.Box("sha256:1", "box:latest"));
        server.Images.OnPull = _ => Task.CompletedTask;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/images/create?fromImage=a");
        request.Headers.Add("X-Registry-Auth", Convert.ToBase64String(Encoding.UTF8.GetBytes("{\"username\":\"u\",\"password\":\"p??>\"}")));
        (await server.Client.SendAsync(request)).EnsureSuccessStatusCode();
        Assert.Equal(new RegistryAuth("u", "p??>", null, null, null), server.Images.Auth);
    }

    [Fact]
    public async Task Load_takes_a_body_of_any_size_and_names_what_it_held()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var content = new ByteArrayContent(new byte[40 << 20]);
        HttpResponseMessage response = await server.Client.PostAsync(new Uri("/images/load?quiet=1", UriKind.Relative), content);
        Assert.Equal("{\"stream\":\"Loaded image: box:latest\\n\"}\n{\"stream\":\"Loaded image ID: sha256:2\\n\"}\n", await response.Content.ReadAsStringAsync());
        Assert.Equal(40 << 20, server.Images.LoadedBytes);
    }
}
