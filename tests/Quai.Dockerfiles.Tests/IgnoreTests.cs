using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>Which paths of a context are left out.</summary>
public sealed class IgnoreTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("*", "a/b", true)]
    [InlineData("*.go", "a.go", true)]
    [InlineData("*.go", "d/a.go", false)]
    [InlineData("**/*.go", "d/e/a.go", true)]
    [InlineData("**/*.go", "a.go", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("**", "x/y", true)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**/z", "ab/z", false)]
    [InlineData("**/x", "yx", false)]
    [InlineData("**foo", "d/foo", true)]
    [InlineData("**foo", "dfoo", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("(x|y)+", "(x|y)+", true)]
    [InlineData("/a/", "a/b", true)]
    public void A_pattern_fits_or_not(string pattern, string path, bool ignored) => Assert.Equal(ignored, new IgnoreMatcher([pattern]).Ignores(path, isDirectory: false));

    [Fact]
    public void The_last_that_fits_decides()
    {
        var matcher = new IgnoreMatcher(["*.md", "docs", "!README*.md", "README-secret.md", "!docs/api/*.html"]);
        Assert.Equal([true, false, true, true, false, true],
            ((string[])["a.md", "README.md", "README-secret.md", "docs/x", "docs/api/a.html", "docs/other/a.html"]).Select(p => matcher.Ignores(p, false)));
        Assert.False(matcher.Ignores("docs", isDirectory: true));
        Assert.False(matcher.Ignores("docs/api", isDirectory: true));
        Assert.True(matcher.Ignores("docs/other", isDirectory: true));
        Assert.True(matcher.Ignores("docs", isDirectory: false));
    }

    [Fact]
    public void Malformed_patterns_are_refused()
    {
        Assert.Throws<QuaiException>(() => new IgnoreMatcher(["a[b"]));
        Assert.Throws<QuaiException>(() => new IgnoreMatcher(["!"]));
    }

    [Fact]
    public void Many_stars_take_no_longer() =>
        Assert.False(new IgnoreMatcher([string.Concat(Enumerable.Repeat("**/*a", 50)) + "b"]).Ignores(new string('a', 4000), isDirectory: false));
}
