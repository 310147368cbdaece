using System.Text;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Oci.Tests;

public class ImageJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:xyz\",\"size\":1},\"layers\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":-1},\"layers\":[]}")]
    [InlineData("{\"schemaVersion\":1,\"fsLayers\":[]}")]
    public void A_broken_manifest_is_refused(string json)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => ImageJson.ReadManifest(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
    }

    [Fact]
    public void Media_types_are_written_as_they_are() =>
        Assert.Equal(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}""",
            Encoding.UTF8.GetString(ImageJson.Write(new Manifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Layers = [] })));

    [Fact]
    public void A_document_of_countless_small_values_is_refused()
    {
        string entries = string.Join(',', Enumerable.Repeat("{}", (ImageJson.MaxTokens / 2) + 1));
        byte[] config = Encoding.UTF8.GetBytes($$"""{"rootfs":{"type":"layers","diff_ids":[]},"history":[{{entries}}]}""");
        Assert.Contains("members and values", Assert.Throws<QuaiException>(() => ImageJson.ReadConfig(config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_manifest_is_refused() =>
        Assert.Contains("larger than", Assert.Throws<QuaiException>(() => ImageJson.ReadManifest(new byte[ImageJson.MaxManifestSize + 1])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{\"rootfs\":null}", false)]
    [InlineData("{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\"]}}", false)]
    [InlineData("{\"created\":\"2024-05-01T10:11:12.123456789Z\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}", false)]
    [InlineData("{\"created\":\"2024-05-01T10:11:12.123456789Z\",\"config\":{\"Env\":null,\"ExposedPorts\":{\"80/tcp\":{}}}}", true)]
    public void A_config_is_checked(string json, bool valid)
    {
        Exception? e = Record.Exception(() => ImageJson.ReadConfig(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(valid, e is null);
        Assert.True(e is null or QuaiException);
    }
}
