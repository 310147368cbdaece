using System.Text.RegularExpressions;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>Variables, quotes and escapes in the arguments of instructions.</summary>
public sealed class WordExpanderTests
{
    private static readonly Dictionary<string, string> s_values = new() { ["a"] = "value", ["empty"] = "", ["word"] = "abcabc", ["path"] = "/usr/local/bin", ["two"] = "one two", ["v"] = "1.2.3" };

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
    [InlineData("${word//*/x}", "x")]
    [InlineData("${word//b*/x}", "ax")]
    [InlineData("${word//?/x}", "xxxxxx")]
    [InlineData("${word/?/x}", "xbcabc")]
    [InlineData("[${word///x}]", "[xaxbxcxaxbxcx]")]
    [InlineData("${word//c/xx}", "abxxabxx")]
    [InlineData("${word/*b/x}", "xc")]
    [InlineData("${word//*b/x}", "xc")]
    [InlineData("${word#*b}", "cabc")]
    [InlineData("${word##*b}", "c")]
    [InlineData("${word%b*}", "abca")]
    [InlineData("${word%%b*}", "a")]
    [InlineData("${word#?}", "bcabc")]
    [InlineData("${word%%*}", "")]
    [InlineData("${word%%?*}", "")]
    [InlineData("${word#a*c}", "abc")]
    [InlineData("${word##a*c}", "")]
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
    [InlineData("${a//}", "syntax error: missing '/' in ${}")]
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

    /// <summary>Short patterns in short values, each beside a trial of all parts.</summary>
    [Fact]
    public void Patterns_fit_as_a_trial_of_every_part_says()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            string value = Of("ab", random.Next(8)), pattern = Of("ab*?", random.Next(6));
            var whole = new Regex("^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$");
            int[] starts = [.. Enumerable.Range(0, value.Length + 1).Where(n => whole.IsMatch(value[..n]))];
            int[] ends = [.. Enumerable.Range(0, value.Length + 1).Where(n => whole.IsMatch(value[n..]))];
            var expander = new WordExpander('\\', _ => value);
            Assert.Equal(starts is [] ? value : value[starts[^1]..], expander.Expand($"${{v##{pattern}}}").Text);
            Assert.Equal(ends is [] ? value : value[..ends[0]], expander.Expand($"${{v%%{pattern}}}").Text);
            Assert.Equal(ends is [] ? value : value[..ends[^1]], expander.Expand($"${{v%{pattern}}}").Text);
            Assert.Equal(starts is [] ? value : value[starts[0]..], expander.Expand($"${{v#{pattern}}}").Text);
            Assert.Equal(Replaced(value, new Regex("\\G" + whole.ToString()[1..^1])), expander.Expand($"${{v//{pattern}/-}}").Text);
        }

        // What is replaced from the left, and nothing empty directly behind another.
        static string Replaced(string value, Regex pattern)
        {
            string replaced = "";
            bool behind = false;
            for (int at = 0; at <= value.Length;)
            {
                Match match = pattern.Match(value, at);
                if (match.Success && (match.Length > 0 || !behind))
                {
                    replaced += "-";
                }

                behind = match.Length > 0;
                replaced += behind || at == value.Length ? "" : value[at];
                at += behind ? match.Length : 1;
            }

            return replaced;
        }

        string Of(string characters, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => characters[random.Next(characters.Length)]));
    }

    [Fact]
    public void A_text_that_grows_without_end_is_refused()
    {
        string value = new('a', 60_000);
        var expander = new WordExpander('\\', _ => value);
        Assert.Contains("is longer than", Assert.Throws<QuaiException>(() => expander.Expand("${v//a/" + value + "}")).Message, StringComparison.Ordinal);
        Assert.Contains("is longer than", Assert.Throws<QuaiException>(() => expander.Expand(string.Concat(Enumerable.Repeat("$v", 100)))).Message, StringComparison.Ordinal);
    }

    private static WordExpander Expander() => new('\\', s_values.GetValueOrDefault);
}
