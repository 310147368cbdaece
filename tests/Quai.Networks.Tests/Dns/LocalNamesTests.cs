using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>What a container is told of the containers on its networks.</summary>
public sealed class LocalNamesTests
{
    private static readonly LookupScope s_front = TestScopes.Of(TestScopes.Front), s_both = TestScopes.Of(TestScopes.Front, TestScopes.Back);

    [Theory]
    [InlineData("web", "10.1.0.2")]
    [InlineData("WEB.", "10.1.0.2")]
    [InlineData("www", "10.1.0.2")]
    [InlineData("0123456789ab", "10.1.0.2")]
    [InlineData("my.host", "10.1.0.2")]
    [InlineData("my.db", "10.1.0.3")]
    [InlineData("web.front", "10.1.0.2")]
    [InlineData("Web.Front", "10.1.0.2")]
    [InlineData("my.db.front", "10.1.0.3")]
    public void A_name_has_an_address(string name, string address)
    {
        ReadMessage answer = TestScopes.Ask(s_front, name, RecordType.A)!;
        Assert.Equal((0, TestMessages.Id, 0x8180), (answer.Code, answer.Id, answer.Flags));
        Assert.Equal([address], answer.Texts);
        ReadMessage.Record record = answer.Answers[0];
        Assert.Equal((name.TrimEnd('.') + ".", RecordType.A, 1, 600u), (record.Name, record.Type, record.Class, record.Lifetime));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("cache")]
    [InlineData("db.back")]
    [InlineData("web.front.example")]
    [InlineData("a.web")]
    [InlineData("0123456789ab0")]
    [InlineData("front")]
    [InlineData("")]
    [InlineData("3.0.2.10.in-addr.arpa")]
    [InlineData("_ftp._tcp.web")]
    [InlineData("_http._tcp.db")]
    [InlineData("_http.web")]
    public void A_name_is_unknown(string name)
    {
        foreach (RecordType type in (RecordType[])[RecordType.A, RecordType.PTR, RecordType.SRV, RecordType.Any])
        {
            Assert.Null(TestScopes.Ask(s_front, name, type));
        }
    }

    [Theory]
    [InlineData("db", RecordType.AAAA)]
    [InlineData("web", RecordType.MX)]
    [InlineData("web", RecordType.TXT)]
    [InlineData("web", RecordType.PTR)]
    [InlineData("web", RecordType.SRV)]
    [InlineData("web.front", (RecordType)65)]
    [InlineData("2.0.1.10.in-addr.arpa", RecordType.A)]
    [InlineData("_http._tcp.web", RecordType.A)]
    internal void A_name_that_lacks_a_type_has_nothing(string name, RecordType type)
    {
        ReadMessage answer = TestScopes.Ask(s_front, name, type)!;
        Assert.Equal(0, answer.Code);
        Assert.Empty(answer.Answers);
        Assert.Empty(answer.Authorities);
    }

    [Fact]
    public void A_name_of_another_class_has_nothing()
    {
        byte[] message = TestMessages.Query("web", RecordType.A);
        message[^1] = 3;
        Assert.Empty(TestScopes.Ask(s_front, message)!.Answers);
    }

    [Fact]
    public void Both_families_are_told()
    {
        Assert.Equal(["fd00::2"], TestScopes.Ask(s_front, "web", RecordType.AAAA)!.Texts);
        Assert.Equal(["10.1.0.2", "fd00::2"], TestScopes.Ask(s_front, "web", RecordType.Any)!.Texts);
        Assert.Equal(["fd01::3"], TestScopes.Ask(s_both, "cache", RecordType.AAAA)!.Texts);
        Assert.Empty(TestScopes.Ask(s_both, "cache", RecordType.A)!.Answers);
    }

    [Fact]
    public void The_first_network_that_knows_a_name_answers()
    {
        Assert.Equal(["10.1.0.3"], TestScopes.Ask(s_both, "db", RecordType.A)!.Texts);
        Assert.Equal(["10.2.0.2"], TestScopes.Ask(TestScopes.Of(TestScopes.Back, TestScopes.Front), "db", RecordType.A)!.Texts);
        Assert.Equal(["10.2.0.2"], TestScopes.Ask(s_both, "db.back", RecordType.A)!.Texts);
    }

    [Fact]
    public void A_name_that_several_have_begins_with_each_of_them()
    {
        HashSet<string> first = [];
        for (int i = 0; i < 10_000 && first.Count < 2; i++)
        {
            ReadMessage answer = TestScopes.Ask(s_front, "worker", RecordType.A)!;
            Assert.Equal(["10.1.0.4", "10.1.0.5"], answer.Texts.Order());
            first.Add(answer.Answers[0].Text);
        }

        Assert.Equal(2, first.Count);
        Assert.Equal(["10.1.0.5"], TestScopes.Ask(s_front, "worker-2", RecordType.A)!.Texts);
    }

    [Theory]
    [InlineData("2.0.1.10.in-addr.arpa", "web.front.")]
    [InlineData("5.0.1.10.IN-ADDR.ARPA", "worker-2.front.")]
    [InlineData("2.0.2.10.in-addr.arpa", "db.back.")]
    [InlineData("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.D.F.ip6.arpa", "web.front.")]
    public void An_address_has_a_name(string name, string expected)
    {
        ReadMessage answer = TestScopes.Ask(s_both, name, RecordType.PTR)!;
        Assert.Equal([expected], answer.Texts);
        Assert.Equal(600u, answer.Answers[0].Lifetime);
    }

    [Fact]
    public void A_link_is_one_containers_own()
    {
        LookupScope linked = s_front with
        {
            Networks = [new ScopeNetwork(TestScopes.Front, new Dictionary<string, string> { ["Store"] = "db", ["web"] = "db", ["gone"] = "nobody", ["worker"] = "nobody" })],
        };
        Assert.Equal(["10.1.0.3"], TestScopes.Ask(linked, "store", RecordType.A)!.Texts);
        Assert.Equal(["10.1.0.3"], TestScopes.Ask(linked, "store.front", RecordType.A)!.Texts);
        Assert.Equal(["10.1.0.3"], TestScopes.Ask(linked, "web", RecordType.A)!.Texts);
        Assert.Equal(["10.1.0.2"], TestScopes.Ask(linked, "www", RecordType.A)!.Texts);
        Assert.Null(TestScopes.Ask(linked, "gone", RecordType.A));
        Assert.Null(TestScopes.Ask(linked, "worker", RecordType.A));
        Assert.Null(TestScopes.Ask(s_front, "store", RecordType.A));
    }

    [Fact]
    public void A_service_has_a_place()
    {
        foreach (string name in (string[])["_http._tcp.web", "_HTTP._TCP.www.front"])
        {
            ReadMessage answer = TestScopes.Ask(s_front, name, RecordType.SRV)!;
            Assert.Equal(["0 0 8080 web.front."], answer.Texts);
            Assert.Equal(RecordType.SRV, answer.Answers[0].Type);
            Assert.Equal([("web.front.", "10.1.0.2"), ("web.front.", "fd00::2")], answer.Additionals.Select(a => (a.Name, a.Text)));
        }
    }

    [Fact]
    public void What_does_not_fit_is_left_out_and_told()
    {
        LookupScope many = TestScopes.Of(new NetworkNames("n", Enumerable.Range(0, 300).Select(i => TestScopes.Endpoint($"e{i}", $"10.1.{i / 250}.{1 + (i % 250)}", null, $"c{i}", "many"))));
        ReadMessage plain = TestScopes.Ask(many, "many", RecordType.A)!, large = TestScopes.Ask(many, TestMessages.Query("many", RecordType.A, edns: 4096))!;
        Assert.True(plain.IsTruncated);
        Assert.Equal((512 - 22) / 16, plain.Answers.Count);
        Assert.True(large.IsTruncated);
        Assert.Equal((4096 - 22 - 11) / 16, large.Answers.Count);
        Assert.Equal(large.Answers.Count, large.Texts.Distinct().Count());
        Assert.Equal(RecordType.OPT, Assert.Single(large.Additionals).Type);
    }

    [Fact]
    public void A_name_that_no_message_can_hold_is_passed_over()
    {
        LookupScope scope = TestScopes.Of(new NetworkNames("n", [TestScopes.Endpoint("e", "10.1.0.2", null, new string('a', 64), "short")]));
        Assert.Equal(["10.1.0.2"], TestScopes.Ask(scope, "short", RecordType.A)!.Texts);
        Assert.Equal(["short.n."], TestScopes.Ask(scope, "2.0.1.10.in-addr.arpa", RecordType.PTR)!.Texts);
        LookupScope worse = TestScopes.Of(new NetworkNames(new string('n', 64), [TestScopes.Endpoint("e", "10.1.0.2", null, "short")]));
        Assert.Equal(["10.1.0.2"], TestScopes.Ask(worse, "short", RecordType.A)!.Texts);
        Assert.Empty(TestScopes.Ask(worse, "2.0.1.10.in-addr.arpa", RecordType.PTR)!.Answers);
    }

    [Fact]
    public void Two_containers_with_one_address_are_told_once()
    {
        LookupScope scope = TestScopes.Of(new NetworkNames("n", [TestScopes.Endpoint("a", "10.1.0.2", null, "x", "x"), TestScopes.Endpoint("b", "10.1.0.2", null, "y", "x")]));
        Assert.Equal(["10.1.0.2"], TestScopes.Ask(scope, "x", RecordType.A)!.Texts);
        Assert.Equal(["x.n."], TestScopes.Ask(scope, "2.0.1.10.in-addr.arpa", RecordType.PTR)!.Texts);
    }
}
