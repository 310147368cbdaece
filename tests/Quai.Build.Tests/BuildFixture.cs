using System.Text;
using Quai.Build.Attestations;
using Quai.Build.Caching;
using Quai.Build.Jobs;
using Quai.Build.Tests.Fakes;
using Quai.BuildProtocol.Llb;
using Quai.Content;
using Quai.Images;
using Quai.Metadata;

namespace Quai.Build.Tests;

/// <summary>A builder in a folder of its own, gone afterwards.</summary>
internal sealed class BuildFixture : IAsyncDisposable
{
    private readonly string _root;
    private readonly MetadataDatabase _database;
    private int _builds;

    private BuildFixture(string root, MetadataDatabase database, ImageServices images, Builder builder)
    {
        _root = root;
        _database = database;
        Images = images;
        Builder = builder;
    }

    public ImageServices Images { get; }

    public Builder Builder { get; }

    public FakeSession Session { get; } = new();

    public string SecretFolder => Path.Combine(_root, "secrets");

    public static async Task<BuildFixture> OpenAsync()
    {
        string root = Directory.CreateTempSubdirectory("quai-build-").FullName;
        string mountPoint = Path.Combine(root, "mount"), secrets = Path.Combine(root, "secrets");
        Directory.CreateDirectory(mountPoint);
        Directory.CreateDirectory(secrets);
        MetadataDatabase database = MetadataDatabase.Open(Path.Combine(root, "meta.db"), [.. ImageServices.Migrations, .. Builder.Migrations]);
        var settings = new ImageStoreOptions { Content = new ContentOptions { SyncLayers = false }, OtherOwners = [new BuildOwnership()], PolicyFile = Path.Combine(root, "policy.json") };
        ImageServices images = ImageServices.Open(Path.Combine(root, "images"), database, settings);
        await images.Images.RecoverAsync(new HashSet<string>(), default);
        var options = new BuilderOptions(Path.Combine(root, "caches"), secrets, mountPoint);
        return new BuildFixture(root, database, images, await Builder.OpenAsync(options, database, images, new NoSessions(), new NoRunner(), [], default));
    }

    public async ValueTask DisposeAsync()
    {
        Builder.Dispose();
        await Images.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    public IBuildJob Begin() => Builder.Begin(new BuildJobOptions($"build{++_builds}", Session));

    /// <summary>Builds a graph in a build of its own, and does something with the result.</summary>
    public async Task<T> BuildAsync<T>(Definition definition, Func<IBuildRef, Task<T>> use)
    {
        await using IBuildJob job = Begin();
        return await use((await job.SolveAsync(definition, default))!);
    }

    /// <summary>The text of a file of a graph's result.</summary>
    public Task<string> ReadAsync(Definition definition, string path) => BuildAsync(definition, async r => Encoding.UTF8.GetString(await r.ReadFileAsync(path, 0, null, default)));

    /// <summary>The names in a directory of a graph's result.</summary>
    public Task<string[]> ListAsync(Definition definition, string path) =>
        BuildAsync(definition, async r => (await r.ReadDirectoryAsync(path, null, default)).Select(e => e.Path).Order(StringComparer.Ordinal).ToArray());

    /// <summary>Exports a graph's result.</summary>
    public Task<IReadOnlyDictionary<string, string>> ExportAsync(Definition definition, string type, params (string Name, string Value)[] attributes) =>
        ExportAsync(definition, AttestationDemands.None, type, attributes);

    /// <summary>Exports a graph's result with what is attested of it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(Definition definition, AttestationDemands attestations, string type, params (string Name, string Value)[] attributes)
    {
        await using IBuildJob job = Begin();
        var result = new SolveResult { Ref = await job.SolveAsync(definition, default) };
        return await job.ExportAsync(result, [new ExportRequest(type, attributes.ToDictionary(a => a.Name, a => a.Value), 0)], [], attestations, default);
    }

    /// <summary>Exports a result for two platforms: a file with the architecture's name for each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ExportTwoAsync(string type, params (string Name, string Value)[] attributes)
    {
        await using IBuildJob job = Begin();
        var result = new SolveResult
        {
            Refs = new Dictionary<string, IBuildRef?>
            {
                ["linux/arm64"] = await job.SolveAsync(Graph.File("/arm64", "a"), default),
                ["linux/amd64"] = await job.SolveAsync(Graph.File("/amd64", "b"), default),
            },
            Metadata = new Dictionary<string, byte[]>
            {
                ["refs.platforms"] = Encoding.UTF8.GetBytes(
                    """
                    {"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}},{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}}]}
                    """),
                ["containerimage.config/linux/amd64"] = """{"architecture":"amd64","os":"linux"}"""u8.ToArray(),
                ["containerimage.config/linux/arm64"] = """{"architecture":"arm64","os":"linux"}"""u8.ToArray(),
            },
        };
        return await job.ExportAsync(result, [new ExportRequest(type, attributes.ToDictionary(a => a.Name, a => a.Value), 0)], [], AttestationDemands.None, default);
    }
}
