using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>Debian's <c>docker-registry</c> on a free port of loopback, with a folder of its own.</summary>
public sealed class DebianRegistry : IAsyncDisposable
{
    private readonly RunningCommand _server;

    private DebianRegistry(RunningCommand server, int port)
    {
        _server = server;
        Address = $"127.0.0.1:{port}";
    }

    /// <summary>Host and port, as they stand in images' names.</summary>
    public string Address { get; }

    /// <summary>Starts one that keeps its files in <paramref name="folder"/>.</summary>
    public static async Task<DebianRegistry> StartAsync(string folder)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string configuration = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(configuration, $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/registry\nhttp:\n  addr: 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}\n");
        RunningCommand server = RunningCommand.Start("docker-registry", ["serve", configuration]);
        var registry = new DebianRegistry(server, port);
        using var http = new HttpClient();
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri($"http://{registry.Address}/v2/"))).IsSuccessStatusCode ? null : "the registry refuses";
            }
            catch (HttpRequestException e)
            {
                return $"the registry does not answer: {e.Message}\n{server.Stderr}";
            }
        });
        return registry;
    }

    /// <summary>Pushes an archive (<c>docker-archive:file</c>, <c>oci-archive:file</c>) with skopeo.</summary>
    public async Task PushAsync(string source, string name, params string[] options) =>
        (await RunningCommand.RunAsync("skopeo", ["--insecure-policy", "copy", "--dest-tls-verify=false", .. options, source, $"docker://{Address}/{name}"])).Expect();

    /// <summary>Uploads an image blob by blob and its manifest (or the given index) under a tag.</summary>
    public async Task UploadAsync(TestImage image, string repository, string tag, byte[]? index = null)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{Address}/") };
        byte[] manifest = image.Manifest();
        foreach ((string digest, byte[] blob) in image.Blobs.Where(b => b.Key != TestImage.Digest(manifest)))
        {
            HttpResponseMessage begun = await http.PostAsync(new Uri($"/v2/{repository}/blobs/uploads/", UriKind.Relative), null);
            Uri location = begun.EnsureSuccessStatusCode().Headers.Location!;
            var target = new Uri(location + (location.ToString().Contains('?') ? "&" : "?") + "digest=" + digest, UriKind.RelativeOrAbsolute);
            (await http.PutAsync(target, new ByteArrayContent(blob))).EnsureSuccessStatusCode();
        }

        await PutAsync(TestImage.Digest(manifest), manifest, TestImage.OciManifest);
        await PutAsync(tag, index ?? manifest, index is null ? TestImage.OciManifest : TestImage.OciIndex);

        async Task PutAsync(string reference, byte[] body, string type)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            (await http.PutAsync(new Uri($"/v2/{repository}/manifests/{reference}", UriKind.Relative), content)).EnsureSuccessStatusCode();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
