using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Frontends that are images: one that reads small YAML files, as somebody would write it, asked for by <c># syntax=</c>.</summary>
public sealed class FrontendImageTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Name = "yaml-frontend:test";

    private const string Recipe = $"""
        # syntax={Name}
        from: {BusyboxImage.Name}
        env:
          GREETING: hello
        files:
          /hello: it is YAML
          /etc/other: another file
        run:
          - wc -c < /hello > /size
        """;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if ((await engine.Docker.RunAsync($"image inspect {Name}")).ExitCode == 0)
        {
            return;
        }

        // The program with the runtime that runs the tests, and the C library's part of it.
        string root = engine.Scratch("yaml-frontend"), framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!, dotnet = Path.GetFullPath(Path.Combine(framework, "../../.."));
        string version = Path.GetFileName(framework);
        string script = $"""
            set -e
            cd {root}
            mkdir -p dotnet/shared/Microsoft.NETCore.App dotnet/host app tmp
            cp {dotnet}/dotnet dotnet/
            cp -r {dotnet}/host/fxr dotnet/host/
            cp -r {framework} dotnet/shared/Microsoft.NETCore.App/{version}
            cp -r {AppContext.BaseDirectory}frontends/yaml/. app/
            ssl=$(ldconfig -p | sed -n 's/.*libssl.so.3 .*=> //p' | head -n 1)
            for library in $ssl $(ldd {dotnet}/dotnet {framework}/*.so $ssl 2>/dev/null | grep -o ' */[^ ]*' | grep -v '^ *{dotnet}' | grep -v ':$' | sort -u); do
                mkdir -p .$(dirname $library)
                cp -L $library .$library
            done
            tar -cf image.tar dotnet app tmp $(ls -d lib* usr 2>/dev/null)
            """;
        (await RunningCommand.RunAsync("sh", ["-c", script])).Succeeded();
        await engine.Docker.OkAsync(
            $"import --change 'ENTRYPOINT [\"/dotnet/dotnet\",\"/app/yaml-frontend.dll\"]' --change 'ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1' --change 'ENV DOTNET_EnableDiagnostics=0' {root}/image.tar {Name}");
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_image_reads_its_own_language()
    {
        (string id, string output) = await new BuildFolder(engine).Write("Dockerfile", Recipe).BuildAsync("--build-arg PROBE=/hello");
        Assert.Contains($"resolve image config for docker-image://docker.io/library/{Name}", output, StringComparison.Ordinal);
        var folder = new BuildFolder(engine);
        Assert.Equal("it is YAML\nanother file\n11", await folder.InAsync(id, "cat /hello /etc/other /size"));
        Assert.Contains("GREETING=hello", await folder.InAsync(id, "env"), StringComparison.Ordinal);
        (_, string again) = await new BuildFolder(engine).Write("Dockerfile", Recipe).BuildAsync();
        Assert.Contains("CACHED", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_may_ask_for_it_whatever_the_file_says()
    {
        (string id, _) = await new BuildFolder(engine).Write("Dockerfile", Recipe.Replace($"# syntax={Name}", "# syntax=nobody/has-this", StringComparison.Ordinal)).BuildAsync($"--build-arg BUILDKIT_SYNTAX={Name}");
        Assert.Equal("it is YAML", await new BuildFolder(engine).InAsync(id, "cat /hello"));
    }

    [Fact]
    public async Task What_it_finds_wrong_is_said_in_its_words()
    {
        CommandResult result = await new BuildFolder(engine).Write("Dockerfile", Recipe + "\nsauce: hot\n").RunAsync();
        result.ExpectFailure(1, "line 10: unknown key sauce: hot");
    }

    [QuaidFact]
    public async Task What_it_attests_goes_along_with_the_result()
    {
        string recipe = Recipe.Replace("  /hello: it is YAML", "  /hello: it is YAML\n  /note.json: {\"by\": \"a frontend\"}", StringComparison.Ordinal), files = engine.Scratch(engine.Name("attested"));
        var folder = new BuildFolder(engine);
        folder.Write("Dockerfile", recipe);
        (await folder.RunAsync($"--build-arg ATTEST=/note.json -o type=local,dest={files},attestation-prefix=its-")).Succeeded();
        JsonNode statement = JsonNode.Parse(await File.ReadAllTextAsync($"{files}/its-note.json"))!;
        Assert.Equal(("https://example.com/notes/v1", "a frontend"), ((string?)statement["predicateType"], (string?)statement["predicate"]!["by"]));
        string?[] subjects = [.. statement["subject"]!.AsArray().Select(s => (string?)s!["name"])];
        Assert.Contains("hello", subjects);
        Assert.Contains("recipe", subjects);
        (await folder.RunAsync($"--build-arg ATTEST=/nothing.json -o {files}")).ExpectFailure(1, "the frontend attests https://example.com/notes/v1 by nothing.json, which is not there");
        (await folder.RunAsync($"--build-arg ATTEST=/hello -o {files}")).ExpectFailure(1, "the frontend attests https://example.com/notes/v1 by hello, which is no JSON of a statement");

        string image = $"{engine.Name("attested")}:1", archive = Path.Combine(engine.Scratch("archives"), "attested.tar");
        (await folder.RunAsync($"--build-arg ATTEST=/note.json -t {image} -o type=oci,dest={archive}")).Succeeded();
        Assert.Contains("notes/v1", (await RunningCommand.RunAsync("sh", ["-c", $"tar -xOf {archive} --wildcards 'blobs/sha256/*' | grep -a -o notes/v1"])).Stdout, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task One_that_crashes_is_told_with_its_last_words()
    {
        CommandResult result = await new BuildFolder(engine).Write("Dockerfile", Recipe).RunAsync("--build-arg CRASH=1");
        result.ExpectFailure(1, $"frontend {Name} ended without a result (exit code: 3): the recipe is too hot");
    }

    [QuaidFact]
    public async Task One_that_answers_nonsense_ends_its_build_and_nothing_else()
    {
        CommandResult result = await new BuildFolder(engine).Write("Dockerfile", Recipe).RunAsync("--build-arg NONSENSE=1");
        result.ExpectFailure(1, $"frontend {Name} ended without a result (exit code: 0)");
        await new BuildFolder(engine).Write("Dockerfile", Recipe).BuildAsync();
    }

    [Fact]
    public async Task It_reaches_nothing_of_the_daemon_but_its_own_build()
    {
        CommandResult result = await new BuildFolder(engine).Write("Dockerfile", Recipe).RunAsync("--build-arg ESCAPE=1");
        result.ExpectFailure(1, "the control service is unimplemented");
    }

    [Fact]
    public async Task One_that_is_not_there_is_named()
    {
        CommandResult result = await new BuildFolder(engine).Write("Dockerfile", Recipe.Replace(Name, "127.0.0.1:1/nobody/has-this", StringComparison.Ordinal)).RunAsync();
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("127.0.0.1:1/nobody/has-this", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:1", result.Stderr, StringComparison.Ordinal);
    }
}
