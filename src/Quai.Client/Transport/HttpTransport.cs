using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api;

namespace Quai.Client.Transport;

/// <summary>Sends requests to one daemon and receives its answers; keeps one idle connection for the next request.</summary>
/// <param name="endpoint">The daemon's address.</param>
/// <param name="tls">TLS settings; null for no TLS.</param>
/// <param name="blocking">Whether calls block the caller's thread: then the tasks are complete when they are returned.</param>
internal sealed class HttpTransport(Endpoint endpoint, TlsOptions? tls, bool blocking) : IDisposable
{
    private readonly Lock _lock = new();
    private Connection? _idle;
    private string? _version;

    /// <summary>The daemon's address.</summary>
    public Endpoint Endpoint { get; } = endpoint;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _idle?.Dispose();
            _idle = null;
        }
    }

    /// <summary>The negotiated version: the older of the daemon's newest and this client's newest, or the value of <c>DOCKER_API_VERSION</c>.</summary>
    public async Task<string> GetVersionAsync(CancellationToken cancellation = default) => _version ??= await NegotiateAsync(cancellation);

    /// <summary>Sends a request and returns the response whatever its status.</summary>
    /// <param name="method">GET, POST, PUT, DELETE or HEAD.</param>
    /// <param name="path">The path after the version, with its query.</param>
    /// <param name="body">A JSON body.</param>
    /// <param name="headers">Additional header lines, each with its line end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ResponseStream> SendAnyAsync(string method, string path, ReadOnlyMemory<byte> body = default, string? headers = null, CancellationToken cancellation = default)
    {
        string target = await TargetAsync(path, cancellation);
        (Connection connection, bool used) = await RentAsync(cancellation);
        try
        {
            return await ExchangeAsync(connection, method, target, body, headers, cancellation);
        }
        catch (Exception error) when (used && error is IOException or ConnectionException)
        {
            // The daemon may have closed an idle connection meanwhile.
            connection.Dispose();
            return await ExchangeAsync(await OpenAsync(cancellation), method, target, body, headers, cancellation);
        }
    }

    /// <summary>Sends a request and returns the response if it succeeded.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<ResponseStream> SendAsync(string method, string path, ReadOnlyMemory<byte> body = default, string? headers = null, CancellationToken cancellation = default) =>
        await CheckAsync(await SendAnyAsync(method, path, body, headers, cancellation), cancellation);

    /// <summary>Sends a request whose successful answer has no content.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task DoAsync(string method, string path, ReadOnlyMemory<byte> body = default, string? headers = null, CancellationToken cancellation = default) =>
        await (await SendAsync(method, path, body, headers, cancellation)).DisposeAsync();

    /// <summary>Sends a request and reads the answer.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    /// <exception cref="JsonException">The answer is not such a document.</exception>
    public async Task<T> ReadAsync<T>(string method, string path, JsonTypeInfo<T> type, ReadOnlyMemory<byte> body = default, string? headers = null, CancellationToken cancellation = default)
        where T : class
    {
        await using ResponseStream response = await SendAsync(method, path, body, headers, cancellation);
        return await response.ReadAsync(type, cancellation) ?? throw new JsonException("it is empty");
    }

    /// <summary>Sends a request and returns the answer's JSON unchanged.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    /// <exception cref="JsonException">The answer is not JSON.</exception>
    public async Task<JsonElement> ReadDocumentAsync(string path, CancellationToken cancellation = default)
    {
        await using ResponseStream response = await SendAsync("GET", path, cancellation: cancellation);
        return await response.ReadDocumentAsync(cancellation);
    }

    /// <summary>Sends a stream as the body.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<ResponseStream> UploadAsync(string method, string path, Stream body, string contentType, CancellationToken cancellation = default)
    {
        string target = await TargetAsync(path, cancellation);
        Connection connection = await OpenAsync(cancellation);
        await connection.SendStreamAsync(method, target, contentType, body, cancellation);
        return await CheckAsync(new ResponseStream(await connection.ReadHeadAsync(cancellation), connection, null, hasBody: true), cancellation);
    }

    /// <summary>Sends a request on a separate connection, and does not wait for the answer.</summary>
    public async Task<PendingAnswer> StartAsync(string method, string path, CancellationToken cancellation = default)
    {
        string target = await TargetAsync(path, cancellation);
        Connection connection = await OpenAsync(cancellation);
        await connection.SendAsync(method, target, null, default, null, upgrade: false, cancellation);
        return new PendingAnswer(connection);
    }

    /// <summary>Sends a request whose answer is a bidirectional stream, and does not wait for it.</summary>
    public async Task<PendingAnswer> StartUpgradeAsync(string path, ReadOnlyMemory<byte> body = default, CancellationToken cancellation = default)
    {
        string target = await TargetAsync(path, cancellation);
        Connection connection = await OpenAsync(cancellation);
        await connection.SendAsync("POST", target, body.Length > 0 ? MediaTypes.Json : "text/plain", body, null, upgrade: true, cancellation);
        return new PendingAnswer(connection);
    }

    /// <summary>Sends a request that leaves HTTP/1, and does not wait for the answer.</summary>
    /// <param name="path">The path.</param>
    /// <param name="headers">Header lines, each with its line end; they say which protocol follows.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<PendingAnswer> StartUpgradeAsync(string path, string headers, CancellationToken cancellation)
    {
        string target = await TargetAsync(path, cancellation);
        Connection connection = await OpenAsync(cancellation);
        await connection.SendAsync("POST", target, null, default, headers, upgrade: false, cancellation);
        return new PendingAnswer(connection);
    }

    /// <summary>Queries the daemon's identity.</summary>
    public async Task<ResponseHead> PingAsync(CancellationToken cancellation = default)
    {
        (Connection connection, _) = await RentAsync(cancellation);
        await connection.SendAsync("HEAD", "/_ping", null, default, null, upgrade: false, cancellation);
        await using var response = new ResponseStream(await connection.ReadHeadAsync(cancellation), connection, Return, hasBody: false);
        return response.Head;
    }

    /// <summary>Returns a successful response; turns any other into an exception.</summary>
    internal static async Task<ResponseStream> CheckAsync(ResponseStream response, CancellationToken cancellation)
    {
        int status = response.Head.Status;
        if (status < 400)
        {
            return response;
        }

        byte[] body = await response.ReadAllAsync(cancellation);
        throw new DaemonException(status, Reason(body) is { Length: > 0 } reason ? reason : $"request returned status {status}");
    }

    /// <summary>The minor part of a version <c>1.X</c>; 0 if it is not one.</summary>
    internal static int MinorOf(string version) => int.TryParse(version.AsSpan(version.IndexOf('.', StringComparison.Ordinal) + 1), out int minor) ? minor : 0;

    private static string Reason(byte[] body)
    {
        string text = Encoding.UTF8.GetString(body).Trim();
        try
        {
            if (text.StartsWith('{'))
            {
                using JsonDocument document = JsonDocument.Parse(text);
                if (document.RootElement.TryGetProperty("message", out JsonElement message))
                {
                    return message.GetString()?.Trim() ?? "";
                }
            }
        }
        catch (JsonException)
        {
            // Not the daemon's own error: it is shown unchanged.
        }

        return text;
    }

    private async ValueTask<ResponseStream> ExchangeAsync(Connection connection, string method, string target, ReadOnlyMemory<byte> body, string? headers, CancellationToken cancellation)
    {
        await connection.SendAsync(method, target, body.Length > 0 ? MediaTypes.Json : null, body, headers, upgrade: false, cancellation);
        return new ResponseStream(await connection.ReadHeadAsync(cancellation), connection, Return, method != "HEAD");
    }

    /// <summary>The path with the version in front. A container, network or volume without a name would be a different path.</summary>
    private async ValueTask<string> TargetAsync(string path, CancellationToken cancellation)
    {
        foreach (string kind in (string[])["container", "network", "volume"])
        {
            if (path.StartsWith($"/{kind}s/", StringComparison.Ordinal))
            {
                string rest = path[(kind.Length + 3)..];
                int end = rest.AsSpan().IndexOfAny('/', '?');
                if (string.IsNullOrWhiteSpace(Uri.UnescapeDataString(end < 0 ? rest : rest[..end])))
                {
                    throw new DaemonException(400, $"invalid {kind} name or ID: value is empty", "");
                }
            }
        }

        return $"/v{await GetVersionAsync(cancellation)}{path}";
    }

    private async ValueTask<string> NegotiateAsync(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is { Length: > 0 } set)
        {
            return set.TrimStart('v');
        }

        string? theirs = (await PingAsync(cancellation)).Header("api-version");
        return theirs is { Length: > 0 } && MinorOf(theirs) < MinorOf(EngineClient.NewestVersion) ? theirs : theirs is null ? "1.24" : EngineClient.NewestVersion;
    }

    private async ValueTask<(Connection Connection, bool Used)> RentAsync(CancellationToken cancellation)
    {
        Connection? connection;
        lock (_lock)
        {
            connection = _idle;
            _idle = null;
        }

        return connection is not null ? (connection, true) : (await OpenAsync(cancellation), false);
    }

    private void Return(Connection connection)
    {
        lock (_lock)
        {
            if (_idle is null)
            {
                _idle = connection;
                return;
            }
        }

        connection.Dispose();
    }

    private async ValueTask<Connection> OpenAsync(CancellationToken cancellation)
    {
        Socket socket;
        try
        {
            socket = await Endpoint.ConnectAsync(blocking, cancellation);
        }
        catch (SocketException error)
        {
            throw new ConnectionException(error.SocketErrorCode switch
            {
                SocketError.AccessDenied => $"permission denied while trying to connect to the Quai daemon socket at {Endpoint.Text}",
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => $"error during connect: lookup {Endpoint.Host}: no such host",
                _ => $"Cannot connect to the Quai daemon at {Endpoint.Text}. Is the quai daemon running?",
            });
        }

        Stream stream = new NetworkStream(socket, ownsSocket: false);
        return new Connection(socket, tls is null ? stream : await tls.WrapAsync(stream, Endpoint.Host, blocking, cancellation), blocking);
    }
}
