using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Oci.Tests;

public class DigestTests
{
    private const string EmptyHash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_digest_is_made_and_read()
    {
        var digest = Digest.Of([]);
        Assert.Equal(EmptyHash, digest.ToString());
        Assert.Equal(digest, Digest.Parse(EmptyHash));
        Assert.Equal("e3b0c44298fc", digest.Short);
        Assert.True(digest.Matches([]));
        Assert.False(digest.Matches([1]));
    }

    [Theory]
    [InlineData("", "invalid checksum digest format")]
    [InlineData("sha256", "invalid checksum digest format")]
    [InlineData("sha256:", "invalid checksum digest length")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", "invalid checksum digest format")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../etc/passwd0000", "invalid checksum digest")]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "unsupported digest algorithm")]
    public void Anything_else_is_refused(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<QuaiException>(() => Digest.Parse(text)).Message);

    [Fact]
    public void Sha512_is_taken()
    {
        string text = "sha512:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData([7]));
        Assert.True(Digest.Parse(text).Matches([7]));
    }
}
