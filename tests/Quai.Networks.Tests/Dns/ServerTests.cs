using System.Net.Sockets;
using Quai.Networks.Dns;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>The server as its clients see it, by UDP and TCP, and its limits.</summary>
public sealed class ServerTests
{
    private static readonly LookupScope s_scope = TestScopes.Of(TestScopes.Front);

    private static byte[] Web => TestMessages.Query("web", RecordType.A);

    [Fact]
    public async Task A_name_is_told_by_udp_and_by_tcp()
    {
        await using TestServer server = new(s_scope);
        Assert.Equal(["10.1.0.2"], (await server.AskAsync(Web)).Texts);
        Assert.Equal(["10.1.0.2"], (await server.AskByTcpAsync(Web)).Texts);
    }

    [Fact]
    public async Task A_change_is_told_at_once()
    {
        await using TestServer server = new(s_scope);
        Assert.Equal(2, (await server.AskAsync(TestMessages.Query("new", RecordType.A))).Code);
        server.Source.Current = TestScopes.Of(TestScopes.Front.With(TestScopes.Endpoint("e9", "10.1.0.9", null, "new")));
        Assert.Equal(["10.1.0.9"], (await server.AskAsync(TestMessages.Query("new", RecordType.A))).Texts);
        server.Source.Current = TestScopes.Of(TestScopes.Front.Without("e1"));
        Assert.Equal(2, (await server.AskAsync(Web)).Code);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_for_udp_is_told_by_tcp()
    {
        await using TestServer server = new(TestScopes.Of(new NetworkNames("n", Enumerable.Range(0, 2000).Select(i => TestScopes.Endpoint($"e{i}", $"10.1.{i / 250}.{1 + (i % 250)}", null, "all")))));
        byte[] message = TestMessages.Query("all", RecordType.A);
        Assert.True((await server.AskAsync(message)).IsTruncated);
        ReadMessage answer = await server.AskByTcpAsync(message);
        Assert.False(answer.IsTruncated);
        Assert.Equal(2000, answer.Texts.Distinct().Count());
    }

    [Theory]
    [InlineData("1234" + "0100" + "0002" + "0000" + "0000" + "0000", 1, 0x8181)]
    [InlineData("1234" + "2900" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "0006" + "0001", 4, 0xA984)]
    public async Task What_is_no_question_is_refused(string hex, int code, int flags)
    {
        await using TestServer server = new(s_scope);
        foreach (ReadMessage answer in (ReadMessage[])[await server.AskAsync(Convert.FromHexString(hex)), await server.AskByTcpAsync(Convert.FromHexString(hex))])
        {
            Assert.Equal((code, TestMessages.Id, null), (answer.Code, answer.Id, answer.Question));
            Assert.Equal(flags, answer.Flags);
        }
    }

    [Fact]
    public async Task What_nobody_waits_for_an_answer_to_is_passed_over()
    {
        await using TestServer server = new(s_scope);
        using Socket client = server.Client();
        byte[] response = TestMessages.Query("web", RecordType.A, id: 1, flags: 0x8100);
        await client.SendAsync(response);
        await client.SendAsync((byte[])[1, 2, 3]);
        await client.SendAsync(Array.Empty<byte>());
        await client.SendAsync((byte[])[.. TestMessages.Query("web", RecordType.A, id: 2), .. new byte[4096]]);
        await client.SendAsync(Web);
        Assert.Equal(TestMessages.Id, (await TestServer.ReceiveAsync(client)).Id);

        using Socket connection = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(connection, response);
        Assert.Null(await TestServer.ReceiveByTcpAsync(connection));
    }

    [Fact]
    public async Task Another_version_of_edns_is_refused()
    {
        await using TestServer server = new(s_scope);
        ReadMessage answer = await server.AskAsync(TestMessages.Query("web", RecordType.A, edns: 1232, version: 1));
        Assert.Equal(0, answer.Code);
        Assert.Empty(answer.Answers);
        Assert.Equal(0x01000000u, Assert.Single(answer.Additionals).Lifetime);
    }

    [Fact]
    public async Task Zones_are_not_told()
    {
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        Assert.Equal(5, (await server.AskByTcpAsync(TestMessages.Query("example", RecordType.AXFR))).Code);
        Assert.Equal(5, (await server.AskAsync(TestMessages.Query("example", RecordType.IXFR))).Code);
        Assert.Empty(upstream.All);
    }

    [Fact]
    public async Task Too_many_questions_are_refused_and_answered_later()
    {
        var shared = new OutstandingLimit(3);
        var time = new ManualTime();
        await using FakeUpstream upstream = FakeUpstream.Silent();
        LookupScope scope = TestScopes.Of(TestScopes.Front) with { Servers = TestScopes.Asking(upstream.Address).Servers };
        DnsServerOptions options = new() { MostOutstanding = 2, SharedLimit = shared, Rounds = 1 };
        await using TestServer one = new(scope, options, time), other = new(scope, options, time);
        byte[] message = TestMessages.Query("a.example", RecordType.A);
        Task<ReadMessage>[] waiting = [one.AskAsync(message), one.AskByTcpAsync(message)];
        await upstream.WhenAskedAsync();
        await upstream.WhenAskedAsync();
        Assert.Equal(5, (await one.AskAsync(message)).Code);
        Assert.Equal(5, (await one.AskByTcpAsync(message)).Code);
        Assert.Equal(["10.1.0.2"], (await one.AskAsync(Web)).Texts);

        Task<ReadMessage> third = other.AskAsync(message);
        await upstream.WhenAskedAsync();
        Assert.Equal(5, (await other.AskAsync(message)).Code);
        Assert.Equal(3, shared.Count);

        time.Advance(TimeSpan.FromSeconds(2));
        foreach (ReadMessage answer in await Task.WhenAll([.. waiting, third]))
        {
            Assert.Equal(2, answer.Code);
        }

        Assert.Equal(0, shared.Count);
        Task<ReadMessage> later = one.AskAsync(message);
        await upstream.WhenAskedAsync();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, (await later).Code);
    }

    [Fact]
    public async Task A_connection_has_many_questions_and_the_first_to_be_known_is_told_first()
    {
        using var gate = new SemaphoreSlim(0);
        await using FakeUpstream upstream = FakeUpstream.Saying(1);
        LookupScope scope = s_scope with { Servers = TestScopes.Asking(upstream.Address).Servers };
        await using TestServer server = new(scope, connect: async (to, protocol, cancellation) =>
        {
            await gate.WaitAsync(cancellation);
            return await TestServer.ConnectAsync(to, protocol, cancellation);
        });
        using Socket client = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(client, TestMessages.Query("a.example", RecordType.A, id: 1), TestMessages.Query("web", RecordType.A, id: 2), TestMessages.Query("db", RecordType.A, id: 3));
        Assert.Equal(2, (await TestServer.ReceiveByTcpAsync(client))!.Id);
        Assert.Equal(3, (await TestServer.ReceiveByTcpAsync(client))!.Id);

        // One that says that it has no more questions is told what it asked.
        client.Shutdown(SocketShutdown.Send);
        gate.Release();
        Assert.Equal(1, (await TestServer.ReceiveByTcpAsync(client))!.Id);
        Assert.Null(await TestServer.ReceiveByTcpAsync(client));
    }

    [Fact]
    public async Task A_connection_reads_no_more_questions_than_may_be_open()
    {
        var time = new ManualTime();
        await using FakeUpstream upstream = FakeUpstream.Silent();
        await using TestServer server = new(TestScopes.Asking(upstream.Address), new DnsServerOptions { MostPipelined = 2, Rounds = 1 }, time);
        using Socket client = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(client, [.. Enumerable.Range(1, 3).Select(i => TestMessages.Query("a.example", RecordType.A, id: (ushort)i))]);
        await upstream.WhenAskedAsync();
        await upstream.WhenAskedAsync();
        Assert.Equal(2, upstream.All.Count);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(await TestServer.ReceiveByTcpAsync(client));
        Assert.NotNull(await TestServer.ReceiveByTcpAsync(client));
        await upstream.WhenAskedAsync();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, (await TestServer.ReceiveByTcpAsync(client))!.Id);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_ended()
    {
        var time = new ManualTime();
        await using TestServer server = new(s_scope, time: time);
        using Socket client = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(client, Web);
        Assert.NotNull(await TestServer.ReceiveByTcpAsync(client));
        Task<ReadMessage?> next = TestServer.ReceiveByTcpAsync(client);
        while (!next.IsCompleted)
        {
            // The server begins to wait a moment after it answered.
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.Null(await next);
    }

    [Fact]
    public async Task A_question_without_an_end_is_not_waited_for()
    {
        await using TestServer server = new(s_scope);
        using Socket client = await server.ConnectAsync();
        await client.SendAsync((byte[])[0xFF, 0xFF, .. Web]);
        Assert.Null(await TestServer.ReceiveByTcpAsync(client));
        Assert.Equal(["10.1.0.2"], (await server.AskByTcpAsync(Web)).Texts);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_wait_for_their_turn()
    {
        await using TestServer server = new(s_scope, new DnsServerOptions { MostConnections = 1 });
        using Socket first = await server.ConnectAsync(), second = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(first, Web);
        Assert.NotNull(await TestServer.ReceiveByTcpAsync(first));
        await TestServer.SendByTcpAsync(second, Web);
        Task<ReadMessage?> waiting = TestServer.ReceiveByTcpAsync(second);
        await TestServer.SendByTcpAsync(first, Web);
        Assert.NotNull(await TestServer.ReceiveByTcpAsync(first));
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        Assert.NotNull(await waiting);
    }

    [Fact]
    public async Task The_sockets_outlive_the_server()
    {
        await using FakeUpstream upstream = FakeUpstream.Silent();
        await using TestServer server = new(TestScopes.Asking(upstream.Address));
        using Socket client = server.Client();
        await client.SendAsync(TestMessages.Query("a.example", RecordType.A, id: 7));
        using Socket connection = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(connection, TestMessages.Query("a.example", RecordType.A));
        await upstream.WhenAskedAsync();
        await upstream.WhenAskedAsync();
        await server.StopAsync();
        Assert.Null(await TestServer.ReceiveByTcpAsync(connection));

        // What is asked while nobody serves is answered by the next.
        await client.SendAsync(Web);
        using Socket early = await server.ConnectAsync();
        await TestServer.SendByTcpAsync(early, Web);
        await using TestServer next = new(s_scope, before: server);
        Assert.Equal(TestMessages.Id, (await TestServer.ReceiveAsync(client)).Id);
        Assert.Equal(["10.1.0.2"], (await TestServer.ReceiveByTcpAsync(early))!.Texts);
    }
}
