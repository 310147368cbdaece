using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A plugin's socket: calls are kept and answered, and it can be told to answer otherwise.</summary>
/// <param name="answer">Answers a call by its method (<c>RequestPool</c>) and its request.</param>
/// <param name="describe">What is kept of a request beside the method; null for its members that are not empty, as <c>PoolID=p Address=10.1.1.1</c>.</param>
public sealed class PluginSocket(Func<string, JsonNode?, string> answer, Func<JsonNode?, string>? describe = null) : IDisposable
{
    private readonly ConcurrentBag<Socket> _connections = [];
    private Socket? _listener;

    /// <summary>The plugin's name.</summary>
    public string Name { get; } = "quai-e2e-" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Calls in their order: the method, and what is kept of the request.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>What it answers instead, by method: the body; null for never.</summary>
    public ConcurrentDictionary<string, string?> Instead { get; } = [];

    private string SocketFile => $"/run/docker/plugins/{Name}.sock";

    /// <summary>The calls since this was last asked, but for those of some methods.</summary>
    public string[] Take(params string[] without)
    {
        List<string> calls = [];
        while (Calls.TryDequeue(out string? call))
        {
            if (!without.Contains(call.Split(' ')[0]))
            {
                calls.Add(call);
            }
        }

        return [.. calls];
    }

    /// <summary>Listens.</summary>
    public void Start()
    {
        Directory.CreateDirectory("/run/docker/plugins");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketFile));
        listener.Listen(64);
        _listener = listener;
        _ = Task.Run(() => AcceptAsync(listener));
    }

    /// <summary>Is gone: the socket, and connections that clients keep.</summary>
    public void Stop()
    {
        _listener?.Dispose();
        _listener = null;
        while (_connections.TryTake(out Socket? connection))
        {
            connection.Dispose();
        }

        File.Delete(SocketFile);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket connection = await listener.AcceptAsync();
                _connections.Add(connection);
                _ = Task.Run(() => ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            while (await ReadAsync(stream) is var (path, body))
            {
                string method = path[(path.LastIndexOf('.') + 1)..];
                JsonNode? request = body.Length == 0 ? null : JsonNode.Parse(body);
                Calls.Enqueue($"{method} {(describe ?? Members)(request)}".TrimEnd());
                if (!Instead.TryGetValue(method, out string? reply))
                {
                    reply = answer(method, request);
                }
                else if (reply is null)
                {
                    await Task.Delay(Timeout.Infinite);
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.plugins.v1.2+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(reply!)}\r\n\r\n{reply}"));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    private static string Members(JsonNode? request) =>
        string.Join(' ', (request as JsonObject ?? []).Where(m => m.Value?.ToJsonString() is not (null or "\"\"" or "false" or "{}")).Select(m => $"{m.Key}={Text(m.Value!)}"));

    private static string Text(JsonNode value) => value is JsonValue plain && plain.TryGetValue(out string? text) ? text : value.ToJsonString();

    private static async Task<(string Path, string Body)?> ReadAsync(NetworkStream stream)
    {
        string head = "";
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            byte[] one = new byte[1];
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head += (char)one[0];
        }

        string[] lines = head.Split("\r\n");
        string? length = lines.FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        bool chunked = lines.Any(l => l.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase));
        string body = chunked ? await ReadChunksAsync(stream) : await ReadCountAsync(stream, length is null ? 0 : int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture));
        return (lines[0].Split(' ')[1], body);
    }

    private static async Task<string> ReadChunksAsync(NetworkStream stream)
    {
        StringBuilder whole = new();
        while (true)
        {
            string size = "";
            while (!size.EndsWith("\r\n", StringComparison.Ordinal))
            {
                size += await ReadCountAsync(stream, 1);
            }

            int count = int.Parse(size.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            whole.Append(await ReadCountAsync(stream, count));
            await ReadCountAsync(stream, 2);
            if (count == 0)
            {
                return whole.ToString();
            }
        }
    }

    private static async Task<string> ReadCountAsync(NetworkStream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
