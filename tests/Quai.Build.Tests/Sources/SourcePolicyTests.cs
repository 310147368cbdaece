using Quai.Build.Sources.Policies;
using Quai.BuildProtocol.Llb;
using Quai.BuildProtocol.SourcePolicies;
using Quai.Errors;
using MatchType = Quai.BuildProtocol.SourcePolicies.MatchType;

namespace Quai.Build.Tests.Sources;

public sealed class SourcePolicyTests
{
    private const string Alpine = "docker-image://docker.io/library/alpine:3", Images = "docker-image://*";

    [Fact]
    public void What_no_rule_fits_stays_as_it_is() => Assert.Equal(Alpine, Apply(Alpine, Rule(PolicyAction.Deny, "git://*")));

    [Fact]
    public void The_last_rule_that_fits_decides()
    {
        Assert.Equal(Alpine, Apply(Alpine, Rule(PolicyAction.Deny, Images), Rule(PolicyAction.Allow, Alpine)));
        Assert.Equal(ErrorKind.Forbidden, Refused(Rule(PolicyAction.Allow, Alpine), Rule(PolicyAction.Deny, Images)).Kind);
    }

    [Theory]
    [InlineData("docker-image://docker.io/library/*:*", MatchType.Wildcard, "docker-image://m.example/${1}-${2}", "docker-image://m.example/alpine-3")]
    [InlineData("^docker-image://docker.io/(.*)$", MatchType.Regex, "docker-image://m.example/$1", "docker-image://m.example/library/alpine:3")]
    [InlineData(Alpine, MatchType.Exact, "docker-image://x", "docker-image://x")]
    [InlineData("docker-image://docker.io/library/alpine", MatchType.Exact, "docker-image://x", Alpine)]
    [InlineData("docker-image://docker.io/library/al.ine:3", MatchType.Wildcard, "docker-image://x", Alpine)]
    public void Another_stands_for_it(string selector, MatchType kind, string update, string expected) => Assert.Equal(expected, Apply(Alpine, Converted(selector, update, kind)));

    [Fact]
    public void What_stands_for_it_is_looked_at_again()
    {
        Assert.Equal("docker-image://c", Apply("docker-image://a", Converted("docker-image://b", "docker-image://c"), Converted("docker-image://a", "docker-image://b")));
        Assert.Contains("docker-image://evil", Refused(Converted(Alpine, "docker-image://evil"), Rule(PolicyAction.Deny, "docker-image://evil")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void To_and_fro_ends() => Assert.StartsWith(
        "too many mutations", Refused(Converted(Alpine, "docker-image://b"), Converted("docker-image://b", Alpine)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("k", "v", AttrMatch.Equal, true)]
    [InlineData("k", "x", AttrMatch.Equal, false)]
    [InlineData("k", "x", AttrMatch.Notequal, true)]
    [InlineData("none", "x", AttrMatch.Notequal, true)]
    [InlineData("k", "^v$", AttrMatch.Matches, true)]
    [InlineData("k", "^w$", AttrMatch.Matches, false)]
    public void Attributes_are_looked_at(string key, string value, AttrMatch condition, bool fits)
    {
        Rule rule = Rule(PolicyAction.Deny, Images);
        rule.Selector.Constraints.Add(new AttrConstraint { Key = key, Value = value, Condition = condition });
        SourcePolicy policy = Of(rule);
        var source = new SourceOp { Identifier = Alpine, Attrs = { ["k"] = "v" } };
        Assert.Equal(fits, Record.Exception(() => policy.Apply(source)) is QuaiException);
    }

    [Fact]
    public void Attributes_are_set_and_the_graph_is_left_as_it_was()
    {
        Rule rule = Rule(PolicyAction.Convert, Alpine);
        rule.Updates = new Update { Attrs = { ["http.checksum"] = "sha256:1" } };
        var source = new SourceOp { Identifier = Alpine };
        Assert.Equal("sha256:1", Of(rule).Apply(source).Attrs["http.checksum"]);
        Assert.Empty(source.Attrs);
    }

    [Fact]
    public void What_is_malformed_is_told()
    {
        Assert.Contains("no selector", Assert.Throws<QuaiException>(() => Of(new Rule())).Message, StringComparison.Ordinal);
        Assert.Contains("no regular expression", Assert.Throws<QuaiException>(() => Of(Rule(PolicyAction.Deny, "(", MatchType.Regex))).Message, StringComparison.Ordinal);
        Assert.Contains("missing destination", Refused(Rule(PolicyAction.Convert, Alpine)).Message, StringComparison.Ordinal);
    }

    private static SourcePolicy Of(params Rule[] rules) => SourcePolicy.Read(new Policy { Rules = { rules } });

    private static string Apply(string identifier, params Rule[] rules) => Of(rules).Apply(new SourceOp { Identifier = identifier }).Identifier;

    private static QuaiException Refused(params Rule[] rules) => Assert.Throws<QuaiException>(() => Apply(Alpine, rules));

    private static Rule Rule(PolicyAction action, string identifier, MatchType kind = MatchType.Wildcard) => new() { Action = action, Selector = new Selector { Identifier = identifier, MatchType = kind } };

    private static Rule Converted(string identifier, string update, MatchType kind = MatchType.Wildcard)
    {
        Rule rule = Rule(PolicyAction.Convert, identifier, kind);
        rule.Updates = new Update { Identifier = update };
        return rule;
    }
}
