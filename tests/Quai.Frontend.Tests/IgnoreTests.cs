using System.Diagnostics;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>What a <c>.dockerignore</c> leaves out.</summary>
public sealed class IgnoreTests
{
    [Theory]
    [InlineData("**", "file", true)]
    [InlineData("**", "dir/file", true)]
    [InlineData("**/", "dir/file", true)]
    [InlineData("**/**", "dir/file", true)]
    [InlineData("dir/**", "dir/file", true)]
    [InlineData("dir/**", "dir/dir2/file", true)]
    [InlineData("dir/**", "other/file", false)]
    [InlineData("**/dir2/*", "dir/dir2/file", true)]
    [InlineData("**/dir2/*", "dir/dir2/dir2/file", true)]
    [InlineData("**/dir2/**", "dir/dir2/dir3/file", true)]
    [InlineData("**file", "file", true)]
    [InlineData("**file", "dir/file", true)]
    [InlineData("**/file", "dir/dir/file", true)]
    [InlineData("**/file", "dir/dir/file.txt", false)]
    [InlineData("**/file*", "dir/dir/file.txt", true)]
    [InlineData("**/file*txt", "dir/dir/file.txt", true)]
    [InlineData("**/**/*.txt2", "dir/dir/file.txt", false)]
    [InlineData("a**/*.txt", "a/file.txt", true)]
    [InlineData("a**/*.txt", "a/dir/file.txt", true)]
    [InlineData("a/*.txt", "a/dir/file.txt", false)]
    [InlineData("a[b-d]e", "ace", true)]
    [InlineData("a[^b-d]e", "ace", false)]
    [InlineData("abc.def", "abcdef", false)]
    [InlineData("abc?def", "abc/def", false)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("dir", "dir/deep/file", true)]
    [InlineData("dir", "dirx", false)]
    [InlineData("./dir/", "dir/file", true)]
    public void A_pattern_leaves_out(string pattern, string path, bool ignored) => Assert.Equal(ignored, new IgnoreRules([pattern]).Ignores(path));

    [Fact]
    public void Later_patterns_win()
    {
        var rules = new IgnoreRules(["*.md", "!README.md", "docs", "!docs/keep"]);
        Assert.True(rules.Ignores("a.md"));
        Assert.False(rules.Ignores("README.md"));
        Assert.True(rules.Ignores("docs/x"));
        Assert.False(rules.Ignores("docs/keep/x"));
        Assert.True(rules.HasExceptions);
    }

    [Fact]
    public void A_file_is_read_without_comments() =>
        Assert.Equal(["a", "!b/c", "d e", "x", " # not".Trim()], IgnoreFile.Read("\uFEFF/a/\n# comment\n! b//c\n\n d e \r\n./x\n # not"u8));

    [Theory]
    [InlineData("[")]
    [InlineData("a[x")]
    [InlineData("!")]
    public void A_malformed_pattern_is_refused(string pattern) => Assert.ThrowsAny<QuaiException>(() => new IgnoreRules([pattern]));

    [Fact]
    public void Time_does_not_explode()
    {
        string pattern = string.Concat(Enumerable.Repeat("**/*a*", 60)), path = string.Concat(Enumerable.Repeat("a/a", 300)) + "b";
        var watch = Stopwatch.StartNew();
        Assert.False(new IgnoreRules([pattern + "c"]).Ignores(path));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }
}
