using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.Sessions;
using Quai.BuildKit.Tests.Clients;
using Quai.BuildKit.Tests.Fakes;
using Quai.BuildProtocol.Llb;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.BuildKit.Tests;

/// <summary>Docker's own client of builds goes through the protocol; what it builds is a fake.</summary>
public sealed class BuildxTests : IAsyncLifetime, IDisposable
{
    private readonly TestFolder _folder = new(), _home = new();
    private BuildHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await BuildHost.StartAsync();
        await File.WriteAllTextAsync(_folder["Dockerfile"], "FROM scratch\nCOPY . /\nRUN false\n");
        Directory.CreateDirectory(_folder["src"]);
        await File.WriteAllTextAsync(_folder["src/main.c"], "int main;");
        await File.WriteAllTextAsync(_folder[".dockerignore"], "ignored-*\n");
        for (int i = 0; i < 300; i++)
        {
            await File.WriteAllTextAsync(_folder[$"src/{i}"], $"{i}");
            await File.WriteAllTextAsync(_folder[$"ignored-{i}"], $"{i}");
        }
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        _home.Dispose();
    }

    [BuildxFact]
    public async Task Context_secrets_and_progress_come_and_results_go()
    {
        using TestFolder context = new(), output = new();
        _host.Builder.Frontend = async (job, name, request, cancellation) =>
        {
            Assert.Equal(("dockerfile.v0", "value"), (name, request.Attributes["build-arg:ARG"]));
            job.Tell(new VertexEvent("sha256:" + new string('1', 64), "[internal] load build context") { StartedAt = DateTimeOffset.UtcNow });
            using var file = new TestFolder();
            IBuildSession session = job.Options.Session!;
            await session.SyncAsync(new ContextRequest("dockerfile") { Follow = ["Dockerfile", "Dockerfile.dockerignore", "dockerfile"] }, new FolderUpdate(file.Path), cancellation);
            Assert.StartsWith("FROM scratch", await File.ReadAllTextAsync(file["Dockerfile"], cancellation), StringComparison.Ordinal);
            Assert.Single(Directory.GetFileSystemEntries(file.Path));
            await session.SyncAsync(new ContextRequest("context") { Exclude = ["ignored-*", "*.näme"] }, new FolderUpdate(context.Path), cancellation);
            Assert.Equal("s3cret", Encoding.ASCII.GetString((await session.SecretAsync("token", cancellation))!));
            Assert.Null(await session.SecretAsync("other", cancellation));
            Assert.Null(await session.CredentialsAsync("docker.io", cancellation));
            job.Tell(new LogEvent("sha256:" + new string('1', 64), 1, "hello from the step\n"u8.ToArray(), DateTimeOffset.UtcNow));
            job.Tell(new VertexEvent("sha256:" + new string('1', 64), "[internal] load build context") { StartedAt = DateTimeOffset.UtcNow, CompletedAt = DateTimeOffset.UtcNow });
            return new SolveResult { Ref = new FakeRef(Graph()) };
        };
        _host.Builder.Export = async (job, _, exports, cancellation) =>
        {
            foreach (ExportRequest export in exports)
            {
                if (export.Type == "local")
                {
                    List<ContextEntry> entries = [new("d", ContextEntryKind.Directory, 0x1ed), .. Enumerable.Range(100, 200).Select(i => new ContextEntry($"d/{i}", ContextEntryKind.File, 0x1a4) { Size = i * 100 })];
                    await job.Options.Session!.SendTreeAsync(export.Index, new FolderTree(entries), cancellation);
                }
                else
                {
                    await using Stream file = await job.Options.Session!.SendFileAsync(export.Index, new Dictionary<string, string>(), cancellation);
                    await file.WriteAsync(new byte[3_000_000], cancellation);
                }
            }

            return new Dictionary<string, string>();
        };
        string said = await RunAsync(
            0, "build", "--progress", "plain", "--build-arg", "ARG=value", "--secret", "id=token,env=TOKEN", "-o", "type=tar,dest=" + output["t.tar"], "-o", "type=local,dest=" + output["tree"], _folder.Path);
        Assert.Contains("hello from the step", said, StringComparison.Ordinal);
        Assert.Equal(301, Directory.GetFiles(context["src"]).Length);
        Assert.Empty(Directory.GetFiles(context.Path, "ignored-*"));
        Assert.Equal(3_000_000, new FileInfo(output["t.tar"]).Length);
        Assert.Equal(FolderTree.Content("d/299", 29_900), await File.ReadAllBytesAsync(output["tree/d/299"]));
    }

    [BuildxFact]
    public async Task A_client_that_speaks_nothing_but_gRPC_builds_too()
    {
        using TestFolder context = new(), output = new();
        _host.Builder.Frontend = async (job, _, _, cancellation) =>
        {
            await job.Options.Session!.SyncAsync(new ContextRequest("context"), new FolderUpdate(context.Path), cancellation);
            return new SolveResult { Ref = new FakeRef(Graph()) };
        };
        _host.Builder.Export = async (job, _, exports, cancellation) =>
        {
            // Clients probe the builder by builds from which nothing comes.
            foreach (ExportRequest export in exports)
            {
                await using Stream file = await job.Options.Session!.SendFileAsync(export.Index, new Dictionary<string, string>(), cancellation);
                await file.WriteAsync(new byte[3_000_000], cancellation);
            }

            return new Dictionary<string, string>();
        };
        await RunAsync(0, "create", "--name", "straight", "--driver", "remote", "unix://" + _host.StraightPath);
        await RunAsync(0, "build", "--builder", "straight", "--progress", "plain", "-o", "type=tar,dest=" + output["t.tar"], _folder.Path);
        Assert.Equal(301, Directory.GetFiles(context["src"]).Length);
        Assert.Equal(3_000_000, new FileInfo(output["t.tar"]).Length);
    }

    [BuildxFact]
    public async Task A_failure_is_shown_with_its_lines()
    {
        _host.Builder.Frontend = async (_, _, _, cancellation) =>
        {
            var source = new SourceInfo { Filename = "Dockerfile", Data = ByteString.CopyFrom(await File.ReadAllBytesAsync(_folder["Dockerfile"], cancellation)), Language = "Dockerfile" };
            var range = new BuildProtocol.Llb.Range { Start = new Position { Line = 3 }, End = new Position { Line = 3 } };
            throw new SourceException(ErrorKind.System, "process \"/bin/sh -c false\" did not complete successfully: exit code: 1", source, [range]);
        };
        string said = await RunAsync(1, "build", "--progress", "plain", "-t", "l:1", _folder.Path);
        Assert.Contains(">>> RUN false", said, StringComparison.Ordinal);
        // Which of buildx's two halves tells the error is a race within it; only one of them says "failed to solve".
        Assert.Matches("ERROR: failed to .*process \"/bin/sh -c false\" did not complete successfully: exit code: 1", said);
    }

    [BuildxFact]
    public async Task Linked_targets_pass_graphs_on_and_many_go_at_once()
    {
        Definition? passed = null;
        _host.Builder.Frontend = (_, _, request, _) =>
        {
            passed = request.Inputs.Values.FirstOrDefault() ?? passed;
            return Task.FromResult(new SolveResult { Ref = new FakeRef(Graph()) });
        };
        var bake = new StringBuilder("group \"default\" { targets = [\"b\"");
        for (int i = 0; i < 60; i++)
        {
            bake.Append(System.Globalization.CultureInfo.InvariantCulture, $", \"t{i}\"");
        }

        bake.Append("] }\ntarget \"a\" { }\ntarget \"b\" { contexts = { base = \"target:a\" } }\n");
        for (int i = 0; i < 60; i++)
        {
            bake.Append(System.Globalization.CultureInfo.InvariantCulture, $"target \"t{i}\" {{ tags = [\"t{i}:1\"] }}\n");
        }

        await File.WriteAllTextAsync(_folder["docker-bake.hcl"], bake.ToString());
        await RunAsync(0, "bake", "--progress", "plain", "-f", _folder["docker-bake.hcl"]);
        Assert.Equal(Graph().Def, passed!.Def);
    }

    [BuildxFact]
    public async Task The_builder_and_its_cache_are_shown()
    {
        _host.Builder.Records.Add(new CacheRecord("record1", "regular") { Size = 12_345, CreatedAt = DateTimeOffset.UtcNow, LastUsedAt = DateTimeOffset.UtcNow, Description = "a step" });
        Assert.Contains("v1.2.3", await RunAsync(0, "inspect"), StringComparison.Ordinal);
        Assert.Contains("record1", await RunAsync(0, "du"), StringComparison.Ordinal);
        Assert.Contains("12.3", await RunAsync(0, "prune", "-f"), StringComparison.Ordinal);
        Assert.Contains("default", await RunAsync(0, "ls"), StringComparison.Ordinal);
    }

    [BuildxFact]
    public async Task A_client_that_is_killed_or_interrupted_stops_its_build()
    {
        var begun = new SemaphoreSlim(0);
        _host.Builder.Frontend = async (_, _, _, cancellation) =>
        {
            begun.Release();
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new UnreachableException();
        };
        foreach (string signal in (string[])["-KILL", "-INT"])
        {
            using Process client = Start("build", "--progress", "plain", _folder.Path);
            Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(60)));
            using Process kill = Process.Start("kill", [signal, client.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
            await _host.Builder.All.Last(j => !j.Options.IsInternal).Over.WaitAsync(TimeSpan.FromSeconds(30));
            await client.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private static Definition Graph()
    {
        // Clients read graphs before they pass them on: an operation, and an end that refers to it by its digest.
        ByteString source = new Op { Source = new SourceOp { Identifier = "local://x" }, Platform = new Platform { Architecture = "amd64", OS = "linux" }, Constraints = new WorkerConstraints() }.ToByteString();
        string digest = Oci.Images.Digest.Of(source.Span).ToString();
        ByteString end = new Op { Inputs = { new Input { Digest = digest } } }.ToByteString();
        return new Definition { Def = { source, end }, Metadata = { [digest] = new OpMetadata(), [Oci.Images.Digest.Of(end.Span).ToString()] = new OpMetadata() } };
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(BuildxFactAttribute.Program!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOCKER_HOST"] = "unix://" + _host.SocketPath;
        start.Environment["HOME"] = _home.Path;
        start.Environment["TOKEN"] = "s3cret";
        return Process.Start(start)!;
    }

    private async Task<string> RunAsync(int code, params string[] arguments)
    {
        using Process client = Start(arguments);
        Task<string> output = client.StandardOutput.ReadToEndAsync(), errors = client.StandardError.ReadToEndAsync();
        try
        {
            await client.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(25));
        }
        catch (TimeoutException)
        {
            // Go's programs say then what they wait for.
            using (Process.Start("kill", ["-QUIT", client.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            {
                await client.WaitForExitAsync();
            }

            Assert.Fail($"{_host.Builder.All.Count} builds " + await errors + string.Join(", ", _host.Builder.All.Where(j => !j.Over.IsCompleted).Select(j => $"{j.Id} {j.Options.IsInternal} {j.WasStopped}")));
        }

        string said = await output + await errors;
        Assert.True(client.ExitCode == code, said);
        return said;
    }
}
