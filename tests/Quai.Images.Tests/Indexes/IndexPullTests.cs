using System.Text;
using Quai.Errors;
using Quai.Registry.Tests;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Images.Tests.Indexes;

/// <summary>Pulls through indexes: entries without a platform, and indexes in one another.</summary>
public sealed class IndexPullTests
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json", IndexType = "application/vnd.oci.image.index.v1+json";
    private static readonly byte[] s_layer = SampleImage.BaseLayer;
    private static readonly byte[] s_config = Encoding.UTF8.GetBytes(SampleImage.Config(s_layer));
    private static readonly byte[] s_manifest = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{SampleImage.DiffId(s_config)}}","size":{{s_config.Length}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{SampleImage.DiffId(s_layer)}}","size":{{s_layer.Length}}}]}""");

    // Never served: a pull that chose it fails.
    private static readonly byte[] s_other = [.. s_manifest, (byte)' '];

    [Fact]
    public Task An_entry_without_a_platform_fits() => Pulls(Index(Entry(s_manifest)));

    [Fact]
    public Task An_entry_with_an_empty_platform_fits() => Pulls(Index(Entry(s_manifest, platform: """{"os":"","architecture":""}""")));

    [Fact]
    public Task The_first_without_a_platform_is_taken() => Pulls(Index(Entry(s_manifest), Entry(s_other)));

    [Fact]
    public Task An_entry_of_the_platform_goes_before_one_without() => Pulls(Index(Entry(s_other), Entry(s_manifest, platform: """{"os":"linux","architecture":"amd64"}""")));

    [Fact]
    public async Task An_index_in_an_index_is_followed()
    {
        byte[] inner = Index(Entry(s_manifest, platform: """{"os":"linux","architecture":"amd64"}"""));
        await Pulls(Index(Entry(inner, IndexType)), inner);
        await Pulls(Index(Entry(inner, IndexType, """{"os":"linux","architecture":"amd64"}""")), inner);
    }

    [Fact]
    public async Task An_index_of_another_platform_is_not_followed()
    {
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Pulls(Index(Entry(s_other, IndexType, """{"os":"linux","architecture":"vax"}"""))));
        Assert.StartsWith("no matching manifest for linux/", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indexes_too_deep_in_one_another_are_refused()
    {
        List<byte[]> indexes = [Index(Entry(s_manifest))];
        for (int i = 0; i < 10; i++)
        {
            indexes.Add(Index(Entry(indexes[^1], IndexType)));
        }

        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Pulls(indexes[^1], [.. indexes]));
        Assert.EndsWith("lie more than 5 deep in one another", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Index(params string[] entries) =>
        Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""");

    private static string Entry(byte[] of, string type = ManifestType, string? platform = null) =>
        $$"""{"mediaType":"{{type}}","digest":"{{SampleImage.DiffId(of)}}","size":{{of.Length}}{{(platform is null ? "" : $",\"platform\":{platform}")}}}""";

    private static async Task Pulls(byte[] top, params byte[][] indexes)
    {
        await using var registry = new FakeRegistry(r => Answer(r, top, indexes));
        await using var f = new StoreFixture();
        Image image = await f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default);
        Assert.Equal("root", File.ReadAllText(image.LayerDirectories[0] + "/etc/passwd"));
        Assert.EndsWith(SampleImage.DiffId(top), Assert.Single(image.RepoDigests), StringComparison.Ordinal);
    }

    private static byte[] Answer(Request request, byte[] top, byte[][] indexes)
    {
        bool Asks(byte[] content) => request.Path.EndsWith(SampleImage.DiffId(content), StringComparison.Ordinal);

        return request.Path == "/v2/" ? Respond(200, "{}")
            : Asks(s_layer) ? Respond(200, s_layer)
            : Asks(s_config) ? Respond(200, s_config)
            : Asks(s_manifest) ? Respond(200, s_manifest, "Content-Type: " + ManifestType)
            : Array.Find(indexes, Asks) is { } index ? Respond(200, index, "Content-Type: " + IndexType)
            : request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal) ? Respond(200, top, "Content-Type: " + IndexType)
            : Respond(404, "");
    }
}
