using System.Text;
using System.Text.Json;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Api.Volumes;
using Quai.Client.Containers;
using Quai.Client.Images;
using Quai.Client.Transport;
using Xunit;

namespace Quai.Client.Tests;

/// <summary>What operations send, and what they make of answers as a daemon written in Go sends them.</summary>
public sealed class ResourceTests : IDisposable
{
    private const string Ping = "HTTP/1.1 200 OK\r\nApi-Version: 1.50\r\nContent-Length: 0\r\n\r\n";

    private readonly WireServer _server = new();
    private readonly EngineClient _engine;

    public ResourceTests() => _engine = new EngineClient(_server.Endpoint);

    public void Dispose()
    {
        _engine.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task ABodyIsTheApisDocument()
    {
        Task<string> asked = AskedAsync(WireServer.Ok("""{"Name":"v","Labels":null,"CreatedAt":"x"}"""));
        VolumeInspect volume = await _engine.Volumes.CreateAsync(new VolumeCreateRequest { Name = "v", Labels = new() { ["a"] = "\"b\"" } });
        Assert.Equal("v", volume.Name);
        string request = await asked;
        Assert.StartsWith("POST /v1.50/volumes/create HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json\r\n", request, StringComparison.Ordinal);
        JsonElement body = BodyOf(request);
        Assert.Equal("\"b\"", body.GetProperty("Labels").GetProperty("a").GetString());
    }

    [Fact]
    public async Task NullIsAsGoodAsAbsent()
    {
        _ = AskedAsync(WireServer.Ok("""[{"Id":"i","Names":null,"Ports":null,"Labels":null,"Mounts":null,"NetworkSettings":null,"Created":null,"SizeRw":5}]"""));
        ContainerSummary container = Assert.Single(await _engine.Containers.ListAsync(all: true, limit: 3));
        Assert.Empty(container.Names);
        Assert.Empty(container.Ports);
        Assert.Empty(container.Labels);
        Assert.Empty(container.NetworkSettings.Networks);
        Assert.Equal((0, 5), (container.Created, container.SizeRw));
    }

    [Fact]
    public async Task APlatformIsJson()
    {
        Task<string> asked = AskedAsync(WireServer.Ok("{}"));
        await _engine.Images.InspectDocumentAsync("a/b:c", new DistributionPlatform { Os = "li\"nux", Architecture = "arm", Variant = "v7" });
        string line = Uri.UnescapeDataString((await asked).Split("\r\n")[0].Split(' ')[1]);
        Assert.StartsWith("/v1.50/images/a/b:c/json?platform=", line, StringComparison.Ordinal);
        JsonElement platform = JsonElement.Parse(line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(("li\"nux", "arm", "v7"), (platform.GetProperty("os").GetString(), platform.GetProperty("architecture").GetString(), platform.GetProperty("variant").GetString()));
    }

    [Fact]
    public async Task CredentialsAreAHeader()
    {
        Task<string> asked = AskedAsync("HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{\"status\":\"a\"}\r\n{\"errorDetail\":{},\"id\":1");
        var messages = new List<JsonMessage>();
        await foreach (JsonMessage message in _engine.Transfers.PushAsync("r", "", credentials: new AuthConfig { Username = "u?>", ServerAddress = "h" }))
        {
            messages.Add(message);
        }

        Assert.Equal("a", Assert.Single(messages).Status);
        string request = await asked;
        Assert.StartsWith("POST /v1.50/images/r/push HTTP/1.1", request, StringComparison.Ordinal);
        string header = request.Split("\r\n").Single(l => l.StartsWith("X-Registry-Auth: ", StringComparison.Ordinal))["X-Registry-Auth: ".Length..];
        Assert.Equal("u?>", JsonElement.Parse(Convert.FromBase64String(header.Replace('-', '+').Replace('_', '/'))).GetProperty("username").GetString());
    }

    [Fact]
    public async Task WhoPushesWithoutCredentialsSaysSo()
    {
        Task<string> asked = AskedAsync(WireServer.Ok(""));
        await foreach (JsonMessage message in _engine.Transfers.PushAsync("r", "t"))
        {
            Assert.Fail(message.Status ?? "a message");
        }

        Assert.Contains("X-Registry-Auth: e30=\r\n", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEndIsWaitedForInTwoSteps()
    {
        Task<string> asked = AskedAsync(Ping, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"StatusCode\":7}\r\n0\r\n\r\n");
        await _engine.GetVersionAsync();
        using ContainerWait wait = await _engine.Containers.WaitAsync("c", "next-exit");
        await wait.AcceptedAsync();
        Assert.Equal(7, (await wait.EndAsync()).StatusCode);
        Assert.StartsWith("POST /v1.50/containers/c/wait?condition=next-exit HTTP/1.1", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerCanBeTakenOnce()
    {
        _ = AskedAsync(Ping, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw");
        await _engine.GetVersionAsync();
        using PendingAnswer pending = await _engine.Containers.AttachAsync("c", input: true);
        using Connection connection = await pending.UpgradeAsync();
        byte[] buffer = new byte[8];
        Assert.Equal(3, await connection.ReadAsync(buffer));
        Assert.Equal("raw", Encoding.ASCII.GetString(buffer, 0, 3));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pending.AnswerAsync());
    }

    [Fact]
    public async Task APathThatIsNotThereIsNone()
    {
        string stat = Convert.ToBase64String("""{"name":"n","size":3,"mode":2147484141,"mtime":"2020-01-01T00:00:00Z","linkTarget":""}"""u8);
        _ = AskedAsync(
            Ping, $"HTTP/1.1 200 OK\r\nX-Docker-Container-Path-Stat: {stat}\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n");
        ContainerPathStat? found = await _engine.Files.StatAsync("c", "/n");
        Assert.Equal(("n", 3, 2147484141u), (found!.Name, found.Size, found.Mode));
        Assert.Null(await _engine.Files.StatAsync("c", "/m"));
    }

    [Fact]
    public async Task AnOperationLeavesOutWhatIsUsual()
    {
        Task<string> asked = AskedAsync(WireServer.Ok("""{"Id":"x"}"""));
        await _engine.Images.CommitAsync(new CommitOptions("c") { Repository = "r", Changes = ["CMD a", "ENV b=c"], Pause = false });
        Assert.Equal("/v1.50/commit?container=c&repo=r&changes=CMD a&changes=ENV b=c&pause=0", Uri.UnescapeDataString((await asked).Split("\r\n")[0].Split(' ')[1]));
    }

    private static JsonElement BodyOf(string request) => JsonElement.Parse(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);

    /// <summary>Answers the question for the version, and one request; gives the last request.</summary>
    private Task<string> AskedAsync(string answer) => AskedAsync(Ping, answer);

    private async Task<string> AskedAsync(params string[] answers) => (await _server.AnswerAsync(answers))[^1];
}
