using System.IO.Compression;
using System.Text;
using Quai.Plans.Logging;

namespace Quai.Shim.Tests;

/// <summary>Messages for servers of logs, as Docker Engine 28.5 sends them: recorded from it, but for ids, times and numbers of processes.</summary>
public sealed class MessageTests
{
    private const int Daemon = 3 << 3, Local3 = 19 << 3;

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    [Theory]
    [InlineData(SyslogFormat.Local, Local3, 0, 0, " t-nonex[", "]: ", "<158>Nov 29 03:37:04 t-nonex[42]: err <&>\"\\\n")]
    [InlineData(SyslogFormat.Rfc3164, Daemon, 1, 3600, " vm 4e2a9a120756[", "]: ", "<27>Nov 29 04:37:04 vm 4e2a9a120756[42]: err <&>\"\\\n")]
    [InlineData(SyslogFormat.Rfc5424, Daemon, 0, 0, " vm tag ", " tag - ", "<30>1 2026-11-29T03:37:04Z vm tag 42 tag - err <&>\"\\\n")]
    [InlineData(SyslogFormat.Rfc5424Micro, Daemon, 0, -12600, " vm tag ", " tag - ", "<30>1 2026-11-29T00:07:04.000327-03:30 vm tag 42 tag - err <&>\"\\\n")]
    [InlineData(SyslogFormat.Rfc5424 | SyslogFormat.Counted, Daemon, 1, 0, " vm d8fc1859d499 ", " d8fc1859d499 - ", "71 <27>1 2026-11-29T03:37:04Z vm d8fc1859d499 42 d8fc1859d499 - err <&>\"\\\n")]
    public void Syslog(SyslogFormat format, int facility, int stream, long offset, string first, string second, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Message.Write(new("err <&>\"\\")
        {
            Target = LogTarget.Syslog, Variant = (int)format, Level = facility, Stream = stream, Offset = offset, First = Bytes(first), Second = Bytes(second),
        })));

    [Theory]
    [InlineData("err <&>\"\\", 1, "err \\u003c\\u0026\\u003e\\\"\\\\", 3)]
    [InlineData("tab\there \u0001 \u2028 \b", 0, "tab\\there \\u0001 \\u2028 \\b", 6)]
    public void Gelf(string text, int stream, string expected, int level) =>
        Assert.Equal(
            "{\"short_message\":\"" + expected + "\",\"timestamp\":1795923424,\"level\":" + level + ",\"_tag\":\"x\"}",
            Encoding.UTF8.GetString(Message.Write(new(text) { Target = LogTarget.Gelf, Network = LogNetwork.Udp, Stream = stream, First = "{\"short_message\":\""u8.ToArray(), Second = ",\"_tag\":\"x\"}"u8.ToArray() })));

    [Fact]
    public void Gelf_over_a_connection_ends_with_a_zero() =>
        Assert.Equal(0, Message.Write(new("x") { Target = LogTarget.Gelf, Network = LogNetwork.Tcp })[^1]);

    [Theory]
    [InlineData(GelfCompression.Gzip, 1)]
    [InlineData(GelfCompression.Gzip, 0)]
    [InlineData(GelfCompression.Gzip, 9)]
    [InlineData(GelfCompression.Zlib, -1)]
    public void Gelf_is_packed(GelfCompression compression, int level)
    {
        byte[] message = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i % 17} of {i}, ")));
        using var packed = new MemoryStream(Message.Pack(new("") { Target = LogTarget.Gelf, Variant = (int)compression, Level = level }, message));
        using Stream stream = compression == GelfCompression.Gzip ? new GZipStream(packed, CompressionMode.Decompress) : new ZLibStream(packed, CompressionMode.Decompress);
        using var result = new MemoryStream();
        stream.CopyTo(result);
        Assert.Equal(message, result.ToArray());
        Assert.True(level == 0 || packed.Length < message.Length / 3, $"{packed.Length} of {message.Length}");
    }

    [Fact]
    public void Fluentd_with_seconds() =>
        Assert.Equal(
            Bytes("\x94\xa3tag\xd2k\x0b\x9d\xe0\x83\xa1k\xa1v\xa6source\xa6stdout\xa3log\xa5hello\x80"),
            Message.Write(new("hello") { Target = LogTarget.Fluentd, Level = 1, First = Bytes("\x94\xa3tag"), Second = Bytes("\xa1k\xa1v") }));

    [Fact]
    public void Fluentd_with_nanoseconds_parts_and_acknowledgement() =>
        Assert.Equal(
            Bytes("\x94\xa3tag\xd7\0k\x0b\x9d\xe0\0\x04\xff\x3a\x86\xa6source\xa6stderr\xa3log\xa5hello"
                + "\xafpartial_message\xa4true\xaapartial_id\xd9@" + new string('a', 64) + "\xafpartial_ordinal\xa1" + "2\xacpartial_last\xa4true\x81\xa5" + "chunk\xb8" + new string('b', 24)),
            Message.Write(new("hello")
            {
                Target = LogTarget.Fluentd, Variant = (int)(FluentdOptions.SubSecond | FluentdOptions.Acknowledge), Stream = 1, Ordinal = 2, First = Bytes("\x94\xa3tag"), Identity = new string('b', 24),
            }));

    [Fact]
    public void Journal_with_a_part() =>
        Assert.Equal(
            "PRIORITY=3\nMESSAGE=end\nIMAGE_NAME=box\nCONTAINER_LOG_EPOCH=" + new string('a', 64) + "\nCONTAINER_LOG_ORDINAL=7\nSYSLOG_TIMESTAMP=2026-11-29T03:37:04.000327482Z\nCONTAINER_PARTIAL_ID="
            + new string('a', 64) + "\nCONTAINER_PARTIAL_ORDINAL=1\nCONTAINER_PARTIAL_LAST=false\nCONTAINER_PARTIAL_MESSAGE=true\n",
            Encoding.UTF8.GetString(Message.Write(new("end") { Target = LogTarget.Journal, Stream = 1, Ended = false, Ordinal = 1, First = "IMAGE_NAME=box\n"u8.ToArray() })));
}
