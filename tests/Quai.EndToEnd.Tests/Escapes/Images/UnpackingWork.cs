using System.Text;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Images;

/// <summary>
/// Archives of a few megabytes that make a daemon work or take memory out of all proportion. Measured as the kernel counts work, never as time.
/// </summary>
public sealed class UnpackingWork(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const long Mebibyte = 1 << 20;

    private static readonly Attack[] s_attacks =
    [
        new("Quadratic work: a layer of directories, each then overwritten by a file", OverwritesAsync) { QuaidOnly = true },
        new("Quadratic work: an extension header of 30,000 attributes", AttributesAsync) { QuaidOnly = true },
        new("Quadratic work: a name of 1 MiB that climbs back 170,000 times", ClimbingAsync) { QuaidOnly = true },
        new("Memory by entries: 32,000 directories with names of 4,000 bytes", LongNamesAsync) { QuaidOnly = true },
        new("Memory by JSON: a history of 2,500,000 empty entries", HistoryAsync) { QuaidOnly = true },
        new("Memory by JSON: a manifest of 1,300,000 empty layers", ManifestAsync) { QuaidOnly = true },
        new("Memory by links: an archive of images with 40,000 links that nobody asks for", LinksAsync) { QuaidOnly = true },
        new("Exponential work: indexes that name indexes, each many times", NestedIndexesAsync) { QuaidOnly = true },
        new("Quadratic work: every image of an archive looked for in every manifest", ManifestSearchAsync) { QuaidOnly = true },
        new("Work by repetition: an index that names one image 850 times", RepeatedImageAsync) { QuaidOnly = true },
    ];

    /// <summary>The attacks.</summary>
    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> OverwritesAsync(Scene scene)
    {
        // As many entries beside one another and over one another: both by the same daemon one after the other, however busy the machine.
        await ImportAsync(scene, DirectoriesAndFiles(500, "f"));
        DaemonWork beside = await ImportAsync(scene, DirectoriesAndFiles(25_000, "f")), over = await ImportAsync(scene, DirectoriesAndFiles(25_000, "d"));
        return over.UserSeconds > 0.9 && over.UserSeconds > 4 * beside.UserSeconds
            ? $"{over.UserSeconds:f1} s for 25,000 overwritten directories, {beside.UserSeconds:f1} s for as many entries that overwrite nothing"
            : null;
    }

    private static byte[] DirectoriesAndFiles(int count, string file)
    {
        var layer = new RawLayer();
        for (int i = 0; i < count; i++)
        {
            layer.Directory($"d{i}/");
        }

        for (int i = 0; i < count; i++)
        {
            layer.File($"{file}{i}");
        }

        return layer.End();
    }

    private static async Task<string?> AttributesAsync(Scene scene)
    {
        // Overlayfs's own attributes are dropped: nothing is written, all the time goes into reading.
        var layer = new RawLayer();
        for (int i = 0; i < 4; i++)
        {
            layer.Pax(Enumerable.Range(0, 25_000).Select(n => ($"SCHILY.xattr.user.overlay.{n:d5}", ""))).File($"f{i}");
        }

        DaemonWork work = await ImportAsync(scene, layer.End());
        return work.UserSeconds > 2 ? $"{work.UserSeconds:f1} s for 4 files" : null;
    }

    private static async Task<string?> ClimbingAsync(Scene scene)
    {
        var layer = new RawLayer();
        string name = new string('x', 500_000) + string.Concat(Enumerable.Repeat("/a/..", 100_000));
        for (int i = 0; i < 4; i++)
        {
            layer.File(name + $"/../f{i}");
        }

        DaemonWork work = await ImportAsync(scene, layer.End());
        return work.UserSeconds > 2 ? $"{work.UserSeconds:f1} s for 4 files" : null;
    }

    private static async Task<string?> LongNamesAsync(Scene scene)
    {
        var layer = new RawLayer();
        string folder = string.Join('/', Enumerable.Repeat(new string('x', 200), 19));
        for (int i = 0; i < 32_000; i++)
        {
            layer.Directory($"{folder}/{i}/");
        }

        await FreshAsync(scene);
        DaemonWork work = await ImportAsync(scene, layer.End());
        return work.PeakBytes > 120 * Mebibyte ? $"{work.PeakBytes / Mebibyte} MiB of memory" : null;
    }

    private static async Task<string?> HistoryAsync(Scene scene)
    {
        string config = $$"""{"os":"linux","rootfs":{"type":"layers","diff_ids":[]},"history":[{{string.Join(',', Enumerable.Repeat("{}", 2_500_000))}}]}""";
        await FreshAsync(scene);
        DaemonWork work = await LoadAsync(
            scene,
            new RawLayer().File("config.json", Encoding.ASCII.GetBytes(config)).File("manifest.json", """[{"Config":"config.json","Layers":[]}]"""u8.ToArray()).End());
        return work.PeakBytes > 120 * Mebibyte ? $"{work.PeakBytes / Mebibyte} MiB of memory" : null;
    }

    private static async Task<string?> ManifestAsync(Scene scene)
    {
        byte[] manifest = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"config":{},"layers":[{{string.Join(',', Enumerable.Repeat("{}", 1_300_000))}}]}""");
        await FreshAsync(scene);
        DaemonWork work = await LoadAsync(scene, Layout([(TestImage.OciManifest, manifest)], [manifest]));
        return work.PeakBytes > 120 * Mebibyte ? $"{work.PeakBytes / Mebibyte} MiB of memory" : null;
    }

    private static async Task<string?> LinksAsync(Scene scene)
    {
        var archive = new RawLayer();
        string folder = string.Join('/', Enumerable.Repeat(new string('x', 200), 18));
        for (int i = 0; i < 40_000; i++)
        {
            archive.Symlink($"{folder}/{i}", $"{folder}/{i}");
        }

        await FreshAsync(scene);
        DaemonWork work = await LoadAsync(scene, archive.End());
        return work.PeakBytes > 120 * Mebibyte ? $"{work.PeakBytes / Mebibyte} MiB of memory" : null;
    }

    private static async Task<string?> NestedIndexesAsync(Scene scene)
    {
        const int Each = 6;
        string padding = new('x', 1_000_000);
        byte[] last = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"manifests":[],"annotations":{"a":"{{padding}}"} }""");
        List<byte[]> blobs = [last];
        for (int level = 0; level < 3; level++)
        {
            blobs.Add(Index(Enumerable.Repeat((TestImage.OciIndex, blobs[^1]), Each)));
        }

        DaemonWork work = await LoadAsync(scene, Layout(Enumerable.Repeat((TestImage.OciIndex, blobs[^1]), Each), blobs));
        return work.BytesRead > 600 * Mebibyte ? $"{work.BytesRead / Mebibyte} MiB read" : null;
    }

    private static async Task<string?> ManifestSearchAsync(Scene scene)
    {
        const int Images = 30, Manifests = 30;
        byte[] config = """{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();
        List<byte[]> manifests = [.. Enumerable.Range(0, Manifests).Select(i => Encoding.ASCII.GetBytes(
            $$"""{"schemaVersion":2,"config":{"digest":"{{TestImage.Digest("other"u8)}}","size":1},"layers":[],"annotations":{"{{i}}":"{{new string('x', 1_000_000)}}"} }"""))];
        string items = string.Join(',', Enumerable.Range(0, Images).Select(i => $$"""{"Config":"config.json","RepoTags":["search{{i}}:x"],"Layers":[]}"""));
        DaemonWork work = await LoadAsync(
            scene,
            Layout(manifests.Select(m => (TestImage.OciManifest, m)), manifests, a => a.File("config.json", config).File("manifest.json", Encoding.ASCII.GetBytes($"[{items}]"))));
        return work.BytesRead > 600 * Mebibyte ? $"{work.BytesRead / Mebibyte} MiB read" : null;
    }

    private static async Task<string?> RepeatedImageAsync(Scene scene)
    {
        byte[] config = Encoding.ASCII.GetBytes(
            $$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"comment":"{{new string('x', 800_000)}}"}""");
        byte[] manifest = Encoding.ASCII.GetBytes(
            $$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{TestImage.Digest(config)}}","size":{{config.Length}}},"layers":[]}""");
        DaemonWork work = await LoadAsync(scene, Layout(Enumerable.Repeat((TestImage.OciManifest, manifest), 850), [manifest, config]));
        return work.BytesRead > 600 * Mebibyte ? $"{work.BytesRead / Mebibyte} MiB read" : null;
    }

    private static byte[] Index(IEnumerable<(string Type, byte[] Content)> entries) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = TestImage.OciIndex,
        ["manifests"] = new JsonArray([.. entries.Select(e => new JsonObject { ["mediaType"] = e.Type, ["digest"] = TestImage.Digest(e.Content), ["size"] = e.Content.Length })]),
    }.ToJsonString());

    private static byte[] Layout(IEnumerable<(string Type, byte[] Content)> index, IEnumerable<byte[]> blobs, Action<RawLayer>? more = null)
    {
        var archive = new RawLayer();
        archive.File("index.json", Index(index));
        foreach (byte[] blob in blobs)
        {
            archive.File("blobs/sha256/" + TestImage.Digest(blob)["sha256:".Length..], blob);
        }

        more?.Invoke(archive);
        return archive.End();
    }

    /// <summary>Begins with a new process: one that once had much memory takes no more for the next thing.</summary>
    private static async Task FreshAsync(Scene scene)
    {
        await scene.Engine.StopDaemonAsync();
        await scene.Engine.StartDaemonAsync();
    }

    private static Task<DaemonWork> ImportAsync(Scene scene, byte[] layer) =>
        DaemonWork.DuringAsync(scene.Engine.Pid, () => scene.Docker.RunAsync("import -", layer, TimeSpan.FromMinutes(20)));

    private static Task<DaemonWork> LoadAsync(Scene scene, byte[] archive) =>
        DaemonWork.DuringAsync(scene.Engine.Pid, () => scene.Docker.RunAsync("load", archive, TimeSpan.FromMinutes(20)));
}
