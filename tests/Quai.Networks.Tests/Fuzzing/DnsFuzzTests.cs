using System.Text;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.HostServers;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Quai.Networks.Tests.Dns;
using Xunit;

namespace Quai.Networks.Tests.Fuzzing;

/// <summary>Messages of containers and of other servers, whatever they hold.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class DnsFuzzTests
{
    private static readonly byte[][] s_words = [[0xC0, 12], [0xC0, 0], [0, 41], [0, 1, 0, 1], [0, 28], [0, 12], [0, 33], [0, 255], [63], [64], [0x80, 0], [0xFF, 0xFF], [3, (byte)'w', (byte)'e', (byte)'b']];

    [Fact]
    public void A_question_is_answered_or_passed_on() => Fuzz.Holds(new Property("dns-question", input =>
    {
        LookupScope scope = TestScopes.Of(TestScopes.Front, TestScopes.Back);
        byte[] before = [.. input], room = new byte[MessageLayout.LargestTcpSize];
        QueryReading reading = DnsQuery.Read(input, out DnsQuery query);
        if (reading != QueryReading.Question)
        {
            if (reading != QueryReading.Nothing)
            {
                Assert.Equal(1, new ReadMessage(room.AsSpan(0, AnswerWriter.Refuse(room, input, ResponseCode.FormatError))).Code);
            }

            return;
        }

        Assert.InRange(query.Length, query.QuestionEnd, input.Length);
        Assert.InRange(query.UdpSize, 512, 4096);
        foreach (int size in (int[])[query.UdpSize, room.Length])
        {
            int length = LocalNames.Answer(input, query, scope, room.AsSpan(0, size));
            Assert.InRange(length, 0, size);
            if (length > 0)
            {
                Check(room.AsSpan(0, length), input, query);
            }
        }

        Assert.Equal(before, input);
    })
    {
        Seeds =
        [
            TestMessages.Query("web", RecordType.A),
            TestMessages.Query("worker.front", RecordType.A, edns: 1232, dnssec: true, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
            TestMessages.Query("cache", RecordType.AAAA, edns: 4096),
            TestMessages.Query("_http._tcp.web.front", RecordType.SRV),
            TestMessages.Query("2.0.1.10.in-addr.arpa", RecordType.PTR),
            TestMessages.Query("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", RecordType.Any),
            TestMessages.Query(string.Join('.', Enumerable.Repeat("a", 127)), RecordType.A),
        ],
        Mutate = ByteMutator.With(s_words),
    });

    [Fact]
    public void An_answer_of_another_server_is_passed_on_or_not() => Fuzz.Holds(new Property("dns-answer", input =>
    {
        foreach (int edns in (int[])[0, 1232])
        {
            byte[] sent = TestMessages.Query("some.example", RecordType.A, edns: edns), message = TestMessages.Query("SOME.example", RecordType.A, id: 7, edns: edns);
            Assert.Equal(QueryReading.Question, DnsQuery.Read(message, out DnsQuery query));
            _ = RelayedAnswer.Declines(input, sent);
            if (!RelayedAnswer.Answers(input, sent, query))
            {
                continue;
            }

            bool whole = RelayedAnswer.IsWhole(input, query);
            if (!whole && !RelayedAnswer.IsTruncated(input))
            {
                continue;
            }

            byte[] answer = [.. input];
            RelayedAnswer.Readdress(answer, message, query);
            var cache = new AnswerCache(4, TimeSpan.FromHours(1), TimeProvider.System);
            cache.Keep(message, query, [], answer);
            byte[] room = new byte[4096];
            int kept = cache.Find(message, query, [], room);
            Assert.True(kept == 0 || kept == answer.Length);
            int length = RelayedAnswer.Clip(answer, query.UdpSize, query);
            Assert.InRange(length, query.QuestionEnd, Math.Max(query.UdpSize, query.QuestionEnd));
            Assert.Equal(message[..2], answer[..2]);
            Assert.Equal(message[12..query.QuestionEnd], answer[12..query.QuestionEnd]);
            Assert.True(RelayedAnswer.IsWhole(answer.AsSpan(0, length), query) || !whole);
        }
    })
    {
        Seeds = [.. Answers()],
        Mutate = ByteMutator.With(s_words),
    });

    [Fact]
    public void A_resolv_conf_is_read() => Fuzz.Holds(new Property("resolv-conf", input =>
    {
        var conf = ResolvConf.Parse(Encoding.UTF8.GetString(input));
        var again = ResolvConf.Parse(string.Concat(conf.Servers.Select(s => $"nameserver {s}\n")) + (conf.HasNdots ? "options ndots:1\n" : ""));
        Assert.Equal(conf.Servers, again.Servers);
        Assert.Equal(conf.HasNdots, again.HasNdots);
    })
    {
        Seeds = TextMutator.Seeds("nameserver 10.0.0.1\noptions ndots:1\n", "nameserver fe80::1%lo\n"),
        Mutate = TextMutator.With("nameserver ", "options ", "ndots:", "10.0.0.1", "::1", "fe80::1%7", "%", "\n"),
    });

    private static IEnumerable<byte[]> Answers()
    {
        byte[] plain = TestMessages.Query("some.example", RecordType.A);
        yield return TestMessages.Answer(plain, 0, [TestMessages.Record(RecordType.A, 60, 10, 0, 0, 1)]);
        yield return TestMessages.Answer(plain, 3, [], [TestMessages.Zone(600, 60)]);
        yield return TestMessages.Answer(plain, 0, Enumerable.Range(0, 90).Select(i => TestMessages.Record(RecordType.A, 60, 10, 0, 0, (byte)i)), flags: 0x8380);
        yield return TestMessages.Answer(plain, 0, [TestMessages.Record(RecordType.TXT, 60, new byte[2000])]);
    }

    /// <summary>Whatever was asked: the answer can be read, and is that question's.</summary>
    private static void Check(ReadOnlySpan<byte> answer, byte[] input, in DnsQuery query)
    {
        var read = new ReadMessage(answer);
        Assert.Equal((query.Id, 0), (read.Id, read.Code));
        Assert.True(answer[12..query.QuestionEnd].SequenceEqual(input.AsSpan(12..query.QuestionEnd)));
        Assert.Equal(query.HasEdns ? 1 : 0, read.Additionals.Count(a => a.Type == RecordType.OPT));
        Assert.All(read.Answers, a => Assert.Equal(600u, a.Lifetime));
    }
}
