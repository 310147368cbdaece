using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Records of builds, taken elsewhere by <c>quai buildx history</c>.</summary>
public sealed partial class HistoryBundleTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task An_archive_is_what_buildx_makes_of_the_same_records()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM BASE\nARG A\nCOPY a /a\nRUN echo \"<$A> & more\"\n");
        await folder.BuildAsync("--build-arg A=5 -t told:1");
        await folder.Dockerfile("FROM BASE\nRUN exit 7\n").RunAsync();
        string files = engine.Scratch(engine.Name("bundles"));
        foreach (string which in (string[])["^0", "^1", "--all"])
        {
            // What only buildx knows is where the context is at its client.
            await folder.Client.OkAsync($"buildx history export {which} -o {files}/theirs");
            await _quai.OkAsync($"buildx history export {which} --finalize -o {files}/ours");
            (JsonNode Index, JsonNode[] Records) theirs = await ReadAsync($"{files}/theirs", files), ours = await ReadAsync($"{files}/ours", files);
            Assert.Equal(theirs.Records.Length, ours.Records.Length);
            Assert.All(theirs.Records.Zip(ours.Records), r => Assert.True(JsonNode.DeepEquals(r.First, r.Second), $"{r.First}\n{r.Second}"));
        }

        CommandResult piped = await _quai.ShellAsync($"{Path.Combine(TestEnvironment.BinDirectory, "quai")} buildx history export | tar -tz");
        Assert.Contains("index.json\noci-layout\n", piped.Stdout, StringComparison.Ordinal);
        CommandResult unknown = await _quai.RunAsync("buildx history export none"), both = await _quai.RunAsync("buildx history export --all x"), nowhere = await _quai.RunAsync("buildx history export -o /nowhere/x");
        Assert.Equal("ERROR: no record found for ref \"none\"\n", unknown.Stderr);
        Assert.Equal("ERROR: cannot specify refs when using --all\n", both.Stderr);
        Assert.Equal("ERROR: failed to create output file \"/nowhere/x\": open /nowhere/x: no such file or directory\n", nowhere.Stderr);
    }

    [QuaidFact]
    public async Task An_archive_is_given_to_Docker_Desktop_and_shown()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN true\n");
        await folder.BuildAsync();
        string home = engine.Scratch(engine.Name("home")), bundle = $"{home}/it.dockerbuild", programs = $"{home}/programs";
        await _quai.OkAsync($"buildx history export -o {bundle}");
        Directory.CreateDirectory(programs);
        await File.WriteAllTextAsync($"{programs}/xdg-open", $"#!/bin/sh\necho \"$1\" >> {home}/opened\n");
        File.SetUnixFileMode($"{programs}/xdg-open", (UnixFileMode)0x1ed);
        DockerClient there = new DockerClient(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"), programs).With("HOME", home);
        CommandResult absent = await there.RunAsync($"buildx history import -f {bundle}");
        Assert.Equal((1, $"ERROR: failed to send request, check if Docker Desktop is running: Post \"http://docker-desktop/upload\": dial unix {home}/.docker/desktop/docker-desktop-build.sock: connect: no such file or directory\n"), (absent.ExitCode, absent.Stderr));

        Directory.CreateDirectory($"{home}/.docker/desktop");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint($"{home}/.docker/desktop/docker-desktop-build.sock"));
        listener.Listen();
        Task<byte[]> taken = TakeAsync(listener, "200 OK", "[\"one\"]");
        CommandResult imported = await there.RunAsync($"buildx history import -f {bundle}");
        Assert.Equal("docker-desktop://dashboard/build/.imported/_/one\n", imported.Stderr);
        imported.Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(bundle), (await taken)[^(int)new FileInfo(bundle).Length..]);
        await there.OkAsync("buildx history open");
        Assert.Matches(@"\Adocker-desktop://dashboard/build/\.imported/_/one\ndocker-desktop://dashboard/build/default/default/\w{25}\n\z", await File.ReadAllTextAsync($"{home}/opened"));

        taken = TakeAsync(listener, "500 No", "not like this");
        CommandResult refused = await there.RunAsync("buildx history import", await File.ReadAllBytesAsync(bundle));
        Assert.Equal((1, "ERROR: failed to import build: not like this\n"), (refused.ExitCode, refused.Stderr));
        await taken;
    }

    [QuaidFact]
    public async Task A_page_shows_how_the_time_was_spent()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo '<first>'\n");
        await folder.BuildAsync();
        await folder.Dockerfile("FROM BASE\nRUN exit 7\n").RunAsync();
        await using RunningCommand serving = _quai.Start("buildx history trace --addr localhost:0 --compare ^1");
        await serving.WaitForStderrAsync(Address().IsMatch, "the address of the page");
        using var http = new HttpClient();
        string page = await http.GetStringAsync(new Uri(Address().Match(serving.Stderr).Value));
        Assert.Contains("RUN echo &#39;&lt;first&gt;&#39;", page, StringComparison.Ordinal);
        Assert.Contains("RUN exit 7", page, StringComparison.Ordinal);
        Assert.Contains("class=\"bar failed\"", page, StringComparison.Ordinal);
        CommandResult wrong = await _quai.RunAsync("buildx history trace --addr nowhere");
        Assert.Equal("ERROR: invalid value \"nowhere\" for --addr: it is an address and a port, such as 127.0.0.1:0\n", wrong.Stderr);
    }

    private static async Task<(JsonNode Index, JsonNode[] Records)> ReadAsync(string bundle, string files)
    {
        string folder = $"{files}/{Guid.NewGuid():N}";
        Directory.CreateDirectory(folder);
        (await RunningCommand.RunAsync("tar", ["-C", folder, "-xzf", bundle])).Succeeded();
        JsonNode index = Parse($"{folder}/index.json"), root = Blob(index["manifests"]![0]!);
        JsonNode[] manifests = root["manifests"] is JsonArray several ? [.. several.Select(m => Blob(m!))] : [root];
        return (index, [.. manifests.Select(Record)]);

        JsonNode Parse(string path) => JsonNode.Parse(File.ReadAllBytes(path))!;

        JsonNode Blob(JsonNode descriptor) => Parse($"{folder}/blobs/sha256/{((string)descriptor["digest"]!)["sha256:".Length..]}");

        JsonNode Record(JsonNode manifest)
        {
            JsonObject record = Blob(manifest["config"]!).AsObject();
            record.Remove("localState");

            // buildx lays the trace out anew.
            Assert.True(record.Remove("trace"));
            JsonArray layers = manifest["layers"]!.DeepClone().AsArray();
            Assert.Equal("application/vnd.buildkit.otlp.json.v0", (string?)layers[0]!["mediaType"]);
            layers.RemoveAt(0);
            return new JsonObject { ["layers"] = layers, ["record"] = record.DeepClone() };
        }
    }

    private static async Task<byte[]> TakeAsync(Socket listener, string status, string answer)
    {
        using Socket socket = await listener.AcceptAsync();
        await using var stream = new NetworkStream(socket);
        using var taken = new MemoryStream();
        byte[] buffer = new byte[65536];
        int wanted = int.MaxValue;
        while (taken.Length < wanted)
        {
            taken.Write(buffer, 0, await stream.ReadAsync(buffer));
            string text = Encoding.Latin1.GetString(taken.ToArray());
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            wanted = end < 0 ? wanted : Length().Match(text) is { Success: true } length ? end + 4 + int.Parse(length.Groups[1].Value) : text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) ? 0 : wanted;
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"));
        return taken.ToArray();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/trace/\S+")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?i)content-length: (\d+)")]
    private static partial Regex Length();
}
