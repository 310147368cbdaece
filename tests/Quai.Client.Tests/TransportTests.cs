using System.Text.Json;
using Quai.Api;
using Quai.Client.Transport;
using Xunit;

namespace Quai.Client.Tests;

/// <summary>Requests, the version they name, connections that are used again, and what ends a wait.</summary>
public sealed class TransportTests
{
    private const string Ping = "HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneConnectionServesAllRequests(bool blocking)
    {
        using var server = new WireServer();
        Task<string[]> asked = server.AnswerAsync(Ping, WireServer.Ok("""{"message":"x"}"""), WireServer.Ok("[]"));
        using var transport = new HttpTransport(server.Endpoint, null, blocking);
        Assert.Equal("x", (await transport.ReadAsync("GET", "/a", ApiJson.Default.ErrorResponse)).Message);
        Assert.Equal(JsonValueKind.Array, (await transport.ReadDocumentAsync("/b")).ValueKind);
        Assert.Equal(["HEAD /_ping HTTP/1.1", "GET /v1.44/a HTTP/1.1", "GET /v1.44/b HTTP/1.1"], (await asked).Select(r => r.Split("\r\n")[0]));
    }

    [Fact]
    public async Task AnIdleConnectionThatWasClosedIsReplaced()
    {
        using var server = new WireServer();
        using var transport = new HttpTransport(server.Endpoint, null, blocking: false);
        await Task.WhenAll(server.AnswerAsync(Ping), transport.GetVersionAsync());
        Task<string[]> asked = server.AnswerAsync(WireServer.Ok("{}"));
        Assert.Equal(JsonValueKind.Object, (await transport.ReadDocumentAsync("/a")).ValueKind);
        Assert.StartsWith("GET /v1.44/a", Assert.Single(await asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefusalSaysWhatTheDaemonSays()
    {
        using var server = new WireServer();
        _ = server.AnswerAsync(Ping, "HTTP/1.1 409 Conflict\r\nContent-Length: 18\r\n\r\n{\"message\":\"no\\n\"}");
        using var transport = new HttpTransport(server.Endpoint, null, blocking: false);
        DaemonException error = await Assert.ThrowsAsync<DaemonException>(() => transport.DoAsync("POST", "/a"));
        Assert.Equal((409, "no", "Error response from daemon: no"), (error.Status, error.Reason, error.Message));
    }

    [Fact]
    public async Task AnObjectWithoutANameIsNoOtherPath()
    {
        using var server = new WireServer();
        using var transport = new HttpTransport(server.Endpoint, null, blocking: false);
        DaemonException error = await Assert.ThrowsAsync<DaemonException>(() => transport.DoAsync("DELETE", "/volumes/%20?force=1"));
        Assert.Equal("invalid volume name or ID: value is empty", error.Message);
    }

    [Fact]
    public async Task NobodyListens()
    {
        using var transport = new HttpTransport(Endpoint.Parse("unix:///does/not/exist.sock"), null, blocking: false);
        ConnectionException error = await Assert.ThrowsAsync<ConnectionException>(() => transport.PingAsync());
        Assert.Equal("Cannot connect to the Quai daemon at unix:///does/not/exist.sock. Is the quai daemon running?", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AWaitCanBeEnded(bool blocking)
    {
        using var server = new WireServer();
        _ = server.AnswerAsync(Ping, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "");
        using var transport = new HttpTransport(server.Endpoint, null, blocking);
        using var end = new CancellationTokenSource();
        await using ResponseStream response = await transport.SendAsync("GET", "/events", cancellation: end.Token);
        Task<byte[]> reading = Task.Run(() => response.ReadAllAsync(end.Token));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Theory]
    [InlineData("unix:///a/b", "unix:///a/b", "/a/b", "", 0)]
    [InlineData("tcp://[::1]:80/", "tcp://[::1]:80", null, "::1", 80)]
    [InlineData("host", "tcp://host:2375", null, "host", 2375)]
    [InlineData(":99", "tcp://localhost:99", null, "localhost", 99)]
    public void Addresses(string text, string shown, string? socket, string host, int port) => Assert.Equal(new Endpoint(shown, socket, host, port), Endpoint.Parse(text));

    [Theory]
    [InlineData("ssh://host")]
    [InlineData("tcp://host:x")]
    public void NoAddresses(string text) => Assert.Throws<FormatException>(() => Endpoint.Parse(text));

    [Fact]
    public void AQueryIsEscaped()
    {
        Assert.Equal("a/b:c%20d", Query.Segment("a/b:c d"));
        Assert.Equal("/x?a=b%26c&d=1", new Query("/x").With("a", "b&c").WithText("e", "").WithSwitch("d", true).WithSwitch("f", false).ToString());
    }

    [Fact]
    public void FiltersAreSetsByName()
    {
        string query = new Query("/x").WithFilters([new("label", "a=\"b\""), new("name", "n"), new("label", "c"), new("label", "c")]).ToString();
        Assert.Equal("""/x?filters={"label":{"a=\u0022b\u0022":true,"c":true},"name":{"n":true}}""", Uri.UnescapeDataString(query));
        Assert.Equal("/x", new Query("/x").WithFilters([]).ToString());
    }
}
