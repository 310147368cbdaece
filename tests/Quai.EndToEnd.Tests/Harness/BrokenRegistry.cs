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

    /// <summary>Blobs of which only the first half is sent before the connection is cut.</summary>
    public HashSet<string> CutShort { get; } = [];

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

        response.ContentLength64 = body.Length;
        if (context.Request.HttpMethod == "HEAD")
        {
            response.Close();
            return;
        }

        if (CutShort.Contains(last))
        {
            await response.OutputStream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }

        await response.OutputStream.WriteAsync(body);
        response.Close();
    }
}
