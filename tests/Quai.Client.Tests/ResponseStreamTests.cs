using System.Text.Json;
using Quai.Client.Transport;
using Xunit;

namespace Quai.Client.Tests;

/// <summary>What comes over the wire, read by a thread that waits and by one that does not.</summary>
public sealed class ResponseStreamTests
{
    private bool _released;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChunksMakeABodyAndTheConnectionIsFreeAgain(bool blocking)
    {
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n", blocking);
        Assert.Equal("hello world", await response.ReadTextAsync());
        Assert.True(_released);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LengthMakesABody(bool blocking)
    {
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloXXX", blocking);
        Assert.Equal("hello", await response.ReadTextAsync());
        Assert.True(_released);
    }

    [Fact]
    public async Task ABodyMayEndWithTheConnection()
    {
        string text = new('x', 100_000);
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\n\r\n" + text, blocking: true);
        Assert.Equal(text, await response.ReadTextAsync());
        Assert.False(_released);
    }

    [Fact]
    public async Task ACutBodyIsAnError()
    {
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", blocking: true);
        await Assert.ThrowsAsync<ConnectionException>(() => response.ReadTextAsync());
    }

    [Fact]
    public async Task AThreadMayWaitForABodyThatOthersDoNotWaitFor()
    {
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", blocking: false);
        byte[] buffer = new byte[16];
        Assert.Equal(5, response.Read(buffer));
        Assert.Equal("hello"u8, buffer.AsSpan(0, 5));
        Assert.Equal(0, response.Read(buffer, 0, 16));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JsonValuesComeOneByOne(bool blocking)
    {
        ResponseStream response = await ServeAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\":1}\r\n\r\n5\r\n{\"a\":\r\n3\r\n2}\n\r\n0\r\n\r\n", blocking);
        var values = new List<int>();
        await foreach (JsonElement value in response.ReadDocumentsAsync())
        {
            values.Add(value.GetProperty("a").GetInt32());
        }

        Assert.Equal([1, 2], values);
    }

    private async Task<ResponseStream> ServeAsync(string wire, bool blocking)
    {
        using var server = new WireServer();
        Connection connection = await server.ConnectAsync(wire, blocking);
        return new ResponseStream(await connection.ReadHeadAsync(default), connection, _ => _released = true, hasBody: true);
    }
}
