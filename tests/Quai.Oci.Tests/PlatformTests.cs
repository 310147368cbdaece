using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Oci.Tests;

public class PlatformTests
{
    [Theory]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/armel", "linux/arm/v6")]
    [InlineData("arm64", "linux/arm64")]
    public void Other_names_are_made_Gos(string text, string expected) => Assert.Equal(expected, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("linux/")]
    [InlineData("a/b/c/d")]
    [InlineData("li nux/amd64")]
    public void Malformed_ones_are_refused(string text) => Assert.Throws<QuaiException>(() => Platform.Parse(text));

    [Fact]
    public void The_best_variant_wins()
    {
        var wanted = Platform.Parse("linux/arm/v7");
        int v7 = wanted.Score(new PlatformDescription { Os = "linux", Architecture = "arm", Variant = "v7" });
        int v6 = wanted.Score(new PlatformDescription { Os = "linux", Architecture = "arm", Variant = "v6" });
        int v5 = wanted.Score(new PlatformDescription { Os = "linux", Architecture = "arm", Variant = "v5" });
        int v8 = wanted.Score(new PlatformDescription { Os = "linux", Architecture = "arm", Variant = "v8" });
        Assert.True(v7 > v6 && v6 > v5 && v5 > 0);
        Assert.Equal(0, v8);
        Assert.Equal(0, wanted.Score(new PlatformDescription { Os = "linux", Architecture = "amd64" }));
        Assert.Equal(0, wanted.Score(new PlatformDescription { Os = "unknown", Architecture = "unknown" }));
    }
}
