using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>The <c>quai</c> command and the bare API, pointed at one engine.</summary>
public sealed class StoreClient(QuaidInstance engine) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    /// <summary>Runs <c>quai LINE</c> to its end.</summary>
    public Task<CommandResult> QuaiAsync(string line, ReadOnlyMemory<byte> stdin = default) =>
        RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), stdin, new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host });

    /// <summary>Starts <c>quai LINE</c> at a terminal.</summary>
    public Terminal QuaiAtTerminal(string line) =>
        Terminal.Start(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host }, 24, 80);

    /// <summary>A document of the API.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(new Uri("http://engine" + path)))!;

    /// <summary>A request without a body: its status and its answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(string method, string path)
    {
        using HttpResponseMessage response = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri("http://engine" + path)));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
