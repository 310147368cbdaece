using System.Net;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Bake files of an address, by <c>quai bake</c> and by Docker's client of builds.</summary>
public sealed class RemoteBakeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime, IDisposable
{
    private const string Definition = """
        variable "WHERE" {
          default = BAKE_CMD_CONTEXT
        }
        target "default" {
          dockerfile-inline = "FROM scratch\nCOPY a /a\n"
          args = { WHERE = WHERE }
        }
        target "within" {
          context = "./sub/"
          contexts = { whole = "." }
        }
        target "plain" {
          context = "sub"
          dockerfile = "Plain"
        }
        target "outside" {
          context = "/../../sub"
          dockerfile = "Plain"
        }
        target "here" {
          context = "cwd://mine"
          dockerfile-inline = "FROM scratch\nCOPY own /own\n"
        }
        target "strange" {
          context = "cwd://mine"
          dockerfile = "Plain"
        }
        target "beyond" {
          dockerfile = "cwd://../x"
        }
        """;

    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
    private readonly HttpListener _listener = new();
    private readonly string _served = engine.Scratch(engine.Name("served")), _here = engine.Scratch(engine.Name("here"));
    private string _address = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        string work = Path.Combine(_served, "work");
        Directory.CreateDirectory(Path.Combine(work, "sub"));
        await File.WriteAllTextAsync(Path.Combine(work, "docker-bake.hcl"), Definition);
        await File.WriteAllTextAsync(Path.Combine(work, "a"), "of the top");
        await File.WriteAllTextAsync(Path.Combine(work, "sub/b"), "from within");
        await File.WriteAllTextAsync(Path.Combine(work, "sub/Dockerfile"), "FROM scratch\nCOPY b /b\nCOPY --from=whole a /a\n");
        await File.WriteAllTextAsync(Path.Combine(work, "sub/Plain"), "FROM scratch\nCOPY b /b\n");
        await File.WriteAllTextAsync(Path.Combine(work, "sub/other.hcl"), "target \"other\" {\n  dockerfile-inline = \"FROM scratch\\nCOPY a /a\\n\"\n}\n");
        Directory.CreateDirectory(Path.Combine(_here, "mine"));
        await File.WriteAllTextAsync(Path.Combine(_here, "mine/own"), "of this machine");
        await File.WriteAllTextAsync(Path.Combine(_here, "mine/Plain"), "FROM scratch\n");
        await File.WriteAllTextAsync(Path.Combine(_here, "local.hcl"), "target \"default\" {\n  args = { WHERE = \"here\" }\n}\n");
        (await RunningCommand.ShellAsync($"""
            set -e; cd {work}; git init -q -b main; git add -A; git -c user.name=x -c user.email=x@x commit -q -m one; cd ..
            git clone -q --bare work whole.git; git -C whole.git update-server-info; tar -C work --exclude .git -czf all.tgz .
            """)).ToString();
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _address = $"http://{probe.LocalEndpoint}";
        }

        _listener.Prefixes.Add(_address + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_listener).Dispose();

    [QuaidFact]
    public async Task What_is_printed_is_what_buildx_prints()
    {
        BuildFolder folder = new(engine);
        string buildx = Path.Combine(TestEnvironment.PeersDirectory, "sid/usr/libexec/docker/cli-plugins/docker-buildx");
        foreach (string options in (string[])
        [
            $"{_address}/whole.git#main", $"{_address}/whole.git#main within plain outside here", $"{_address}/whole.git#main {_address}/elsewhere.git default", $"-f sub/other.hcl {_address}/whole.git other",
            $"-f docker-bake.hcl -f cwd://local.hcl {_address}/whole.git", $"{_address}/work/docker-bake.hcl default within", $"-f none.hcl {_address}/whole.git", $"--list targets {_address}/whole.git",
        ])
        {
            CommandResult theirs = await folder.Client.ShellAsync($"cd {_here} && {buildx} bake --progress plain --print {options}"), ours = await _quai.ShellAsync($"cd {_here} && {Program} bake --progress plain --print {options}");
            Assert.Equal((theirs.ExitCode, theirs.Stdout), (ours.ExitCode, ours.Stdout));
            Assert.Equal(Last(theirs.Stderr), Last(ours.Stderr));
        }

        static string Last(string text) => text.Split('\n').LastOrDefault(l => l.StartsWith("ERROR", StringComparison.Ordinal)) ?? "";
    }

    [QuaidTheory]
    [InlineData("whole.git#main", "default", "a=of the top")]
    [InlineData("whole.git#main", "within", "a=of the top b=from within")]
    [InlineData("whole.git#main", "plain", "b=from within")]
    [InlineData("whole.git#main", "outside", "b=from within")]
    [InlineData("whole.git#main", "here", "own=of this machine")]
    [InlineData("all.tgz", "default", "a=of the top")]
    [InlineData("all.tgz", "plain", "b=from within")]
    [InlineData("all.tgz", "here", "own=of this machine")]
    public async Task Contexts_are_where_the_definition_is(string source, string target, string files)
    {
        string output = $"{_here}/out-{target}";
        CommandResult built = await _quai.ShellAsync($"cd {_here} && {Program} bake --set '*.output=type=local,dest={output}' {_address}/{source} {target}");
        built.Succeeded();
        Assert.Equal(files, string.Join(' ', Directory.GetFiles(output).Order().Select(f => $"{Path.GetFileName(f)}={File.ReadAllText(f)}")));
    }

    [QuaidFact]
    public async Task What_cannot_be_is_told()
    {
        await IsToldAsync($"{_address}/none.tgz", "invalid response status 404");
        await IsToldAsync($"{_address}/all.tgz within", "ERROR: the further context . is a folder of an archive: builders take only the main context out of one");
        await IsToldAsync($"{_address}/whole.git strange", "ERROR: reading a dockerfile for a remote build invocation is currently not supported");
        await IsToldAsync($"{_address}/whole.git beyond", "ERROR: additional privileges requested");
    }

    private static string Program => Path.Combine(TestEnvironment.BinDirectory, "quai");

    private async Task IsToldAsync(string options, string text)
    {
        CommandResult result = await _quai.ShellAsync($"cd {_here} && {Program} bake {options}");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(text, result.Stderr, StringComparison.Ordinal);
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                string path = Path.Combine(_served, context.Request.Url!.AbsolutePath.TrimStart('/'));
                bool exists = File.Exists(path);
                context.Response.StatusCode = exists ? 200 : 404;
                context.Response.Close(exists && context.Request.HttpMethod == "GET" ? await File.ReadAllBytesAsync(path) : [], willBlock: false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
