using System.Net;
using System.Net.Sockets;
using Quai.Networks.Dns;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>Names that no network knows: who is asked for them, and what becomes of the answers.</summary>
public sealed class ForwardingTests
{
    private static readonly DnsServerOptions s_uncached = new() { CacheEntries = 0 };

    private static byte[] Question => TestMessages.Query("Some.Example", RecordType.A);

    [Fact]
    public async Task An_answer_is_the_clients()
    {
        await using FakeUpstream upstream = new(asked => [TestMessages.Answer(TestMessages.Query("some.EXAMPLE", RecordType.A, Id(asked.Message)), 0, [TestMessages.Record(RecordType.A, 60, 10, 9, 0, 1)])]);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        ReadMessage answer = await server.AskAsync(Question);
        Assert.Equal((TestMessages.Id, "Some.Example.", 0), (answer.Id, answer.Question, answer.Code));
        Assert.Equal(["10.9.0.1"], answer.Texts);
    }

    [Fact]
    public async Task Ids_and_ports_are_others_each_time()
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        await using TestServer server = new(TestScopes.Asking(upstream.Address), s_uncached);
        for (int i = 0; i < 16; i++)
        {
            await server.AskAsync(Question);
        }

        Assert.True(upstream.All.Select(a => Id(a.Message)).Distinct().Count() > 8);
        Assert.True(upstream.All.Select(a => a.From.Port).Distinct().Count() > 8);
    }

    [Fact]
    public async Task That_there_is_no_such_name_is_passed_on()
    {
        await using FakeUpstream first = new(asked => [TestMessages.Answer(asked.Message, 3, [], [TestMessages.Zone(60, 60)])]), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address));
        ReadMessage answer = await server.AskAsync(Question);
        Assert.Equal(3, answer.Code);
        Assert.Equal(RecordType.SOA, Assert.Single(answer.Authorities).Type);
        Assert.Empty(second.All);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_server_that_fails_is_passed_over(int code)
    {
        await using FakeUpstream first = FakeUpstream.Failing(code), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
        Assert.Single(first.All);
    }

    [Fact]
    public async Task A_server_that_repeats_no_question_is_passed_over()
    {
        await using FakeUpstream first = new(asked => [[.. asked.Message[..2], 0x80, 0x01, .. new byte[8]]]), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task A_server_that_cannot_be_understood_is_passed_over()
    {
        await using FakeUpstream first = new(asked => [TestMessages.Answer(asked.Message, 0, [TestMessages.Record(RecordType.A, 60, 10, 9, 0, 1)])[..^1]]), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_passed_over()
    {
        FakeUpstream gone = FakeUpstream.Silent();
        IPEndPoint nobody = gone.Address;
        await gone.DisposeAsync();
        await using FakeUpstream second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(nobody, second.Address));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task A_server_without_a_way_to_it_is_passed_over()
    {
        await using FakeUpstream second = FakeUpstream.Saying(2);
        IPEndPoint nowhere = new(IPAddress.Parse("192.0.2.1"), 53);
        await using TestServer server = new(
            TestScopes.Asking(nowhere, second.Address),
            connect: (to, protocol, cancellation) => to.Address.Equals(nowhere) ? throw new SocketException((int)SocketError.NetworkUnreachable) : TestServer.ConnectAsync(to, protocol, cancellation));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task A_silent_server_is_passed_over_in_time()
    {
        var time = new ManualTime();
        await using FakeUpstream first = FakeUpstream.Silent(), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address), time: time);
        Task<ReadMessage> asking = server.AskAsync(Question);
        await first.WhenAskedAsync();
        Assert.Empty(second.All);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["10.9.0.2"], (await asking).Texts);
    }

    [Fact]
    public async Task A_silent_server_is_asked_again_and_no_more()
    {
        var time = new ManualTime();
        await using FakeUpstream first = FakeUpstream.Silent(), second = FakeUpstream.Failing(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address), time: time);
        Task<ReadMessage> asking = server.AskAsync(Question);
        for (int i = 0; i < 2; i++)
        {
            await first.WhenAskedAsync();
            time.Advance(TimeSpan.FromSeconds(2));
        }

        ReadMessage answer = await asking;
        Assert.Equal((2, TestMessages.Id, "Some.Example."), (answer.Code, answer.Id, answer.Question));
        Assert.Equal((2, 1), (first.All.Count, second.All.Count));
    }

    [Fact]
    public async Task All_servers_together_have_their_time()
    {
        var time = new ManualTime();
        await using FakeUpstream first = FakeUpstream.Silent();
        await using TestServer server = new(TestScopes.Asking(first.Address, first.Address, first.Address), new DnsServerOptions { ForwardTime = TimeSpan.FromSeconds(3) }, time);
        Task<ReadMessage> asking = server.AskAsync(Question);
        await first.WhenAskedAsync();
        time.Advance(TimeSpan.FromSeconds(2));
        await first.WhenAskedAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await asking).Code);
        Assert.Equal(2, first.All.Count);
    }

    [Fact]
    public async Task Three_servers_are_asked_at_the_most()
    {
        await using FakeUpstream first = FakeUpstream.Failing(2), last = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, first.Address, first.Address, last.Address));
        Assert.Equal(2, (await server.AskAsync(Question)).Code);
        Assert.Equal((3, 0), (first.All.Count, last.All.Count));
    }

    [Fact]
    public async Task Nobody_but_the_server_is_believed()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using FakeUpstream upstream = new(asked =>
        {
            byte[] lie = TestMessages.Answer(asked.Message, 0, [TestMessages.Record(RecordType.A, 60, 6, 6, 6, 6)]);
            stranger.SendTo(lie, asked.From);
            byte[] otherId = [.. lie], otherName = [.. lie], otherType = [.. lie], question = [.. lie];
            otherId[1] ^= 1;
            otherName[13] ^= 1;
            otherType[TestMessages.QuestionEnd(lie) - 3] ^= 1;
            question[2] &= 0x7F;
            return [otherId, otherName, otherType, question, lie[..11], [], TestMessages.Answer(asked.Message, 0, [TestMessages.Record(RecordType.A, 60, 10, 9, 0, 1)])];
        });
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        Assert.Equal(["10.9.0.1"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task A_server_that_keeps_guessing_is_passed_over()
    {
        await using FakeUpstream first = new(asked => Enumerable.Range(1, 100).Select(i => TestMessages.Answer([(byte)(asked.Message[0] ^ i), .. asked.Message[1..]], 0, []))), second = FakeUpstream.Saying(2);
        await using TestServer server = new(TestScopes.Asking(first.Address, second.Address));
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
    }

    [Fact]
    public async Task An_answer_that_did_not_fit_is_had_by_tcp_for_a_client_by_tcp()
    {
        await using FakeUpstream upstream = new(asked => [asked.Tcp ? Large(asked.Message, 3000) : TestMessages.Answer(asked.Message, 0, [], flags: 0x8380)]);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        ReadMessage udp = await server.AskAsync(Question), tcp = await server.AskByTcpAsync(Question);
        Assert.True(udp.IsTruncated);
        Assert.Empty(udp.Answers);
        Assert.False(tcp.IsTruncated);
        Assert.Equal(3000, tcp.Answers.Count);
        Assert.Equal([false, false, true], upstream.All.Select(a => a.Tcp));
    }

    [Fact]
    public async Task An_answer_that_is_larger_than_the_client_takes_is_cut()
    {
        await using FakeUpstream upstream = new(asked => [Large(asked.Message, 60)]);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        ReadMessage plain = await server.AskAsync(Question), large = await server.AskAsync(TestMessages.Query("Some.Example", RecordType.A, edns: 1232)), again = await server.AskAsync(Question);
        Assert.True(plain.IsTruncated);
        Assert.Equal((512 - 30) / 16, plain.Answers.Count);
        Assert.False(large.IsTruncated);
        Assert.Equal(60, large.Answers.Count);
        Assert.Equal(plain.Texts, again.Texts);
    }

    [Theory]
    [InlineData(1232, 1232)]
    [InlineData(65535, 4096)]
    [InlineData(100, 512)]
    public async Task No_larger_answer_is_asked_for_than_there_is_room(int asked, int passed)
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        await server.AskAsync(TestMessages.Query("Some.Example", RecordType.TXT, edns: asked, dnssec: true, options: [0, 10, 0, 2, 1, 2]));
        byte[] expected = TestMessages.Query("Some.Example", RecordType.TXT, edns: passed, dnssec: true, options: [0, 10, 0, 2, 1, 2]);
        Assert.Equal(expected[2..], Assert.Single(upstream.All).Message[2..]);
    }

    [Fact]
    public async Task Nothing_leaves_an_internal_network()
    {
        await using FakeUpstream host = FakeUpstream.Saying(1), given = FakeUpstream.Saying(2);
        LookupScope scope = TestScopes.Asking(host.Address) with { ReachesOutside = false };
        await using TestServer server = new(scope);
        Assert.Equal(2, (await server.AskAsync(Question)).Code);
        Assert.Equal(2, (await server.AskByTcpAsync(Question)).Code);
        server.Source.Current = scope with { Servers = [new UpstreamServer(host.Address, true), new UpstreamServer(given.Address, false)] };
        Assert.Equal(["10.9.0.2"], (await server.AskAsync(Question)).Texts);
        Assert.Empty(host.All);

        // Nor is it told what was learnt while it was connected to another.
        server.Source.Current = scope with { ReachesOutside = true };
        Assert.Equal(["10.9.0.1"], (await server.AskAsync(Question)).Texts);
        server.Source.Current = scope;
        Assert.Equal(2, (await server.AskAsync(Question)).Code);
    }

    [Fact]
    public void The_server_does_not_ask_itself()
    {
        IReadOnlyList<UpstreamServer> given = UpstreamServer.Choose([IPAddress.Parse("127.0.0.11"), IPAddress.Parse("10.0.0.1")], [IPAddress.Parse("9.9.9.9")]);
        Assert.Equal([new UpstreamServer(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 53), false)], new LookupScope { Servers = given, ReachesOutside = true }.UsableServers.ToArray());
        IReadOnlyList<UpstreamServer> host = UpstreamServer.Choose([], [IPAddress.Parse("127.0.0.11")]);
        Assert.Equal([new UpstreamServer(new IPEndPoint(IPAddress.Parse("127.0.0.11"), 53), true)], new LookupScope { Servers = host, ReachesOutside = true }.UsableServers.ToArray());
    }

    [Fact]
    public async Task A_name_that_is_known_is_nobody_elses_business()
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        LookupScope scope = TestScopes.Of(TestScopes.Front) with { Servers = TestScopes.Asking(upstream.Address).Servers };
        await using TestServer server = new(scope);
        foreach (RecordType type in (RecordType[])[RecordType.AAAA, RecordType.MX, RecordType.TXT, RecordType.SRV, (RecordType)65, RecordType.Any])
        {
            Assert.Equal(0, (await server.AskAsync(TestMessages.Query("db", type))).Code);
        }

        Assert.Empty(upstream.All);
    }

    [Fact]
    public async Task A_single_label_is_passed_on_unless_ndots_is_set()
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        LookupScope scope = TestScopes.Asking(upstream.Address);
        await using TestServer server = new(scope, s_uncached);
        Assert.Equal(["10.9.0.1"], (await server.AskAsync(TestMessages.Query("single", RecordType.A))).Texts);
        server.Source.Current = scope with { HasNdots = true };
        ReadMessage answer = await server.AskAsync(TestMessages.Query("single", RecordType.AAAA));
        Assert.Equal(0, answer.Code);
        Assert.Empty(answer.Answers);
        Assert.Single(upstream.All);
        await server.AskAsync(TestMessages.Query("single", RecordType.MX));
        await server.AskAsync(Question);
        Assert.Equal(3, upstream.All.Count);
    }

    private static byte[] Large(byte[] message, int count) =>
        TestMessages.Answer(message, 0, Enumerable.Range(0, count).Select(i => TestMessages.Record(RecordType.A, 60, 10, 9, (byte)(i >> 8), (byte)i)));

    private static ushort Id(byte[] message) => (ushort)((message[0] << 8) | message[1]);
}
