using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Quai.Cli.Http;

/// <summary>Speaks the Engine API over one daemon's socket. Blocking: a command-line program waits anyway.</summary>
internal sealed class EngineClient(Endpoint endpoint, TlsOptions? tls)
{
    /// <summary>The newest version of the API that this client knows.</summary>
    public const string NewestVersion = "1.50";

    private readonly Lock _lock = new();
    private Connection? _idle;
    private string? _version;

    /// <summary>The daemon's address.</summary>
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>The version spoken: the older of the daemon's newest and this client's newest, or what <c>DOCKER_API_VERSION</c> says.</summary>
    public string Version => _version ??= Negotiate();

    /// <summary>Sends a request and takes the response whatever its status.</summary>
    /// <param name="method">GET, POST, PUT, DELETE or HEAD.</param>
    /// <param name="path">The path after the version, with its query.</param>
    /// <param name="body">A JSON body.</param>
    /// <param name="headers">More header lines, each with its line end.</param>
    public Response SendAny(string method, string path, ReadOnlySpan<byte> body = default, string? headers = null)
    {
        string target = Target(path);
        Connection connection = Rent(out bool used);
        try
        {
            connection.Send(method, target, body.Length > 0 ? "application/json" : null, body, headers, upgrade: false);
            return new Response(connection.ReadHead(), connection, Return, method != "HEAD");
        }
        catch (Exception error) when (used && error is IOException or ConnectionException)
        {
            // A connection that lay idle may have been closed by the daemon meanwhile.
            connection.Dispose();
            connection = Open();
            connection.Send(method, target, body.Length > 0 ? "application/json" : null, body, headers, upgrade: false);
            return new Response(connection.ReadHead(), connection, Return, method != "HEAD");
        }
    }

    /// <summary>Sends a request and takes the response of success.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public Response Send(string method, string path, ReadOnlySpan<byte> body = default, string? headers = null) => Check(SendAny(method, path, body, headers));

    /// <summary>Gets JSON.</summary>
    public JsonElement Get(string path) => Send("GET", path).ReadJson();

    /// <summary>Posts, and takes the JSON that comes back, if any does.</summary>
    public JsonElement Post(string path, ReadOnlySpan<byte> body = default) => Send("POST", path, body).ReadJson();

    /// <summary>Sends a stream as the body.</summary>
    public Response Upload(string method, string path, Stream body, string contentType)
    {
        string target = Target(path);
        Connection connection = Open();
        connection.SendStream(method, target, contentType, body);
        return Check(new Response(connection.ReadHead(), connection, null, hasBody: true));
    }

    /// <summary>Sends a request whose answer is a stream both ways.</summary>
    /// <returns>The connection, its head read.</returns>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public (Connection Connection, ResponseHead Head) Hijack(string path, ReadOnlySpan<byte> body = default)
    {
        Connection connection = StartHijack(path, body);
        return (connection, FinishHijack(connection));
    }

    /// <summary>The first half of <see cref="Hijack"/>: sends and does not wait.</summary>
    public Connection StartHijack(string path, ReadOnlySpan<byte> body = default)
    {
        string target = Target(path);
        Connection connection = Open();
        connection.Send("POST", target, body.Length > 0 ? "application/json" : "text/plain", body, null, upgrade: true);
        return connection;
    }

    /// <summary>The second half of <see cref="Hijack"/>: waits for the answer's head.</summary>
    public static ResponseHead FinishHijack(Connection connection)
    {
        ResponseHead head = connection.ReadHead();
        if (head.Status is not (101 or 200))
        {
            Check(new Response(head, connection, null, hasBody: true)).Dispose();
            throw new ConnectionException($"unable to upgrade to tcp, received {head.Status}");
        }

        return head;
    }

    /// <summary>Sends a request on a connection of its own, and does not wait.</summary>
    public Connection Start(string method, string path)
    {
        string target = Target(path);
        Connection connection = Open();
        connection.Send(method, target, null, default, null, upgrade: false);
        return connection;
    }

    /// <summary>Waits for the answer to <see cref="Start"/>.</summary>
    public static Response Finish(Connection connection) => Check(new Response(connection.ReadHead(), connection, null, hasBody: true));

    /// <summary>Whether the version spoken is at least this one.</summary>
    public bool AtLeast(int minor) => MinorOf(Version) >= minor;

    /// <summary>Asks the daemon who it is.</summary>
    public ResponseHead Ping()
    {
        Connection connection = Rent(out _);
        connection.Send("HEAD", "/_ping", null, default, null, upgrade: false);
        var response = new Response(connection.ReadHead(), connection, Return, hasBody: false);
        return response.Head;
    }

    private static Response Check(Response response)
    {
        int status = response.Head.Status;
        if (status < 400)
        {
            return response;
        }

        string text = response.ReadText().Trim();
        try
        {
            if (text.StartsWith('{'))
            {
                using JsonDocument document = JsonDocument.Parse(text);
                if (document.RootElement.TryGetProperty("message", out JsonElement message))
                {
                    text = message.GetString()?.Trim() ?? "";
                }
            }
        }
        catch (JsonException)
        {
            // Not the daemon's own error: what came is shown as it is.
        }

        throw new DaemonException(status, text.Length == 0 ? $"request returned status {status}" : text);
    }

    /// <summary>The path with the version in front. A container, network or volume without a name would be another path.</summary>
    private string Target(string path)
    {
        foreach (string kind in (ReadOnlySpan<string>)["container", "network", "volume"])
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

        return "/v" + Version + path;
    }

    private string Negotiate()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is { Length: > 0 } set)
        {
            return set.TrimStart('v');
        }

        string? theirs = Ping().Header("api-version");
        return theirs is { Length: > 0 } && MinorOf(theirs) < MinorOf(NewestVersion) ? theirs : theirs is null ? "1.24" : NewestVersion;
    }

    private static int MinorOf(string version) => int.TryParse(version.AsSpan(version.IndexOf('.', StringComparison.Ordinal) + 1), out int minor) ? minor : 0;

    private Connection Rent(out bool used)
    {
        lock (_lock)
        {
            used = _idle is not null;
            Connection? connection = _idle;
            _idle = null;
            return connection ?? Open();
        }
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

    private Connection Open()
    {
        Socket socket;
        try
        {
            socket = Endpoint.Connect();
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
        return new Connection(socket, tls is null ? stream : tls.Wrap(stream, Endpoint.Host));
    }
}
