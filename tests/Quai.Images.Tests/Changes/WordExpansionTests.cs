using Quai.Errors;
using Quai.Images.Changes;

namespace Quai.Images.Tests.Changes;

/// <summary>Words of a Dockerfile's lines; the right values are Docker's.</summary>
public sealed class WordExpansionTests
{
    private static readonly string[] Environment = ["A=1", "EMPTY=", "PATH=/bin:/usr/bin"];

    [Theory]
    [InlineData("/x:$PATH", "/x:/bin:/usr/bin")]
    [InlineData("${A}b$A-", "1b1-")]
    [InlineData("$NO.", ".")]
    [InlineData("'$A'", "$A")]
    [InlineData("\"$A b\"", "1 b")]
    [InlineData("\\$A", "$A")]
    [InlineData("\"\\$A \\x\"", "$A \\x")]
    [InlineData("a\\ b", "a b")]
    [InlineData("$", "$")]
    [InlineData("5$ ", "5$ ")]
    [InlineData("${NO:-d$A}", "d1")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${EMPTY-d}", "")]
    [InlineData("${NO-d}", "d")]
    [InlineData("${A:+y}${NO:+n}", "y")]
    [InlineData("${EMPTY+set}", "set")]
    public void Words_are_expanded(string word, string expected) => Assert.Equal(expected, WordExpansion.Expand(word, Environment));

    [Theory]
    [InlineData("${B")]
    [InlineData("${}")]
    [InlineData("${A:!x}")]
    [InlineData("${NO:?gone}")]
    [InlineData("\"b")]
    [InlineData("'b")]
    public void What_cannot_be_expanded_is_refused(string word) =>
        Assert.StartsWith("failed to process \"", Assert.Throws<QuaiException>(() => WordExpansion.Expand(word, Environment)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a=1 b='2 3'  c=\"4 5\"", "a=1|b='2 3'|c=\"4 5\"")]
    [InlineData("a\\ b c", "a\\ b|c")]
    [InlineData("", "")]
    public void A_line_is_split_outside_of_quotes(string line, string words) => Assert.Equal(words, string.Join('|', WordExpansion.Split(line)));
}
