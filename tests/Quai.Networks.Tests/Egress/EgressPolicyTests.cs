using Quai.Errors;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Egress;
using Xunit;

namespace Quai.Networks.Tests.Egress;

/// <summary>Policies as they are written.</summary>
public sealed class EgressPolicyTests
{
    [Theory]
    [InlineData("deny ANY", "deny any")]
    [InlineData(" deny  10.0.0.0/8 ;allow *.Debian.org. tcp/443; allow 1.1.1.1/32 udp/53-53;deny any; ", "deny 10.0.0.0/8; allow *.debian.org tcp/443; allow 1.1.1.1 udp/53; deny any")]
    [InlineData("allow 2001:DB8:0::1 tcp/8000-8010; deny fd00::/8 icmp; allow _a-b.example sctp; deny 0.0.0.0/0", "allow 2001:db8::1 tcp/8000-8010; deny fd00::/8 icmp; allow _a-b.example sctp; deny 0.0.0.0/0")]
    [InlineData("allow any tcp/1-65535; deny any", "allow any tcp/1-65535; deny any")]
    [InlineData("deny ::/0", "deny ::/0")]
    public void A_text_is_read(string text, string canonical)
    {
        EgressPolicy policy = EgressPolicy.Parse(text)!;
        Assert.Equal(canonical, policy.ToString());
        Assert.Equal(policy.Rules, EgressPolicy.Parse(canonical)!.Rules);
    }

    [Fact]
    public void No_text_is_no_policy() => Assert.Null(EgressPolicy.Parse(""));

    [Theory]
    [InlineData(" ; ", "it has no rule")]
    [InlineData("allow", "a rule is \"allow\" or \"deny\", a target")]
    [InlineData("permit any", "a rule is \"allow\" or \"deny\", a target")]
    [InlineData("allow any tcp/1 udp/1", "a rule is \"allow\" or \"deny\", a target")]
    [InlineData("allow 10.0.0.1/8", "10.0.0.1 has bits set beyond its prefix: write 10.0.0.0/8")]
    [InlineData("allow 10.0.0.0/33", "from 0 to 32")]
    [InlineData("allow 10.0.0.0/", "from 0 to 32")]
    [InlineData("allow fd00::/129", "from 0 to 128")]
    [InlineData("allow 10.1", "\"10.1\" is no address")]
    [InlineData("allow 010.0.0.1", "\"010.0.0.1\" is no address")]
    [InlineData("allow 300.0.0.1", "\"300.0.0.1\" is no address")]
    [InlineData("allow ::ffff:10.0.0.1", "is no address")]
    [InlineData("allow fe80::1%eth0", "is no address")]
    [InlineData("allow example.org/24", "\"example.org\" is no address")]
    [InlineData("allow a*.example", "is neither an address")]
    [InlineData("allow *.*.example", "is neither an address")]
    [InlineData("allow *.", "is neither an address")]
    [InlineData("allow a..example", "is neither an address")]
    [InlineData("allow a.example..", "is neither an address")]
    [InlineData("deny any.", "is neither an address")]
    [InlineData("deny 1.1.1.1.", "is neither an address")]
    [InlineData("allow bücher.example", "is neither an address")]
    [InlineData("allow any http", "\"http\" is none of the protocols")]
    [InlineData("allow any tcp/0", "\"0\" is neither a port")]
    [InlineData("allow any tcp/", "\"\" is neither a port")]
    [InlineData("allow any tcp/90-80", "\"90-80\" is neither a port")]
    [InlineData("allow any tcp/65536", "\"65536\" is neither a port")]
    [InlineData("allow any tcp/+80", "\"+80\" is neither a port")]
    [InlineData("allow any icmp/8", "icmp has no ports")]
    [InlineData("deny any; allow 10.0.0.1", "nothing comes to a rule that is after \"deny any\"")]
    public void What_is_wrong_is_said(string text, string why)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => EgressPolicy.Parse(text));
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
        Assert.StartsWith("invalid quai.egress \"", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_rules_are_too_many()
    {
        Assert.Equal(256, EgressPolicy.Parse(string.Join(';', Enumerable.Repeat("deny 10.0.0.0/8", 256)))!.Rules.Count);
        Assert.Throws<QuaiException>(() => EgressPolicy.Parse(string.Join(';', Enumerable.Repeat("deny 10.0.0.0/8", 257))));
    }

    [Theory]
    [InlineData("debian.org", "debian.org", true)]
    [InlineData("debian.org", "Debian.ORG", true)]
    [InlineData("debian.org", "deb.debian.org", false)]
    [InlineData("*.debian.org", "deb.debian.org", true)]
    [InlineData("*.debian.org", "a.b.debian.org", true)]
    [InlineData("*.debian.org", "debian.org", false)]
    [InlineData("*.debian.org", "notdebian.org", false)]
    [InlineData("*.debian.org", "debian.org.example", false)]
    [InlineData("*.debian.org", "x\u0006debian.org", false)]
    [InlineData("*.org", "debian.org", true)]
    [InlineData("*.org", "", false)]
    [InlineData("org", "", false)]
    public void Names_fit_or_do_not(string pattern, string name, bool fits) =>
        Assert.Equal(fits, NamePattern.TryParse(pattern)!.Fits(name.Length == 0 ? [] : WireName.TryKey(name)));
}
