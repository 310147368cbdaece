using System.Text;
using System.Text.Json;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Tests;

/// <summary>Runs the frontend on a text.</summary>
internal static class Frontends
{
    public const string Busybox = """{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin","BASE=1"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:2222222222222222222222222222222222222222222222222222222222222222"]},"history":[{"created_by":"ADD busybox"}]}""";

    public static FakeHost Host(string dockerfile, params (string Name, string Text)[] files)
    {
        var host = new FakeHost { Files = { ["Dockerfile"] = dockerfile }, Images = { ["docker.io/library/busybox:latest"] = Busybox } };
        foreach ((string name, string text) in files)
        {
            host.Files[name] = text;
        }

        return host;
    }

    public static Task<SolveResult> RunAsync(FakeHost host, params (string Key, string Value)[] attributes) =>
        new DockerfileFrontend().RunAsync(new FrontendRequest(attributes.ToDictionary(a => a.Key, a => a.Value), new Dictionary<string, Definition>()), host, CancellationToken.None);

    public static async Task<string> GraphAsync(string dockerfile, params (string Key, string Value)[] attributes)
    {
        SolveResult result = await RunAsync(Host(dockerfile), attributes);
        return result.Ref is null ? "" : GraphText.Write(result.Ref.Definition);
    }

    public static JsonElement Config(SolveResult result, string key = "containerimage.config") => JsonDocument.Parse(result.Metadata[key]).RootElement;

    public static string[] History(SolveResult result) => [.. Config(result).GetProperty("history").EnumerateArray().Select(h => (h.TryGetProperty("empty_layer", out _) ? "- " : "+ ") + h.GetProperty("created_by").GetString())];

    public static string Text(SolveResult result, string key) => Encoding.UTF8.GetString(result.Metadata[key]);
}
