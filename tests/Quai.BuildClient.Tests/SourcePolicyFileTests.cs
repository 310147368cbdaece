using Quai.BuildClient.Builds;
using Quai.Errors;

namespace Quai.BuildClient.Tests;

public sealed class SourcePolicyFileTests
{
    [Theory]
    [InlineData("""{"rules":[{"action":"DENY"}]}""", "a rule has no selector")]
    [InlineData("""{"rules":[{"action":"DENY","selectr":{"identifier":"*"}}]}""", "a rule has no member \"selectr\"")]
    [InlineData("""{"rulez":[]}""", "a policy has no member \"rulez\"")]
    [InlineData("""{"rules":[{"action":"DENY","selector":{"identifier":"*","matchType":"REGEX"}}]}""", "a selector has no member \"matchType\"")]
    [InlineData("""{"rules":[{"action":"ALLO","selector":{"identifier":"*"}}]}""", "unknown action")]
    [InlineData("""{"rules":["x"]}""", "a rule is no object")]
    [InlineData("""{"rules":{}}""", "failed to parse source policy")]
    [InlineData("{\n\n nothing", "it is no JSON (line 3)")]
    [InlineData("", "it is no JSON")]
    public void What_is_no_policy_is_refused(string text, string why)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            Assert.Contains(why, Assert.Throws<QuaiException>(() => SourcePolicyFile.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Members_may_be_written_in_any_case()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{"Rules":[{"Action":"deny","Selector":{"Identifier":"*","Match_Type":1,"Constraints":[{"Key":"k","Value":"v","Condition":"NOTEQUAL"}]},"Updates":{"Attrs":{"a":"b"}}}]}""");
            Assert.NotNull(SourcePolicyFile.Read(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal("failed to read source policy /none/p.json: no such file or directory", Assert.Throws<QuaiException>(() => SourcePolicyFile.Read("/none/p.json")).Message);
}
