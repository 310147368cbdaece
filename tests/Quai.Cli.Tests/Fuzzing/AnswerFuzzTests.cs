using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Objects;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests.Fuzzing;

/// <summary>What a daemon sends, or whoever answers at its address.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class AnswerFuzzTests
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
        Refuses = CliRefusals.Known, MaxAllocation = 8 << 20,
    });

    [Fact]
    public void An_answer_is_read_or_refused() => Fuzz.Holds(new Property("daemon-answer", input =>
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var connection = new Connection(socket, new Pieces(input));
        ResponseHead head = connection.ReadHead();
        using var response = new Response(head, connection, _ => { }, hasBody: head.Status != 204);
        if (head.Header("x-stream") is not null)
        {
            foreach (JsonElement value in response.ReadJsonStream())
            {
                Assert.NotEqual(JsonValueKind.Undefined, value.ValueKind);
            }
        }
        else
        {
            Assert.InRange(response.ReadAll().Length, 0, input.Length);
        }
    })
    {
        Seeds = TextMutator.Seeds(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"a\":[1,\"b\"]}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nTrailer: x\r\n\r\n", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\nraw",
            "HTTP/1.0 500 X\r\nX-Stream: 1\r\n\r\n{\"status\":\"a\"}\n{\"id\":1} [2]\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
        Mutate = TextMutator.With("HTTP/1.1 ", "HTTP/1.", "200", "\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked", "Connection: close", "X-Stream: 1\r\n", "ffffffffffffffff\r\n", "7fffffffffffffff\r\n", "80000000\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "-1", "{\"a\":", "\"\\ud800\"", "]", "}"),
        Refuses = CliRefusals.Known, MaxAllocation = 8 << 20,
    });

    [Fact]
    public void Objects_are_shown()
    {
        string data = Path.Combine(AppContext.BaseDirectory, "Data");
        foreach ((string file, string shape, string template) in ((string, string, string)[])[
            ("container.json", "Container", "{{.}} {{json .}} {{.State.Status}} {{range .Mounts}}{{.Source}}{{end}} {{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{$v.IPAddress}}{{end}} {{.HostConfig.Memory}} {{index .Config.Env 0}}"),
            ("image.json", "Image", "{{.}} {{json .}} {{.Config.Cmd}} {{.RootFS.Layers}} {{.Size}}"), ("network.json", "Network", "{{.}} {{json .}} {{range .IPAM.Config}}{{.Subnet}}{{end}}"), ("volume.json", "Volume", "{{.}} {{json .}}")])
        {
            byte[] sample = File.ReadAllBytes(Path.Combine(data, file));
            Quai.Templates.Template all = Inspection.Parse(template);
            Fuzz.Holds(new Property("inspect-" + shape.ToLowerInvariant(), input =>
            {
                using JsonDocument document = JsonDocument.Parse(input);
                var text = new StringBuilder();
                JsonIndent.Append(text, document.RootElement.GetRawText(), 0);
                Inspection.Execute(all, new Inspection.Found(shape, document.RootElement));
            })
            {
                Seeds = [sample], Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
            });
        }
    }

    [Fact]
    public void Progress_is_shown() => Fuzz.Holds(new Property("progress", input =>
    {
        using JsonDocument document = JsonDocument.Parse(input);
        ProgressDisplay.Show(document.RootElement.Items(), null);
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        ProgressDisplay.Show(document.RootElement.Items(), new Output((int)nowhere.DangerousGetHandle()));
    })
    {
        Seeds = TextMutator.Seeds("""[{"status":"Pulling from a","id":"1"},{"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[>]","id":"abc"},{"stream":"Loaded\n"},{"aux":{"ID":"x"}},{"errorDetail":{"message":"m","code":1},"error":"m"}]"""),
        Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
    });

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
