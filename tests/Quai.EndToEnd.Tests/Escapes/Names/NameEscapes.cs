using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Names;

/// <summary>Images that would like to be run in the place of others: by a digest that is not theirs, by the beginning of another's id, by another registry's name.</summary>
public sealed class NameEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly string s_digest = "sha256:" + string.Concat(Enumerable.Repeat("ab", 32));

    private static readonly Attack[] s_attacks =
    [
        new("a name that lies: RepoTags with a digest", scene => LoadedAsync(scene, _ => $"trusted@{s_digest}", _ => $"trusted@{s_digest}")),
        new("a name that lies: RepoTags with another registry's digest", scene => LoadedAsync(scene, _ => $"registry.example:5000/team/trusted@{s_digest}", _ => $"registry.example:5000/team/trusted@{s_digest}")),
        new("a name that lies: RepoTags with tag and digest", TagAndDigestAsync),
        new("a name that lies: RepoTags like the beginning of an id", scene => LoadedAsync(scene, id => id[..19], id => id[..19])),
        new("a name that lies: RepoTags like a whole id but for one digit", scene => LoadedAsync(scene, id => id[..^1], id => id[..^1])),
        new("a name that lies: RepoTags like the beginning of an id, spelled out", scene => LoadedAsync(scene, id => "docker.io/library/" + id[..19], id => id[..19])),
        new("a name that lies: an archive's index with io.containerd.image.name like an id", scene => AnnotatedAsync(scene, "io.containerd.image.name")),
        new("a name that lies: an archive's index with org.opencontainers.image.ref.name like an id", scene => AnnotatedAsync(scene, "org.opencontainers.image.ref.name")),
        new("a name that lies: import under a name like an id", scene => GivenAsync(scene, (_, id, mark) => scene.Docker.RunAsync($"import - {id[..19]}", Root(mark)))),
        new("a name that lies: a tag like an id", scene => GivenAsync(scene, (forged, id, _) => scene.Docker.RunAsync($"tag {forged} {id[..19]}"))),
        new("a name that lies: commit under a name like an id", CommittedAsync),
        new("a name that lies: Docker Hub's name that is shown as another registry's", ShownAsync),
        new("a name that lies: Docker Hub's name that is saved as another registry's", SavedAsync),
        new("a name that lies: a digest that an older version took from an archive", OldAsync) { QuaidOnly = true },
        new("a name that lies: the digest of another platform's image after its push", PlatformAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    /// <summary>Loads the forgery under a name and has the user run another.</summary>
    private static async Task<string?> LoadedAsync(Scene scene, Func<string, string> name, Func<string, string> wanted)
    {
        string mark = Mark(), id = await TrustedIdAsync(scene);
        await scene.Docker.RunAsync("load", Forged(mark).DockerArchive(name(id)));
        return await RunAsync(scene.Docker, wanted(id), mark);
    }

    private static async Task<string?> TagAndDigestAsync(Scene scene)
    {
        await scene.Docker.RunAsync("load", Forged(Mark()).DockerArchive($"trusted:1@{s_digest}"));
        string all = await scene.Docker.OkAsync("images -q --no-trunc");
        string names = all.Length == 0 ? "" : await scene.Docker.OkAsync($"image inspect -f '{{{{.RepoTags}}}} {{{{.RepoDigests}}}}' {all.ReplaceLineEndings(" ")}");
        return names.Contains($"trusted:1@{s_digest}", StringComparison.Ordinal) ? $"the forgery is said to be {s_digest}" : null;
    }

    private static async Task<string?> AnnotatedAsync(Scene scene, string annotation)
    {
        string mark = Mark(), id = await TrustedIdAsync(scene);
        await scene.Docker.RunAsync("load", Forged(mark).OciArchive(new JsonObject { [annotation] = "docker.io/library/" + id[..19] }));
        return await RunAsync(scene.Docker, id[..19], mark);
    }

    private static async Task<string?> GivenAsync(Scene scene, Func<string, string, string, Task<CommandResult>> give)
    {
        string mark = Mark(), id = await TrustedIdAsync(scene), forged = await scene.LoadAsync(Forged(mark));
        await give(forged, id, mark);
        return await RunAsync(scene.Docker, id[..19], mark);
    }

    private static Task<string?> CommittedAsync(Scene scene) => GivenAsync(scene, async (forged, id, _) =>
    {
        string container = scene.Engine.Name();
        await scene.Docker.OkAsync($"create --name {container} {forged} sh");
        return await scene.Docker.RunAsync($"commit {container} {id[..19]}");
    });

    private static async Task<string?> ShownAsync(Scene scene)
    {
        string name = $"registry{Guid.NewGuid():n}.example/app";
        await scene.Docker.RunAsync("load", Forged(Mark()).DockerArchive($"docker.io/{name}:1"));
        return (await scene.Docker.OkAsync("images --format '{{.Repository}}'")).Split('\n').Contains(name) ? $"the forgery is listed as {name}" : null;
    }

    private static async Task<string?> SavedAsync(Scene scene)
    {
        string mark = Mark(), name = $"registry{Guid.NewGuid():n}.example/app:1";
        await scene.Docker.RunAsync("load", Forged(mark).DockerArchive($"docker.io/{name}"));
        CommandResult save = await scene.Docker.RunAsync($"save docker.io/{name}");
        await scene.Docker.RunAsync("load", save.StdoutBytes);
        return await RunAsync(scene.Docker, name, mark);
    }

    private static async Task<string?> OldAsync(Scene scene)
    {
        string mark = Mark();
        await using OldInstance old = await OldInstance.StartAsync();
        (await old.Engine.Docker.RunAsync("load", Forged(mark).DockerArchive($"trusted@{s_digest}"))).Expect();
        await old.UpgradeAsync(scene);
        return await RunAsync(old.Engine.Docker, $"trusted@{s_digest}", mark);
    }

    private static async Task<string?> PlatformAsync(Scene scene)
    {
        string mark = Mark();
        TestImage wanted = new TestImage().WithBusybox(), other = Forged(mark);
        string foreign = TestImage.Architecture == "arm64" ? "amd64" : "arm64";
        wanted.Config["architecture"] = foreign;
        byte[] index = TestImage.Index((TestImage.Architecture, other.Manifest()), (foreign, wanted.Manifest()));
        await using var registry = new StrangeServer("127.0.0.2", r =>
            r.Path == "/v2/" ? new StrangeAnswer(200, "{}")
            : r.Method == "PUT" ? new StrangeAnswer(201, "")
            : r.Path.Contains("/manifests/", StringComparison.Ordinal) && r.Last == "1" ? new StrangeAnswer(200, index, ("Content-Type", TestImage.OciIndex))
            : (other.Blobs.GetValueOrDefault(r.Last) ?? wanted.Blobs.GetValueOrDefault(r.Last)) is { } blob
                ? new StrangeAnswer(200, blob, ("Content-Type", r.Path.Contains("/manifests/", StringComparison.Ordinal) ? TestImage.OciManifest : "application/octet-stream"))
            : new StrangeAnswer(404, ""));
        string name = $"{registry.Address}/x";
        await scene.Docker.OkAsync($"pull --platform linux/{TestImage.Architecture} {name}:1");
        await scene.Docker.OkAsync($"pull --platform linux/{foreign} {name}:1");
        await scene.Docker.OkAsync($"push --platform linux/{foreign} {name}:1");
        return await RunAsync(scene.Docker, $"{name}@{TestImage.Digest(wanted.Manifest())}", mark);
    }

    /// <summary>The id of the image that the user means.</summary>
    private static Task<string> TrustedIdAsync(Scene scene) => scene.Docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {BusyboxImage.Name}");

    private static async Task<string?> RunAsync(DockerClient docker, string name, string mark)
    {
        CommandResult run = await docker.RunAsync($"run --rm --pull never {name} cat /hello");
        return run.Stdout.Contains(mark, StringComparison.Ordinal) ? $"{name} is the forgery" : null;
    }

    /// <summary>What only this attack's forgery says, so that none takes an earlier one's for its own.</summary>
    private static string Mark() => "forged-" + Guid.NewGuid().ToString("n");

    private static TestImage Forged(string mark) => new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", mark)));

    /// <summary>A root file system with a program that says it.</summary>
    private static byte[] Root(string mark) => TestImage.Tar(
        TestImage.Folder("bin"),
        new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "bin/cat") { DataStream = new MemoryStream(File.ReadAllBytes("/bin/busybox")), Mode = (UnixFileMode)0b111_101_101 },
        TestImage.File("hello", mark));
}
