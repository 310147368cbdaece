using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A volume plugin: folders below a folder. What it is asked is kept, and it can be told to answer otherwise.</summary>
public sealed class VolumePlugin : IDisposable
{
    private const string Volume = "Name";

    private readonly string _folder;
    private readonly ConcurrentDictionary<string, bool> _volumes = [];
    private readonly ConcurrentBag<Socket> _connections = [];
    private Socket? _listener;

    /// <summary>A plugin that listens.</summary>
    public VolumePlugin()
    {
        _folder = Directory.CreateTempSubdirectory("quai-e2e-plugin-").FullName;
        Name = "quai-e2e-" + Guid.NewGuid().ToString("N")[..12];
        Directory.CreateDirectory("/run/docker/plugins");
        Start();
    }

    /// <summary>The driver's name.</summary>
    public string Name { get; }

    /// <summary>Calls in their order, as <c>Mount name</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>Users of mounts by their ids.</summary>
    public ConcurrentDictionary<string, string> Mounts { get; } = [];

    /// <summary>What it answers instead, by method (<c>Create</c>): the body; null for never.</summary>
    public ConcurrentDictionary<string, string?> Instead { get; } = [];

    /// <summary>Options of the last volume that was made.</summary>
    public string? Options { get; private set; }

    private string SocketFile => $"/run/docker/plugins/{Name}.sock";

    /// <summary>Where a volume is.</summary>
    public string FolderOf(string volume) => Path.Combine(_folder, volume);

    /// <summary>Makes a volume that no engine asked for.</summary>
    public void Make(string volume)
    {
        _volumes[volume] = true;
        Directory.CreateDirectory(FolderOf(volume));
    }

    /// <summary>Whether it has a volume.</summary>
    public bool Has(string volume) => _volumes.ContainsKey(volume);

    /// <summary>Forgets a volume.</summary>
    public void Lose(string volume) => _volumes.TryRemove(volume, out _);

    /// <summary>Listens.</summary>
    public void Start()
    {
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
    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

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
                Calls.Enqueue($"{method} {request?[Volume]}".TrimEnd());
                if (!Instead.TryGetValue(method, out string? answer))
                {
                    answer = Answer(method, request);
                }
                else if (answer is null)
                {
                    await Task.Delay(Timeout.Infinite);
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.plugins.v1.2+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer!)}\r\n\r\n{answer}"));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    private string Answer(string method, JsonNode? request)
    {
        string name = (string?)request?[Volume] ?? "";
        switch (method)
        {
            case "Activate":
                return """{"Implements":["VolumeDriver"]}""";
            case "Capabilities":
                return """{"Capabilities":{"Scope":"global"}}""";
            case "Create":
                Options = request?["Opts"]?.ToJsonString();
                Make(name);
                return """{"Err":""}""";
            case "Get":
                return Has(name)
                    ? $$$"""{"Volume":{"Name":"{{{name}}}","Mountpoint":"{{{FolderOf(name)}}}","CreatedAt":"2024-01-02T03:04:05Z","Status":{"hello":"world"}},"Err":""}"""
                    : """{"Err":"no such volume here"}""";
            case "List":
                return $$"""{"Volumes":[{{string.Join(',', _volumes.Keys.Select(v => $$"""{"Name":"{{v}}"}"""))}}],"Err":""}""";
            case "Mount":
                Mounts[(string)request!["ID"]!] = name;
                return $$"""{"Mountpoint":"{{FolderOf(name)}}","Err":""}""";
            case "Unmount":
                Mounts.TryRemove((string)request!["ID"]!, out _);
                return """{"Err":""}""";
            case "Remove":
                Lose(name);
                return """{"Err":""}""";
            default:
                return """{"Err":"unknown"}""";
        }
    }

    private static async Task<(string Path, string Body)?> ReadAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n");
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
