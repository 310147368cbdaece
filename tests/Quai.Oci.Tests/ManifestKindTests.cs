using System.Text;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Oci.Tests;

/// <summary>One document is one thing to everybody who reads it.</summary>
public class ManifestKindTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Config = "\"config\":{\"digest\":\"" + Digest + "\",\"size\":1}";

    [Theory]
    [InlineData("{\"config\":{},\"layers\":[]}", null, MediaTypes.OciManifest)]
    [InlineData("{\"config\":{},\"layers\":[]}", MediaTypes.DockerManifest, MediaTypes.DockerManifest)]
    [InlineData("{\"config\":{},\"layers\":[],\"manifests\":null}", "application/json", MediaTypes.OciManifest)]
    [InlineData("{\"manifests\":[]}", null, MediaTypes.OciIndex)]
    [InlineData("{\"manifests\":[]}", "text/plain", MediaTypes.OciIndex)]
    [InlineData("{\"manifests\":[],\"mediaType\":\"" + MediaTypes.DockerIndex + "\"}", MediaTypes.DockerIndex, MediaTypes.DockerIndex)]
    [InlineData("{\"manifests\":[],\"annotations\":{\"layers\":\"a\",\"Layers\":\"b\",\"Digest\":\"c\"}}", null, MediaTypes.OciIndex)]
    [InlineData("{\"schemaVersion\":1,\"fsLayers\":[{\"blobSum\":\"x\"}],\"history\":[{\"v1Compatibility\":\"{}\"}]}", null, MediaTypes.DockerSchema1)]
    [InlineData("{\"mediaType\":\"application/vnd.other+json\",\"blobs\":[]}", null, "application/vnd.other+json")]
    [InlineData("\uFEFF{\"manifests\":[]}", null, MediaTypes.OciIndex)]
    public void What_agrees_with_itself_is_taken(string json, string? said, string expected) => Assert.Equal(expected, ImageJson.DetectMediaType(Encoding.UTF8.GetBytes(json), said));

    [Theory]
    [InlineData("{\"config\":{},\"layers\":[],\"manifests\":[]}", null, "should not have")]
    [InlineData("{\"config\":{},\"layers\":[],\"manifests\":[]}", MediaTypes.OciManifest, "should not have \"manifests\" or \"fsLayers\"")]
    [InlineData("{\"config\":{},\"manifests\":[]}", MediaTypes.DockerIndex, "should not have \"config\", \"layers\", or \"fsLayers\"")]
    [InlineData("{\"mediaType\":\"" + MediaTypes.OciIndex + "\",\"layers\":[]}", null, "should not have")]
    [InlineData("{\"mediaType\":\"" + MediaTypes.OciManifest + "\",\"config\":{},\"fsLayers\":[]}", null, "should not have")]
    [InlineData("{\"mediaType\":\"" + MediaTypes.OciManifest + "\",\"config\":{}}", MediaTypes.OciIndex, "mediaType in manifest should be")]
    [InlineData("{\"mediaType\":\"" + MediaTypes.OciManifest + "\",\"config\":{}}", MediaTypes.DockerManifest, "mediaType in manifest should be")]
    [InlineData("{\"mediaType\":\"" + MediaTypes.OciManifest + "\",\"config\":{}}", MediaTypes.DockerSchema1Signed, "mediaType in manifest should be")]
    [InlineData("{\"mediaType\":\"application/vnd.other+json\",\"layers\":[],\"manifests\":[]}", null, "cannot determine")]
    [InlineData("{\"fsLayers\":[],\"layers\":[]}", MediaTypes.DockerSchema1, "cannot determine")]
    [InlineData("{\"manifests\":[],\"manifests\":[]}", null, "more than one \"manifests\"")]
    [InlineData("{\"manifests\":[],\"Manifests\":[]}", null, "more than one \"manifests\"")]
    [InlineData("{\"config\":{},\"MANIFESTS\":[]}", null, "some readers take for \"manifests\"")]
    [InlineData("{\"config\":{},\"manifest\u017f\":[]}", null, "some readers take for \"manifests\"")]
    [InlineData("{\"config\":{},\"\\u004danifests\":[]}", null, "some readers take for \"manifests\"")]
    [InlineData("{\"config\":{\"digest\":\"a\",\"Digest\":\"b\"}}", null, "more than one \"digest\"")]
    [InlineData("{\"config\":{\"x\":{\"MediaType\":\"b\"}}}", null, "some readers take for \"mediaType\"")]
    [InlineData("{\"annotations\":{\"a\":\"b\",\"a\":\"c\"}}", null, "more than one")]
    [InlineData("{\"mediaType\":7}", null, "no text")]
    [InlineData("{} {}", null, "invalid manifest")]
    [InlineData("[]", null, "no JSON object")]
    [InlineData("{\"\\ud800\":1}", null, "invalid manifest")]
    public void What_could_be_two_things_is_refused(string json, string? said, string problem)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => ImageJson.DetectMediaType(Encoding.UTF8.GetBytes(json), said));
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_manifest_is_read_as_one()
    {
        Assert.NotNull(ImageJson.ReadManifest(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,{{Config}},"layers":[]}""")));
        Assert.Throws<QuaiException>(() => ImageJson.ReadManifest(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,{{Config}},"layers":[],"manifests":[]}""")));
        Assert.Throws<QuaiException>(() => ImageJson.ReadManifest(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}",{{Config}},"layers":[]}""")));
        Assert.Throws<QuaiException>(() => ImageJson.ReadIndex(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,{{Config}},"manifests":[]}""")));
        Assert.Throws<QuaiException>(() => ImageJson.ReadIndex(Encoding.UTF8.GetBytes("""{"schemaVersion":2}""")));
        Assert.Empty(ImageJson.ReadIndex(Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""")).Manifests!);
    }
}
