using Quai.Dockerfiles.Words;
using Quai.Errors;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>Variables, quotes and escapes in the arguments of instructions.</summary>
public sealed class WordExpanderTests
{
    private static readonly Dictionary<string, string> s_values = new() { ["a"] = "value", ["empty"] = "", ["path"] = "/usr/local/bin", ["two"] = "one two", ["v"] = "1.2.3" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$a", "value")]
    [InlineData("${a}x$a", "valuexvalue")]
    [InlineData("$a_x", "")]
    [InlineData("\\$a", "$a")]
    [InlineData("'$a'", "$a")]
    [InlineData("\"$a\"", "value")]
    [InlineData("\"\\$a \\\" \\x\"", "$a \" \\x")]
    [InlineData("'a\\'", "a\\")]
    [InlineData("$", "$")]
    [InlineData("$ x", "$ x")]
    [InlineData("$1x", "x")]
    [InlineData("${unset:-else}", "else")]
    [InlineData("${empty:-else}", "else")]
    [InlineData("${empty-else}", "")]
    [InlineData("${a:+there}", "there")]
    [InlineData("${empty:+there}", "")]
    [InlineData("${empty+there}", "there")]
    [InlineData("${unset:-${a}}", "value")]
    [InlineData("${unset:-\"a}b\"}", "a}b")]
    [InlineData("${a?wrong}", "value")]
    [InlineData("${path#*/}", "usr/local/bin")]
    [InlineData("${path##*/}", "bin")]
    [InlineData("${path%/*}", "/usr/local")]
    [InlineData("${path%%/*}", "")]
    [InlineData("${path#x}", "/usr/local/bin")]
    [InlineData("${v%.?}", "1.2")]
    [InlineData("${v/./-}", "1-2.3")]
    [InlineData("${v//./-}", "1-2-3")]
    [InlineData("${path/local/opt}", "/usr/opt/bin")]
    [InlineData("${v//[/-}", "1.2.3")]
    [InlineData("back\\slash", "backslash")]
    [InlineData("end\\", "end")]
    public void Is_expanded(string text, string expanded) => Assert.Equal(expanded, Expander().Expand(text).Text);

    [Theory]
    [InlineData("'open", "unexpected end of statement while looking for matching single-quote")]
    [InlineData("\"open", "unexpected end of statement while looking for matching double-quote")]
    [InlineData("${a", "syntax error: missing '}'")]
    [InlineData("${", "syntax error: missing '}'")]
    [InlineData("${}", "syntax error: bad substitution")]
    [InlineData("${a:-x", "syntax error: missing '}'")]
    [InlineData("${a!x}", "unsupported modifier (!) in substitution")]
    [InlineData("${a:#x}", "unsupported modifier (:#) in substitution")]
    [InlineData("${unset?}", "unset: is not allowed to be unset")]
    [InlineData("${empty:?}", "empty: is not allowed to be empty")]
    [InlineData("${unset:?give it}", "unset: give it")]
    public void Is_refused(string text, string problem) => Assert.Equal(problem, Assert.Throws<QuaiException>(() => Expander().Expand(text)).Message);

    [Fact]
    public void Words_are_split_also_within_values_but_not_within_quotes()
    {
        Assert.Equal(["a", "one", "two", "one two", "", "x y"], Expander().ExpandWords(" a $two \"$two\" '' x\\ y ").Words);
        Assert.Empty(Expander().ExpandWords(" $unset ").Words);
    }

    [Fact]
    public void What_is_used_and_not_set_is_told()
    {
        Assert.Equal(["x", "y"], Expander().Expand("$x ${y} $x ${z:-1} ${w+2} $a").Unset);
        Assert.Equal(["x"], Expander().ExpandWords("$x").Unset);
    }

    [Fact]
    public void The_escape_character_may_be_another() => Assert.Equal("C:\\x $a", new WordExpander('`', s_values.GetValueOrDefault).Expand("C:\\x `$a").Text);

    private static WordExpander Expander() => new('\\', s_values.GetValueOrDefault);
}
