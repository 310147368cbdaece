using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Registries;

/// <summary>Documents that are a manifest to one reader and an index, or another manifest, to the next, under one digest: what was scanned and signed is not what runs.</summary>
public sealed class ManifestEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("CVE-2021-41190: a manifest with manifests, served as a manifest", scene => PulledAsync(scene, Both, TestImage.OciManifest)),
        new("CVE-2021-41190: a manifest with manifests, served as an index", scene => PulledAsync(scene, Both, TestImage.OciIndex)),
        new("CVE-2021-41190: a document that calls itself an index, served as a manifest", scene => PulledAsync(scene, m => With(m, "mediaType", TestImage.OciIndex), TestImage.OciManifest)),
        new("CVE-2021-41190: a Docker manifest, served as an OCI manifest", scene => PulledAsync(scene, m => With(m, "mediaType", "application/vnd.docker.distribution.manifest.v2+json"), TestImage.OciManifest)),
        new("CVE-2021-41190: a manifest with the layers of schema 1", scene => PulledAsync(scene, m => With(m, "fsLayers", new JsonArray()), TestImage.OciManifest)),
        new("CVE-2021-41190: manifests in another spelling, which Go reads and others do not", scene => PulledAsync(scene, m => With(m, "Manifests", Entries(m)), TestImage.OciManifest)),
        new("CVE-2021-41190: layers twice, of which each reader takes its own", scene => PulledAsync(scene, Twice, TestImage.OciManifest)),
        new("CVE-2021-41190: a layer's digest twice, in two spellings", scene => PulledAsync(scene, TwiceWithin, TestImage.OciManifest)),
        new("CVE-2021-41190: an entry of an index that is an index too", ListedAsync),
        new("CVE-2021-41190: an archive with a manifest that is an index too", LoadedAsync),
        new("CVE-2021-41190: distribution inspect of a manifest that is an index too", InspectedAsync),
        new("CVE-2021-41190: an index with a config and layers is put in a registry", IndexPushedAsync) { QuaidOnly = true },
        new("CVE-2021-41190: what an older version took is pushed on", OldPushedAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> PulledAsync(Scene scene, Func<byte[], byte[]> change, string contentType)
    {
        await using var lure = new Lure(scene);
        byte[] document = change(lure.Manifest);
        lure.First = r => !r.Path.Contains("/manifests/", StringComparison.Ordinal) ? null
            : r.Last == TestImage.Digest(lure.Manifest) ? new StrangeAnswer(200, lure.Manifest, ("Content-Type", TestImage.OciManifest))
            : new StrangeAnswer(200, document, ("Content-Type", contentType), ("Docker-Content-Digest", TestImage.Digest(document)));
        CommandResult pull = await lure.PullAsync();
        return pull.ExitCode == 0 ? $"{TestImage.Digest(document)} was pulled as if it meant one thing" : null;
    }

    private static async Task<string?> ListedAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        byte[] both = Both(lure.Manifest), index = TestImage.Index((TestImage.Architecture, both));
        lure.First = r => !r.Path.Contains("/manifests/", StringComparison.Ordinal) ? null
            : r.Last == TestImage.Digest(both) ? new StrangeAnswer(200, both, ("Content-Type", TestImage.OciManifest))
            : new StrangeAnswer(200, index, ("Content-Type", TestImage.OciIndex), ("Docker-Content-Digest", TestImage.Digest(index)));
        return (await lure.PullAsync()).ExitCode == 0 ? "the entry was pulled" : null;
    }

    private static async Task<string?> LoadedAsync(Scene scene)
    {
        TestImage image = Image();
        CommandResult load = await scene.Docker.RunAsync("load", image.OciArchive(manifest: Both(image.Manifest())));
        return load.ExitCode == 0 ? load.Text : null;
    }

    private static async Task<string?> InspectedAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        byte[] both = Both(lure.Manifest);
        lure.First = r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? new StrangeAnswer(200, both, ("Content-Type", TestImage.OciManifest), ("Docker-Content-Digest", TestImage.Digest(both))) : null;
        string answer = await Lure.CurlAsync(scene.Engine, $"/v1.44/distribution/{lure.Registry.Address}/x:1/json");
        return answer.Contains("Platforms", StringComparison.Ordinal) ? answer : null;
    }

    private static async Task<string?> IndexPushedAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        JsonObject index = JsonNode.Parse(With(lure.Manifest, "manifests", Entries(lure.Manifest)))!.AsObject();
        index["mediaType"] = TestImage.OciIndex;
        string file = Path.Combine(lure.Folder, "index.json");
        await File.WriteAllTextAsync(file, index.ToJsonString());
        await Lure.CurlAsync(scene.Engine, $"/quai/manifests?name={lure.Registry.Address}/x:2", $"-X PUT --data-binary @{file}");
        return Put(lure, "/v2/x/manifests/2");
    }

    private static async Task<string?> OldPushedAsync(Scene scene)
    {
        await using var old = await OldInstance.StartAsync();
        TestImage image = Image();
        await using var lure = new Lure(scene with { Engine = old.Engine });
        var name = new JsonObject { ["io.containerd.image.name"] = $"{lure.Registry.Address}/x:2" };
        byte[] document = With(image.Manifest(), "manifests", Entries(image.Manifest()));
        (await old.Engine.Docker.RunAsync("load", image.OciArchive(name, document))).Expect();
        await old.UpgradeAsync(scene);
        await lure.Docker.RunAsync($"push {lure.Registry.Address}/x:2");
        return Put(lure, "/v2/x/manifests/2");
    }

    private static string? Put(Lure lure, string path) =>
        lure.Registry.Requests.Any(r => r.Method == "PUT" && r.Path == path) ? "the registry was given a document with two meanings" : null;

    private static TestImage Image() => new TestImage().WithLayer(TestImage.Tar(TestImage.File("hello", "loaded\n")));

    private static JsonArray Entries(byte[] manifest) => JsonNode.Parse(TestImage.Index((TestImage.Architecture, manifest)))!["manifests"]!.DeepClone().AsArray();

    private static byte[] With(byte[] manifest, string member, JsonNode value)
    {
        JsonObject document = JsonNode.Parse(manifest)!.AsObject();
        document[member] = value;
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    /// <summary>The manifest, without a media type of its own, as an index of itself.</summary>
    private static byte[] Both(byte[] manifest)
    {
        JsonObject document = JsonNode.Parse(manifest)!.AsObject();
        document.Remove("mediaType");
        document["manifests"] = Entries(manifest);
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static byte[] Twice(byte[] manifest) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(manifest).Replace("\"layers\":", "\"layers\":[],\"layers\":", StringComparison.Ordinal));

    private static byte[] TwiceWithin(byte[] manifest)
    {
        string text = Encoding.UTF8.GetString(manifest);
        int layers = text.IndexOf("\"layers\"", StringComparison.Ordinal);
        string other = $"\"Digest\":\"sha256:{new string('a', 64)}\",";
        return Encoding.UTF8.GetBytes(text[..layers] + text[layers..].Replace("\"digest\":", other + "\"digest\":", StringComparison.Ordinal));
    }
}
