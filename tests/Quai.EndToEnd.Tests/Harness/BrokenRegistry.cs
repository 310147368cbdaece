using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A registry on loopback that serves exactly what a test puts in, lies and half answers too.</summary>
public sealed class BrokenRegistry : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly TestImage _image;
    private readonly byte[] _manifest;

    /// <summary>Serves one image under every name and tag.</summary>
    public BrokenRegistry(TestImage image)
    {
        _image = image;
        _manifest = image.Manifest();
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Blobs for which only the first half is sent before the connection is cut.</summary>
    public HashSet<string> CutShort { get; } = [];

    /// <summary>Blobs for which each answer has at most this many bytes before the connection is cut; what is sent is right, and ranges are honoured.</summary>
    public ConcurrentDictionary<string, int> CutAfter { get; } = [];

    /// <summary>Blobs that so many requests yet are refused with 429 and <c>Retry-After</c>.</summary>
    public ConcurrentDictionary<string, int> TooMany { get; } = [];

    /// <summary>Blobs that come with one bit wrong.</summary>
    public HashSet<string> Wrong { get; } = [];

    /// <summary>Blobs that come with so many bytes more, or less, than they have.</summary>
    public ConcurrentDictionary<string, int> WrongLength { get; } = [];

    /// <summary>What was asked for, with the range that was wanted.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>What to answer for every manifest instead of the image's.</summary>
    public byte[]? ManifestInstead { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                await AnswerAsync(context);
            }
            catch (Exception e) when (e is HttpListenerException or InvalidOperationException or IOException)
            {
                // The client went away.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        string last = path[(path.LastIndexOf('/') + 1)..];
        HttpListenerResponse response = context.Response;
        response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        byte[]? body = null;
        string? range = context.Request.Headers["Range"];
        Requests.Enqueue($"{context.Request.HttpMethod} {path}{(range is null ? "" : " " + range)}");
        if (TooMany.TryGetValue(last, out int left) && left > 0)
        {
            TooMany[last] = left - 1;
            response.StatusCode = 429;
            response.Headers["Retry-After"] = "1";
            response.Close("""{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"""u8.ToArray(), willBlock: false);
            return;
        }

        if (path == "/v2/")
        {
            body = "{}"u8.ToArray();
        }
        else if (path.Contains("/manifests/", StringComparison.Ordinal))
        {
            body = ManifestInstead ?? (last.StartsWith("sha256:", StringComparison.Ordinal) ? _image.Blobs.GetValueOrDefault(last) : _manifest);
            response.ContentType = TestImage.OciManifest;
            response.Headers["Docker-Content-Digest"] = last.StartsWith("sha256:", StringComparison.Ordinal) ? last : TestImage.Digest(_manifest);
        }
        else if (path.Contains("/blobs/", StringComparison.Ordinal))
        {
            body = _image.Blobs.GetValueOrDefault(last);
            response.ContentType = "application/octet-stream";
        }

        if (body is null)
        {
            response.StatusCode = 404;
            body = Encoding.UTF8.GetBytes("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
        }

        if (Wrong.Contains(last))
        {
            body = [.. body];
            body[body.Length / 2] ^= 1;
        }

        if (WrongLength.TryGetValue(last, out int more))
        {
            body = more > 0 ? [.. body, .. new byte[more]] : body[..(body.Length + more)];
        }

        if (range is not null && int.TryParse(range["bytes=".Length..].TrimEnd('-'), out int from) && from < body.Length)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{body.Length - 1}/{body.Length}";
            body = body[from..];
        }

        response.ContentLength64 = body.Length;
        if (context.Request.HttpMethod == "HEAD")
        {
            response.Close();
            return;
        }

        int whole = CutShort.Contains(last) ? body.Length / 2 : CutAfter.TryGetValue(last, out int most) ? Math.Min(most, body.Length) : body.Length;
        if (whole < body.Length)
        {
            await response.OutputStream.WriteAsync(body.AsMemory(0, whole));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }

        await response.OutputStream.WriteAsync(body);
        response.Close();
    }
}
