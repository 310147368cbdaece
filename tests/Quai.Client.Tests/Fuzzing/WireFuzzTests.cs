using System.Net.Sockets;
using System.Text.Json;
using Quai.Client.Streams;
using Quai.Client.Transport;
using Xunit;

namespace Quai.Client.Tests.Fuzzing;

/// <summary>What a daemon, or anything else at its address, sends.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class WireFuzzTests
{
    [Fact]
    public void A_multiplexed_stream_is_taken_apart() => Fuzz.Holds(new Property("multiplexed-stream", input =>
    {
        var output = new MemoryStream();
        var error = new MemoryStream();
        using var source = new Pieces(input);
        StdCopy.Copy(source.Read, output, error);
        Assert.InRange(output.Length + error.Length, 0, input.Length);
    })
    {
        Seeds = [[1, 0, 0, 0, 0, 0, 0, 3, 97, 98, 99, 2, 0, 0, 0, 0, 0, 0, 1, 100], [0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 2, 101, 102]],
        Refuses = Known, MaxAllocation = 8 << 20,
    });

    [Fact]
    public void An_answer_is_read_or_refused() => Fuzz.Holds(new Property("daemon-answer", input =>
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var connection = new Connection(socket, new Pieces(input), blocking: true);
        ResponseHead head = connection.ReadHeadAsync(default).AsTask().GetAwaiter().GetResult();
        using var response = new ResponseStream(head, connection, _ => { }, hasBody: head.Status != 204);
        if (head.Header("x-stream") is not null)
        {
            foreach (JsonElement value in response.ReadDocumentsAsync().ToBlockingEnumerable())
            {
                Assert.NotEqual(JsonValueKind.Undefined, value.ValueKind);
            }
        }
        else
        {
            Assert.InRange(response.ReadAllAsync().GetAwaiter().GetResult().Length, 0, input.Length);
        }
    })
    {
        Seeds = TextMutator.Seeds(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"a\":[1,\"b\"]}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nTrailer: x\r\n\r\n", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\nraw",
            "HTTP/1.0 500 X\r\nX-Stream: 1\r\n\r\n{\"status\":\"a\"}\n{\"id\":1} [2]\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
        Mutate = TextMutator.With("HTTP/1.1 ", "HTTP/1.", "200", "\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked", "Connection: close", "X-Stream: 1\r\n", "ffffffffffffffff\r\n", "7fffffffffffffff\r\n", "80000000\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "-1", "{\"a\":", "\"\\ud800\"", "]", "}"),
        Refuses = Known, MaxAllocation = 8 << 20,
    });

    private static bool Known(Exception error) => error is DaemonException or ConnectionException or JsonException;

    /// <summary>A stream that gives few bytes at a time, as sockets may.</summary>
    private sealed class Pieces(byte[] bytes) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, Math.Min(1 + (_at % 7), bytes.Length - _at));
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
