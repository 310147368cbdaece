using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Views;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>What comes over the wire, in pieces of any size.</summary>
public sealed class StreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void FramesAreTakenApart(int piece)
    {
        byte[] wire = [1, 0, 0, 0, 0, 0, 0, 3, .. "out"u8, 2, 0, 0, 0, 0, 0, 0, 4, .. "err!"u8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, .. "x"u8];
        int at = 0;
        var output = new MemoryStream();
        var error = new MemoryStream();
        StdCopy.Copy(buffer =>
        {
            int count = Math.Min(Math.Min(piece, buffer.Length), wire.Length - at);
            wire.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }, output, error);
        Assert.Equal("outx", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("err!", Encoding.UTF8.GetString(error.ToArray()));
    }

    [Fact]
    public void AnUnknownFrameIsRefused() => Assert.Throws<ConnectionException>(() => StdCopy.Copy(b =>
    {
        b.Fill(9);
        return b.Length;
    }, Stream.Null, Stream.Null));

    [Fact]
    public void ChunksMakeABodyAndTheConnectionIsFreeAgain()
    {
        (Response response, Func<bool> released) = Serve("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n");
        Assert.Equal("hello world", response.ReadText());
        Assert.True(released());
    }

    [Fact]
    public void LengthMakesABody()
    {
        (Response response, Func<bool> released) = Serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloXXX");
        Assert.Equal("hello", response.ReadText());
        Assert.True(released());
    }

    [Fact]
    public void ACutBodyIsAnError()
    {
        (Response response, _) = Serve("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        Assert.Throws<ConnectionException>(() => response.ReadText());
    }

    [Fact]
    public void JsonValuesComeOneByOne()
    {
        (Response response, _) = Serve("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\":1}\r\n\r\n5\r\n{\"a\":\r\n3\r\n2}\n\r\n0\r\n\r\n");
        Assert.Equal([1, 2], response.ReadJsonStream().Select(j => j.GetProperty("a").GetInt32()));
    }

    [Fact]
    public void NeighbouringPortsAreJoined()
    {
        JsonElement ports = JsonDocument.Parse("""
            [{"IP":"0.0.0.0","PrivatePort":81,"PublicPort":81,"Type":"tcp"},{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":80,"Type":"tcp"},
             {"IP":"::","PrivatePort":90,"PublicPort":8090,"Type":"udp"},{"PrivatePort":100,"Type":"tcp"},{"PrivatePort":101,"Type":"tcp"}]
            """).RootElement;
        Assert.Equal("0.0.0.0:80-81->80-81/tcp, 100-101/tcp, [::]:8090->90/udp", PortList.Show(ports.EnumerateArray()));
    }

    [Fact]
    public void ProgressHasABarWhereThereIsRoom()
    {
        JsonElement detail = JsonDocument.Parse("""{"current":500000,"total":1000000}""").RootElement;
        Assert.Equal("[" + new string('=', 25) + ">" + new string(' ', 25) + "]    500kB/1MB", ProgressDisplay.Bar(detail, "", 200));
        Assert.Equal("   500kB/1MB", ProgressDisplay.Bar(detail, "", 80));
    }

    private static (Response Response, Func<bool> Released) Serve(string wire)
    {
        string path = Path.Combine(Path.GetTempPath(), $"quai-test-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Socket client = Endpoint.Parse("unix://" + path).Connect();
        using (Socket server = listener.Accept())
        {
            server.Send(Encoding.ASCII.GetBytes(wire));
        }

        File.Delete(path);
        bool released = false;
        var connection = new Connection(client, new NetworkStream(client));
        return (new Response(connection.ReadHead(), connection, _ => released = true, hasBody: true), () => released);
    }
}
