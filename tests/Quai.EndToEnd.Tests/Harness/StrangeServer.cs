using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A server on an address of loopback, with or without TLS, that answers whatever a test has it answer and keeps all that it was asked.</summary>
public sealed class StrangeServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly TestCertificate? _certificate;
    private readonly Task _serving;

    /// <summary>Starts one.</summary>
    /// <param name="host">Its address: <c>127.0.0.2</c> and so on are different hosts.</param>
    /// <param name="answer">What it answers.</param>
    /// <param name="certificate">The certificate that it shows; null for plain HTTP.</param>
    public StrangeServer(string host, Func<StrangeRequest, StrangeAnswer> answer, TestCertificate? certificate = null)
    {
        Answer = answer;
        _certificate = certificate;
        _listener = new TcpListener(IPAddress.Parse(host), 0);
        _listener.Start();
        Address = $"{host}:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        _serving = ServeAsync();
    }

    /// <summary>What it answers; to be changed at will.</summary>
    public Func<StrangeRequest, StrangeAnswer> Answer { get; set; }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>The address with its scheme.</summary>
    public string Url => (_certificate is null ? "http://" : "https://") + Address;

    /// <summary>All that was asked.</summary>
    public ConcurrentQueue<StrangeRequest> Requests { get; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient _ = client;
        try
        {
            await using Stream stream = await OpenAsync(client);
            if (await ReadAsync(stream) is not { } request)
            {
                return;
            }

            Requests.Enqueue(request);
            StrangeAnswer answer = Answer(request);
            string headers = string.Concat(answer.Headers.Select(h => $"{h.Name}: {h.Value}\r\n"));
            byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Status} X\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n{headers}\r\n");
            await stream.WriteAsync(request.Method == "HEAD" ? head : [.. head, .. answer.Body], _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or speaks another protocol.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var tls = new SslStream(client.GetStream());
#pragma warning disable CA5359 // clients' certificates are only looked at
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                // Requested, not required: clients that have one present it.
                ServerCertificate = _certificate.Certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            _stop.Token);
#pragma warning restore CA5359
        return tls;
    }

    private async Task<StrangeRequest?> ReadAsync(Stream stream)
    {
        var bytes = new MemoryStream();
        byte[] buffer = new byte[16384];
        int end;
        while ((end = bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0 || (bytes.Length == 0 && buffer[0] == 22))
            {
                // A TLS handshake gets what a plain server says to it.
                await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
                return null;
            }

            bytes.Write(buffer, 0, count);
        }

        string[] lines = Encoding.ASCII.GetString(bytes.GetBuffer(), 0, end).Split("\r\n");
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':');
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        bool chunked = headers.GetValueOrDefault("Transfer-Encoding") == "chunked";
        long length = long.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
        var body = new MemoryStream();
        body.Write(bytes.GetBuffer().AsSpan(end + 4, (int)bytes.Length - end - 4));
        byte[]? whole = null;
        while (chunked ? (whole = Joined(body.GetBuffer().AsSpan(0, (int)body.Length))) is null : body.Length < length)
        {
            int count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0)
            {
                break;
            }

            body.Write(buffer, 0, count);
        }

        string[] first = lines[0].Split(' ');
        return new StrangeRequest(first[0], first[1], headers, whole ?? body.ToArray(), stream is SslStream { RemoteCertificate: not null });
    }

    /// <summary>A body that came in chunks, put together; null while some of it is missing.</summary>
    private static byte[]? Joined(ReadOnlySpan<byte> chunks)
    {
        var body = new MemoryStream();
        while (true)
        {
            int line = chunks.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return null;
            }

            int count = int.Parse(Encoding.ASCII.GetString(chunks[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (chunks.Length < line + 2 + count + 2)
            {
                return null;
            }

            if (count == 0)
            {
                return body.ToArray();
            }

            body.Write(chunks.Slice(line + 2, count));
            chunks = chunks[(line + 2 + count + 2)..];
        }
    }
}

/// <summary>What a <see cref="StrangeServer"/> was asked.</summary>
/// <param name="Method">GET and so on.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
/// <param name="Identified">Whether the client showed a certificate.</param>
public sealed record StrangeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Identified)
{
    /// <summary>The path alone.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>Its last part.</summary>
    public string Last => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What it was sent as proof of who asks; null for nothing.</summary>
    public string? Authorization => Headers.GetValueOrDefault("Authorization");
}

/// <summary>What a <see cref="StrangeServer"/> answers.</summary>
public sealed record StrangeAnswer(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    /// <summary>Says of a piece of an upload that it was taken.</summary>
    public static StrangeAnswer Taken(StrangeRequest piece, string next) => new(202, "", ("Location", next), ("Range", $"0-{Math.Max(0, piece.Body.Length - 1)}"));

    /// <summary>Answers with text.</summary>
    public StrangeAnswer(int status, string text, params (string Name, string Value)[] headers)
        : this(status, Encoding.UTF8.GetBytes(text), headers)
    {
    }

    /// <summary>Sends elsewhere.</summary>
    public static StrangeAnswer To(string address) => new(307, "", ("Location", address));

    /// <summary>Asks for a token of a token service.</summary>
    public static StrangeAnswer AskForToken(string realm) => new(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"strange\",scope=\"repository:x:pull\""));

    /// <summary>Asks for user and password.</summary>
    public static StrangeAnswer AskForPassword() => new(401, "", ("WWW-Authenticate", "Basic realm=\"strange\""));
}
