using System.Text;
using Quai.Oci.Images;

namespace Quai.Oci.Tests.Fuzzing;

/// <summary>Names that come from users, images and archives, and become paths and addresses.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class NameFuzzTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void An_image_reference_is_read_or_refused() => Fuzz.Holds(new Property("image-reference", input =>
    {
        ImageReference read = ImageReference.Parse(Encoding.UTF8.GetString(input));
        Assert.Equal(read, ImageReference.Parse(read.Canonical));

        // docker.io/example.org/a is shown as example.org/a, which means another image: as in Docker. Docker Hub has no names that begin so, or with localhost.
        if (read.Domain != "docker.io" || !(read.Path.StartsWith("localhost/", StringComparison.Ordinal) || read.Path.Split('/')[0].Contains('.', StringComparison.Ordinal)))
        {
            Assert.Equal(read, ImageReference.Parse(read.Familiar));
        }

        // It becomes part of an address and of lines of text.
        Assert.DoesNotContain(read.Canonical, c => c is <= ' ' or '\x7f' or '?' or '#' or '%' or '\\' or > '~');
        Assert.DoesNotContain("..", read.Path.Split('/'));
        Assert.DoesNotContain("", read.Path.Split('/'));
    })
    {
        Seeds = TextMutator.Seeds($"registry.example:5000/team/app:v1@sha256:{Hex}", "busybox", "library/busybox:1.36", "localhost/a__b-c.d", "[::1]:5000/a:b", "docker.io/a", "index.docker.io/library/a", $"a@sha256:{Hex}"),
        Mutate = TextMutator.With("docker.io", "localhost", "library/", ":5000", "@sha256:", Hex, "[::1]", "__", "a", "A", ".", "-", "/", ":", new string('a', 128), new string('b', 255)),
        Generate = TextMutator.Of("docker.io", "/", ":", "@", "sha256:", Hex, "localhost", "library", "a", "B", "0", ".", "_", "__", "-", "[", "]"),
    });

    [Fact]
    public void A_digest_is_safe_as_a_files_name() => Fuzz.Holds(new Property("digest", input =>
    {
        string text = Encoding.UTF8.GetString(input);
        Digest digest = Digest.Parse(text);
        Assert.Equal(text, digest.ToString());
        Assert.True(digest.Hex.Length is 64 or 128);
        Assert.All(digest.Hex, c => Assert.True(c is (>= '0' and <= '9') or (>= 'a' and <= 'f')));
    })
    {
        Seeds = TextMutator.Seeds("sha256:" + Hex, "sha512:" + Hex + Hex),
        Mutate = TextMutator.With("sha256:", "sha512:", "SHA256", Hex, "A", "g", "/"),
    });

    [Fact]
    public void A_platform_is_read_or_refused() => Fuzz.Holds(new Property("platform", input =>
    {
        Platform platform = Platform.Parse(Encoding.UTF8.GetString(input));
        Assert.Equal(platform, Platform.Parse(platform.ToString()));
    })
    {
        Seeds = TextMutator.Seeds("linux/amd64", "linux/arm/v7", "arm64", "windows"),
        Mutate = TextMutator.With("linux", "/", "arm", "v8", "aarch64", "armhf", "x86_64", "8"),
    });
}
