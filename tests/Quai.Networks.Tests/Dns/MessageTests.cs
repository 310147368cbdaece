using System.Net;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>Messages byte for byte, and those that are none.</summary>
public sealed class MessageTests
{
    private const string Question = "1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "0001" + "0001";

    [Fact]
    public void An_address() => Equal(
        "1234" + "8180" + "0001" + "0001" + "0000" + "0000" + "03776562" + "00" + "0001" + "0001" + "C00C" + "0001" + "0001" + "00000258" + "0004" + "0A010002",
        Question);

    [Fact]
    public void An_address_of_ipv6_with_edns() => Equal(
        "1234" + "8180" + "0001" + "0001" + "0000" + "0001" + "03576542" + "00" + "001C" + "0001"
        + "C00C" + "001C" + "0001" + "00000258" + "0010" + "FD000000000000000000000000000002"
        + "00" + "0029" + "1000" + "00" + "00" + "8000" + "0000",
        "1234" + "0100" + "0001" + "0000" + "0000" + "0001" + "03576542" + "00" + "001C" + "0001" + "00" + "0029" + "04D0" + "00" + "00" + "8000" + "0000");

    [Fact]
    public void A_name_of_an_address() => Equal(
        "0001" + "8180" + "0001" + "0001" + "0000" + "0000" + "0133" + "0130" + "0131" + "023130" + "07696E2D61646472" + "0461727061" + "00" + "000C" + "0001"
        + "C00C" + "000C" + "0001" + "00000258" + "000A" + "026462" + "0566726F6E74" + "00",
        "0001" + "0100" + "0001" + "0000" + "0000" + "0000" + "0133" + "0130" + "0131" + "023130" + "07696E2D61646472" + "0461727061" + "00" + "000C" + "0001");

    [Fact]
    public void Nothing_of_a_type() => Equal(
        "1234" + "8180" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "000F" + "0001",
        "1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "000F" + "0001");

    [Theory]
    [InlineData("", nameof(QueryReading.Nothing))]
    [InlineData("1234010000010000000000", nameof(QueryReading.Nothing))]
    [InlineData("1234" + "8180" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "0001" + "0001", nameof(QueryReading.Nothing))]
    [InlineData("1234" + "2800" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "0001" + "0001", nameof(QueryReading.Unsupported))]
    [InlineData("1234" + "0100" + "0000" + "0000" + "0000" + "0000", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0002" + "0000" + "0000" + "0000" + "03776562" + "00" + "0001" + "0001" + "03776562" + "00" + "0001" + "0001", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "03776562", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "03776562" + "00" + "0001" + "00", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "C00C" + "0001" + "0001", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "40" + "0001" + "0001", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "FFFF" + "03776562" + "00" + "0001" + "0001", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0001" + "03776562" + "00" + "0001" + "0001" + "00" + "0029" + "04D0" + "00000000" + "0001", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0001" + "03776562" + "00" + "0001" + "0001" + "0161" + "00" + "0029" + "04D0" + "00000000" + "0000", nameof(QueryReading.Malformed))]
    [InlineData("1234" + "0100" + "0001" + "0000" + "0000" + "0002" + "03776562" + "00" + "0001" + "0001" + "00" + "0029" + "04D0" + "00000000" + "0000" + "00" + "0029" + "04D0" + "00000000" + "0000", nameof(QueryReading.Malformed))]
    [InlineData(Question + "FFFF", nameof(QueryReading.Question))]
    public void What_a_message_is(string hex, string reading) => Assert.Equal(reading, DnsQuery.Read(Convert.FromHexString(hex), out _).ToString());

    [Fact]
    public void A_name_is_at_most_255_bytes()
    {
        string longest = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        Assert.Equal(254, WireName.TryEncode(longest)!.Length);
        Assert.Equal(QueryReading.Question, DnsQuery.Read(TestMessages.Query(longest, RecordType.A), out DnsQuery query));
        Assert.Equal(254, query.NameLength);
        Assert.Null(WireName.TryEncode(longest + "d"));
        Assert.Equal(QueryReading.Malformed, DnsQuery.Read(TestMessages.Query(longest + "d", RecordType.A), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void No_message_can_hold(string name) => Assert.Null(WireName.TryEncode(name));

    [Theory]
    [InlineData("2.0.1.10.in-addr.arpa", "10.1.0.2")]
    [InlineData("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "fd00::2")]
    [InlineData("02.0.1.10.in-addr.arpa", null)]
    [InlineData("256.0.1.10.in-addr.arpa", null)]
    [InlineData("0.1.10.in-addr.arpa", null)]
    [InlineData("1.2.0.1.10.in-addr.arpa", null)]
    [InlineData("in-addr.arpa", null)]
    [InlineData("g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", null)]
    [InlineData("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", null)]
    public void The_address_of_a_name(string name, string? address)
    {
        Assert.Equal(address is not null, ReverseName.TryRead(WireName.TryKey(name), out UInt128 key));
        if (address is not null)
        {
            Assert.Equal(ReverseName.KeyOf(IPAddress.Parse(address).GetAddressBytes()), key);
        }
    }

    [Fact]
    public void An_answer_that_is_too_large_keeps_whole_records()
    {
        byte[] message = TestMessages.Query("large.example", RecordType.A, edns: 512);
        Assert.Equal(QueryReading.Question, DnsQuery.Read(message, out DnsQuery query));
        byte[] answer = TestMessages.Answer(message, 0, Enumerable.Range(0, 100).Select(i => TestMessages.Record(RecordType.A, 60, 10, 0, 0, (byte)i)), [TestMessages.Zone(60, 60)]);
        var read = new ReadMessage(answer.AsSpan(0, RelayedAnswer.Clip(answer, 512, query)));
        Assert.True(read.IsTruncated);
        Assert.Equal((512 - 11 - query.QuestionEnd) / 16, read.Answers.Count);
        Assert.Empty(read.Authorities);
        Assert.Equal(RecordType.OPT, Assert.Single(read.Additionals).Type);
    }

    [Theory]
    [InlineData(0, 300u, 0u, 300u)]
    [InlineData(0, 0x80000000u, 0u, 0u)]
    [InlineData(2, 300u, 0u, 0u)]
    [InlineData(3, 0u, 0u, 0u)]
    [InlineData(3, 0u, 30u, 30u)]
    public void How_long_an_answer_is_kept(int code, uint lifetime, uint zone, uint expected)
    {
        byte[] message = TestMessages.Query("example", RecordType.A);
        Assert.Equal(QueryReading.Question, DnsQuery.Read(message, out DnsQuery query));
        byte[] answer = TestMessages.Answer(
            message, code, code == 0 ? [TestMessages.Record(RecordType.A, lifetime, 10, 0, 0, 1), TestMessages.Record(RecordType.A, 3600, 10, 0, 0, 2)] : [], zone > 0 ? [TestMessages.Zone(600, zone)] : []);
        Assert.Equal(expected, RelayedAnswer.Lifetime(answer, query));
    }

    private static void Equal(string expected, string question)
    {
        byte[] message = Convert.FromHexString(question), room = new byte[512];
        Assert.Equal(QueryReading.Question, DnsQuery.Read(message, out DnsQuery query));
        int length = LocalNames.Answer(message, query, TestScopes.Of(TestScopes.Front), room);
        Assert.Equal(expected, Convert.ToHexString(room.AsSpan(0, length)));
    }
}
