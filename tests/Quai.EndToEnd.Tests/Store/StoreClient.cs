using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>The <c>quai</c> command and the bare API, pointed at one engine.</summary>
public sealed class StoreClient(QuaidInstance engine) : IDisposable
{
    private readonly EngineHttp _http = new(engine);

    /// <summary>Runs <c>quai LINE</c> to its end.</summary>
    public Task<CommandResult> QuaiAsync(string line, ReadOnlyMemory<byte> stdin = default) =>
        RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), stdin, new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host });

    /// <summary>Starts <c>quai LINE</c> at a terminal.</summary>
    public Terminal QuaiAtTerminal(string line) =>
        Terminal.Start(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host }, 24, 80);

    /// <summary>A document of the API.</summary>
    public async Task<JsonNode> GetAsync(string path) => (await _http.OkAsync("GET", path))!;

    /// <summary>A request without a body: its status and its answer.</summary>
    public Task<(int Status, string Body)> SendAsync(string method, string path) => _http.SendAsync(method, path);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
