using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>Debian's <c>docker-registry</c> on a free port of loopback, with a folder of its own.</summary>
public sealed class DebianRegistry : IAsyncDisposable
{
    private readonly RunningCommand _server;

    private DebianRegistry(RunningCommand server, string address)
    {
        _server = server;
        Address = address;
    }

    /// <summary>Host and port, as they stand in images' names.</summary>
    public string Address { get; }

    /// <summary>Starts one that keeps its files in <paramref name="folder"/>.</summary>
    public static async Task<DebianRegistry> StartAsync(string folder, RegistrySetup? setup = null)
    {
        setup ??= new RegistrySetup();
        string address = $"{setup.Host}:{TestCertificate.FreePort(setup.Host).ToString(CultureInfo.InvariantCulture)}";
        string configuration = Path.Combine(folder, "registry.yml");
        string text = $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/registry\nhttp:\n  addr: {address}\n";
        if (setup.Certificate is { } certificate)
        {
            text += $"  tls:\n    certificate: {certificate.File}\n    key: {certificate.KeyFile}\n";
        }

        if (setup.Users.Count > 0)
        {
            foreach ((string user, string password) in setup.Users)
            {
                (await RunningCommand.RunAsync("htpasswd", [File.Exists($"{folder}/htpasswd") ? "-Bb" : "-cBb", $"{folder}/htpasswd", user, password])).Expect();
            }

            text += $"auth:\n  htpasswd:\n    realm: e2e\n    path: {folder}/htpasswd\n";
        }
        else if (setup.Tokens is { } tokens)
        {
            text += $"auth:\n  token:\n    realm: {tokens.Address}\n    service: {TokenService.Service}\n    issuer: {TokenService.Issuer}\n    rootcertbundle: {tokens.CertificateFile}\n";
        }

        await File.WriteAllTextAsync(configuration, text);
        RunningCommand server = RunningCommand.Start("docker-registry", ["serve", configuration]);
        var registry = new DebianRegistry(server, address);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler);
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                HttpResponseMessage answer = await http.GetAsync(new Uri($"{(setup.Certificate is null ? "http" : "https")}://{registry.Address}/v2/"));
                return answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Unauthorized ? null : "the registry refuses";
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
