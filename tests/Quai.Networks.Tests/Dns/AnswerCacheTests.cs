using System.Collections.Immutable;
using System.Net;
using Quai.Networks.Dns;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>Answers of other servers that are told again, for how long and to which questions.</summary>
public sealed class AnswerCacheTests
{
    private static readonly ImmutableArray<UpstreamServer> s_servers = [new UpstreamServer(new IPEndPoint(IPAddress.Loopback, 53), true)];

    [Fact]
    public async Task An_answer_is_told_again_for_as_long_as_it_says()
    {
        var time = new ManualTime();
        await using FakeUpstream upstream = FakeUpstream.Saying(1, lifetime: 60);
        await using TestServer server = new(TestScopes.Asking(upstream.Address), time: time);
        Assert.Equal(60u, (await server.AskAsync(TestMessages.Query("some.example", RecordType.A))).Answers[0].Lifetime);
        time.Advance(TimeSpan.FromSeconds(59.5));
        foreach (ReadMessage again in (ReadMessage[])[await server.AskAsync(TestMessages.Query("SOME.example", RecordType.A, id: 9)), await server.AskByTcpAsync(TestMessages.Query("SOME.example", RecordType.A, id: 9))])
        {
            Assert.Equal((9, "SOME.example.", 1u), (again.Id, again.Question, again.Answers[0].Lifetime));
            Assert.Equal(["10.9.0.1"], again.Texts);
        }

        Assert.Single(upstream.All);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(60u, (await server.AskAsync(TestMessages.Query("some.example", RecordType.A))).Answers[0].Lifetime);
        Assert.Equal(2, upstream.All.Count);
    }

    [Fact]
    public async Task Nothing_is_kept_where_that_is_turned_off()
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        await using TestServer server = new(TestScopes.Asking(upstream.Address), new DnsServerOptions { CacheEntries = 0 });
        await server.AskAsync(TestMessages.Query("some.example", RecordType.A));
        await server.AskAsync(TestMessages.Query("some.example", RecordType.A));
        Assert.Equal(2, upstream.All.Count);
    }

    [Fact]
    public async Task Failures_are_not_kept()
    {
        int count = 0;
        await using FakeUpstream upstream = new(asked => [TestMessages.Answer(asked.Message, count++ == 0 ? 2 : 0, [TestMessages.Record(RecordType.A, 60, 10, 9, 0, 1)])]);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        Assert.Equal(2, (await server.AskAsync(TestMessages.Query("some.example", RecordType.A))).Code);
        Assert.Equal(["10.9.0.1"], (await server.AskAsync(TestMessages.Query("some.example", RecordType.A))).Texts);
    }

    [Fact]
    public void Another_question_has_another_answer()
    {
        AnswerCache cache = new(16, TimeSpan.FromHours(1), new ManualTime());
        byte[] kept = TestMessages.Query("some.example", RecordType.A, edns: 1232);
        Keep(cache, kept, s_servers);
        Assert.True(Has(cache, kept, s_servers));
        Assert.True(Has(cache, TestMessages.Query("SOME.example", RecordType.A, id: 1, edns: 4096), s_servers));
        Assert.False(Has(cache, TestMessages.Query("other.example", RecordType.A, edns: 1232), s_servers));
        Assert.False(Has(cache, TestMessages.Query("some.example", RecordType.AAAA, edns: 1232), s_servers));
        Assert.False(Has(cache, TestMessages.Query("some.example", RecordType.A), s_servers));
        Assert.False(Has(cache, TestMessages.Query("some.example", RecordType.A, edns: 1232, dnssec: true), s_servers));
        Assert.False(Has(cache, TestMessages.Query("some.example", RecordType.A, edns: 1232, options: [0, 8, 0, 0]), s_servers));
        Assert.False(Has(cache, TestMessages.Query("some.example", RecordType.A, edns: 1232, flags: 0x0110), s_servers));
        Assert.False(Has(cache, kept, []));
        Assert.False(Has(cache, kept, [.. s_servers, .. s_servers]));
    }

    [Fact]
    public void What_other_servers_said_is_forgotten()
    {
        AnswerCache cache = new(16, TimeSpan.FromHours(1), new ManualTime());
        byte[] first = TestMessages.Query("a.example", RecordType.A), second = TestMessages.Query("b.example", RecordType.A);
        ImmutableArray<UpstreamServer> others = [new UpstreamServer(s_servers[0].Address, false)];
        Keep(cache, first, s_servers);
        Keep(cache, second, others);
        Assert.Equal(1, cache.Count);
        Assert.True(Has(cache, second, others));
        Assert.False(Has(cache, first, s_servers));
    }

    [Fact]
    public void The_oldest_makes_room()
    {
        AnswerCache cache = new(3, TimeSpan.FromHours(1), new ManualTime());
        byte[][] questions = [.. Enumerable.Range(0, 4).Select(i => TestMessages.Query($"n{i}.example", RecordType.A))];
        foreach (int i in (int[])[0, 1, 0, 2, 3])
        {
            Keep(cache, questions[i], s_servers);
        }

        Assert.Equal(3, cache.Count);
        Assert.Equal([true, false, true, true], questions.Select(q => Has(cache, q, s_servers)));
    }

    [Fact]
    public void Nothing_is_kept_longer_than_may_be()
    {
        var time = new ManualTime();
        AnswerCache cache = new(3, TimeSpan.FromSeconds(10), time);
        byte[] question = TestMessages.Query("some.example", RecordType.A);
        Keep(cache, question, s_servers);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.True(Has(cache, question, s_servers));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Has(cache, question, s_servers));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void What_is_large_is_not_kept()
    {
        AnswerCache cache = new(3, TimeSpan.FromHours(1), new ManualTime());
        byte[] question = TestMessages.Query("some.example", RecordType.A);
        Assert.Equal(QueryReading.Question, DnsQuery.Read(question, out DnsQuery query));
        cache.Keep(question, query, s_servers, TestMessages.Answer(question, 0, Enumerable.Repeat(TestMessages.Record(RecordType.A, 60, 1, 2, 3, 4), 128)));
        Assert.Equal(0, cache.Count);
    }

    private static void Keep(AnswerCache cache, byte[] question, ImmutableArray<UpstreamServer> servers)
    {
        Assert.Equal(QueryReading.Question, DnsQuery.Read(question, out DnsQuery query));
        cache.Keep(question, query, servers, TestMessages.Answer(question, 0, [TestMessages.Record(RecordType.A, 60, 1, 2, 3, 4)]));
    }

    private static bool Has(AnswerCache cache, byte[] question, ImmutableArray<UpstreamServer> servers)
    {
        Assert.Equal(QueryReading.Question, DnsQuery.Read(question, out DnsQuery query));
        return cache.Find(question, query, servers, new byte[4096]) > 0;
    }
}
