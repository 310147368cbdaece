using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>The bare API of one engine: requests that no client sends.</summary>
public sealed class EngineHttp(QuaidInstance engine) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(engine, cancellation), ownsSocket: true),
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    /// <summary>A request: its status and its answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("http://engine" + path));
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a request whose answer must have the given status; returns the document.</summary>
    public async Task<JsonNode?> OkAsync(string method, string path, string? json = null)
    {
        (int status, string body) = await SendAsync(method, path, json);
        Assert.True(status is >= 200 and < 300, $"{method} {path} {json}: {status} {body}");
        return body.Length == 0 ? null : JsonNode.Parse(body);
    }

    /// <summary>A request that is refused: its status and the message.</summary>
    public async Task<(int Status, string Message)> RefusedAsync(string method, string path, string? json = null)
    {
        (int status, string body) = await SendAsync(method, path, json);
        return (status, JsonNode.Parse(body)?["message"]?.GetValue<string>() ?? body);
    }

    /// <summary>Sends a request's head and closes the connection when <paramref name="begun"/> says so, without having read an answer.</summary>
    public async Task CutAsync(string method, string path, Func<Task> begun, string json = "")
    {
        using Socket socket = await ConnectAsync(engine, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));
        await begun();
    }

    /// <summary>What comes back on a hijacked connection until the engine closes it, without the header.</summary>
    public async Task<byte[]> StreamAsync(string path, string json)
    {
        using Socket socket = await ConnectAsync(engine, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));
        using var all = new MemoryStream();
        using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(all);
        byte[] bytes = all.ToArray();
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        return bytes[(end + 4)..];
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<Socket> ConnectAsync(QuaidInstance engine, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]), cancellation);
        return socket;
    }
}
