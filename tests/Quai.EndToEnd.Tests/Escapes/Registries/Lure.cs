using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Registries;

/// <summary>A registry that a user is logged in to, and a stranger on another host, who would like to have the password.</summary>
internal sealed class Lure : IAsyncDisposable
{
    private readonly string _password = "password-" + Guid.NewGuid().ToString("n");
    private readonly bool _identityToken;
    private readonly ConcurrentDictionary<string, bool> _uploaded = [];

    /// <summary>Sets the scene.</summary>
    /// <param name="scene">Whose client it is.</param>
    /// <param name="tls">Whether the registry speaks HTTPS.</param>
    /// <param name="identityToken">Whether the user has an identity token instead of a password.</param>
    public Lure(Scene scene, bool tls = false, bool identityToken = false)
    {
        _identityToken = identityToken;
        Folder = scene.Scratch();
        Image = new TestImage().WithLayer(TestImage.Tar(TestImage.File("hello", "whole\n")));
        Manifest = Image.Manifest();
        Registry = new StrangeServer("127.0.0.2", AnswerAsRegistry, tls ? TestCertificate.Make(Folder, "registry", "127.0.0.2") : null);
        Stranger = new StrangeServer("127.0.0.3", AskAsStranger);
        Header = Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["username"] = "alice", ["password"] = _password, ["serveraddress"] = Registry.Address }.ToJsonString()));
        string configuration = Path.Combine(Folder, "docker-config");
        Docker = new DockerClient(scene.Engine.Host, configuration);
        string user = Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{_password}"));
        File.WriteAllText(Path.Combine(configuration, "config.json"), new JsonObject
        {
            ["auths"] = new JsonObject { [Registry.Address] = identityToken ? new JsonObject { ["identitytoken"] = _password } : new JsonObject { ["auth"] = user } },
        }.ToJsonString());
    }

    /// <summary>A folder for files.</summary>
    public string Folder { get; }

    /// <summary>The registry, which serves <see cref="Image"/> under every name and takes whatever is pushed.</summary>
    public StrangeServer Registry { get; }

    /// <summary>The stranger: asks everybody for a token of its own token service.</summary>
    public StrangeServer Stranger { get; }

    /// <summary>The image.</summary>
    public TestImage Image { get; }

    /// <summary>Its manifest.</summary>
    public byte[] Manifest { get; }

    /// <summary>The digest of its layer.</summary>
    public string Layer => Image.Blobs.Keys.First();

    /// <summary>The client of the user who is logged in.</summary>
    public DockerClient Docker { get; }

    /// <summary>The user's password as clients send it to the daemon.</summary>
    public string Header { get; }

    /// <summary>What the registry answers before anything else; null for its usual answer.</summary>
    public Func<StrangeRequest, StrangeAnswer?> First { get; set; } = _ => null;

    /// <summary>Asks an engine something that the client has no command for; gives what it answers, whatever that is.</summary>
    public static Task<string> CurlAsync(QuaidInstance engine, string path, string options = "") =>
        RunningCommand.ShellAsync($"curl -s {options} --unix-socket {engine.Host["unix://".Length..]} 'http://localhost{path}'");

    /// <summary>Has the user pull.</summary>
    public Task<CommandResult> PullAsync() => RunAsync($"pull {Registry.Address}/x:1");

    /// <summary>Runs a command of the user's, who does not tell the password again when the client asks for it.</summary>
    public Task<CommandResult> RunAsync(string line) => Docker.RunAsync(line, "\n\n\n"u8.ToArray());

    /// <summary>Has the user push the engine's base image.</summary>
    public async Task<CommandResult> PushAsync()
    {
        await Docker.OkAsync($"tag {BusyboxImage.Name} {Registry.Address}/y:1");
        return await RunAsync($"push {Registry.Address}/y:1");
    }

    /// <summary>Which request of a server's carries the user's secret, if any does.</summary>
    public string? Leak(StrangeServer server) => server.Requests.FirstOrDefault(Carries) is { } request
        ? $"{server.Url} got the {(_identityToken ? "identity token" : "password")} with {request.Method} {request.Path}"
        : null;

    /// <summary>Whether a request carries the user's secret.</summary>
    public bool Carries(StrangeRequest request)
    {
        string sent = request.Authorization is { } header && header.StartsWith("Basic ", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])) : "";
        return sent.Contains(_password, StringComparison.Ordinal) || request.Target.Contains(_password, StringComparison.Ordinal) || Encoding.UTF8.GetString(request.Body).Contains(_password, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        await Stranger.DisposeAsync();
        await Docker.RunAsync($"rmi {Registry.Address}/x:1 {Registry.Address}/y:1");
    }

    /// <summary>Takes the end of an upload, from which on the registry has the blob, or a manifest.</summary>
    public StrangeAnswer TakeUpload(StrangeRequest put)
    {
        string digest = put.Target.Split("digest=") is [_, var named] ? Uri.UnescapeDataString(named.Split('&')[0]) : TestImage.Digest(put.Body);
        _uploaded[digest] = true;
        return new StrangeAnswer(201, "", ("Docker-Content-Digest", digest));
    }

    private StrangeAnswer AnswerAsRegistry(StrangeRequest request) => First(request) ?? request switch
    {
        { Method: "HEAD" } when _uploaded.ContainsKey(request.Last) => new StrangeAnswer(200, ""),
        { Path: "/v2/" } => new StrangeAnswer(200, "{}", ("Docker-Distribution-Api-Version", "registry/2.0")),
        { Method: "POST" } => new StrangeAnswer(202, "", ("Location", $"{Registry.Url}/v2/y/blobs/uploads/1"), ("Range", "0-0")),
        { Method: "PATCH" } => StrangeAnswer.Taken(request, $"{Registry.Url}/v2/y/blobs/uploads/1"),
        { Method: "PUT" } => TakeUpload(request),
        _ when request.Path.Contains("/manifests/", StringComparison.Ordinal) => new StrangeAnswer(200, Manifest, ("Content-Type", TestImage.OciManifest), ("Docker-Content-Digest", TestImage.Digest(Manifest))),
        _ when Image.Blobs.TryGetValue(request.Last, out byte[]? blob) => new StrangeAnswer(200, blob),
        _ => new StrangeAnswer(404, ""),
    };

    private StrangeAnswer AskAsStranger(StrangeRequest request) =>
        request.Path == "/token" ? new StrangeAnswer(200, """{"token":"t","access_token":"t"}""", ("Content-Type", "application/json"))
        : StrangeAnswer.AskForToken($"{Stranger.Url}/token");
}
