using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Oci.Tests;

public class ImageReferenceTests
{
    private const string Hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("user/app", "docker.io/user/app:latest", "user/app:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("localhost/a", "localhost/a:latest", "localhost/a:latest")]
    [InlineData("localhost:5000/a/b:t", "localhost:5000/a/b:t", "localhost:5000/a/b:t")]
    [InlineData("127.0.0.1:5000/x", "127.0.0.1:5000/x:latest", "127.0.0.1:5000/x:latest")]
    [InlineData("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest")]
    [InlineData("quay.io/a__b/c-d.e---f:T_1", "quay.io/a__b/c-d.e---f:T_1", "quay.io/a__b/c-d.e---f:T_1")]
    [InlineData("busybox@" + Hash, "docker.io/library/busybox@" + Hash, "busybox@" + Hash)]
    [InlineData("busybox:1@" + Hash, "docker.io/library/busybox:1@" + Hash, "busybox:1@" + Hash)]
    [InlineData("UP/x", "UP/x:latest", "UP/x:latest")]
    public void Names_are_made_canonical(string text, string canonical, string familiar)
    {
        ImageReference reference = ImageReference.Parse(text).WithDefaultTag();
        Assert.Equal(canonical, reference.Canonical);
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference, ImageReference.Parse(familiar));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("a:")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("a b")]
    [InlineData("a:-t")]
    [InlineData("a:.t")]
    [InlineData("a@sha256:12")]
    [InlineData("a@md5:e3b0c44298fc1c149afbf4c8996fb924")]
    [InlineData("host:port/a")]
    [InlineData("host./a")]
    [InlineData("../a")]
    [InlineData("http://host/a")]
    public void Malformed_names_are_refused(string text)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => ImageReference.Parse(text));
        Assert.Equal("invalid reference format", e.Message);
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
    }

    [Theory]
    [InlineData("Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase")]
    [InlineData("localhost/Foo", "invalid reference format: repository name (Foo) must be lowercase")]
    public void Upper_case_is_named(string text, string message) =>
        Assert.Equal(message, Assert.Throws<QuaiException>(() => ImageReference.Parse(text)).Message);

    [Fact]
    public void An_id_is_no_name() =>
        Assert.StartsWith("invalid repository name (", Assert.Throws<QuaiException>(() => ImageReference.Parse(Hash[7..])).Message);

    [Fact]
    public void Lengths_are_limited()
    {
        Assert.True(ImageReference.TryParse("a:" + new string('t', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _));
        Assert.False(ImageReference.TryParse("x/" + new string('a', 256), out _));
    }
}
