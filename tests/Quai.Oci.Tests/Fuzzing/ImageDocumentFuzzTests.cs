using System.Text;
using Quai.Oci.Images;

namespace Quai.Oci.Tests.Fuzzing;

/// <summary>Documents of images, as registries and archives send them.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ImageDocumentFuzzTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Manifest = $$$"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{Digest}}}","size":7,"urls":["http://a/"],"data":"e30="},
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{Digest}}}","size":32654,"annotations":{"a":"b"}}],"subject":{"mediaType":"a/b","digest":"{{{Digest}}}","size":1},"annotations":{"a":"b"}}
        """;

    private const string Index = $$$"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{Digest}}}","size":7143,
        "platform":{"architecture":"arm64","os":"linux","variant":"v8","os.version":"1","os.features":["a"]}}],"annotations":{"a":"b"}}
        """;

    private const string Config = $$$"""
        {"architecture":"amd64","os":"linux","variant":"v1","os.version":"1","created":"2024-01-02T03:04:05.123456789Z","author":"a","comment":"c","docker_version":"1",
        "config":{"User":"u","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["e"],"Cmd":["sh"],"Volumes":{"/v":{}},"WorkingDir":"/","Labels":{"a":"b"},"StopSignal":"SIGTERM","StopTimeout":1,"ArgsEscaped":true,
        "Shell":["s"],"OnBuild":["o"],"Healthcheck":{"Test":["CMD","t"],"Interval":1,"Timeout":1,"StartPeriod":1,"StartInterval":1,"Retries":1}},
        "rootfs":{"type":"layers","diff_ids":["{{{Digest}}}"]},"history":[{"created":"2024-01-01T00:00:00Z","created_by":"base","author":"a","comment":"c","empty_layer":true}]}
        """;

    [Fact]
    public void A_manifest_is_read_or_refused() => Holds("oci-manifest", Manifest, json =>
    {
        Manifest read = ImageJson.ReadManifest(json);
        Assert.NotNull(read.Config);
        Assert.All(read.Layers!, layer => Images.Digest.Parse(layer.Digest));
        Stable(ImageJson.Write(read), bytes => ImageJson.Write(ImageJson.ReadManifest(bytes)));
    });

    [Fact]
    public void An_index_is_read_or_refused() => Holds("oci-index", Index, json =>
    {
        ImageIndex read = ImageJson.ReadIndex(json);
        Assert.All(read.Manifests!, manifest => Images.Digest.Parse(manifest.Digest));
        foreach (Descriptor manifest in read.Manifests!)
        {
            Platform.Host.Score(manifest.Platform);
        }

        Stable(ImageJson.Write(read), bytes => ImageJson.Write(ImageJson.ReadIndex(bytes)));
    });

    [Fact]
    public void A_config_is_read_or_refused() => Holds("oci-config", Config, json =>
    {
        ImageConfig read = ImageJson.ReadConfig(json);
        Assert.All(read.RootFs.DiffIds, diffId => Images.Digest.Parse(diffId));
        Stable(ImageJson.Write(read), bytes => ImageJson.Write(ImageJson.ReadConfig(bytes)));
    });

    [Fact]
    public void What_a_document_is_gets_told() => Holds("oci-media-type", Index, json => Assert.NotEmpty(ImageJson.DetectMediaType(json)));

    [Fact]
    public void The_list_of_an_archive_is_read_or_refused() =>
        Holds("docker-archive-list", """[{"Config":"config.json","RepoTags":["a:1"],"Layers":["0/layer.tar"],"Parent":"p","LayerSources":{"a":{}}}]""", json => ImageJson.ReadDockerArchive(json));

    private static void Holds(string name, string sample, Action<byte[]> check)
    {
        byte[] json = Encoding.UTF8.GetBytes(sample);
        Fuzz.Holds(new Property(name, check) { Seeds = [json], Always = JsonMutator.EveryValue(json), Mutate = JsonMutator.Mutate });
    }

    /// <summary>What was written is read and written again to the same bytes.</summary>
    private static void Stable(byte[] written, Func<byte[], byte[]> again) => Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(again(written)));
}
