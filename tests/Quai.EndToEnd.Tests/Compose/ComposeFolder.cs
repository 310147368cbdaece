namespace Quai.EndToEnd.Tests.Compose;

/// <summary>A project's folder, on which <c>quai compose</c> and Docker's compose work.</summary>
internal sealed class ComposeFolder : IAsyncDisposable
{
    /// <summary>What is put behind <c>command:</c> for a program that ends when it is asked to.</summary>
    public const string Sleeps = "sh -c \"trap 'exit 0' TERM INT; while :; do sleep 1 & wait; done\"";

    /// <summary>The program.</summary>
    public static readonly string Program = Path.Combine(TestEnvironment.BinDirectory, "quai");

    // What builds images, or starts a dozen programs, may take longer than one command of the engine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4) * TestEnvironment.Slowness;

    private readonly DockerClient _quai;
    private readonly string _options = "";

    /// <summary>A folder with one file, <c>compose.yaml</c>.</summary>
    public ComposeFolder(QuaidInstance engine, string file)
        : this(engine) => Write("compose.yaml", file);

    /// <summary>A copy of a folder; <paramref name="options"/> stand before each command, and the variables of <paramref name="environment"/>, which is told the project's name, are set.</summary>
    public ComposeFolder(QuaidInstance engine, string source, string options, Func<string, Dictionary<string, string>> environment)
        : this(engine)
    {
        _options = options;
        _quai = environment(Project).Aggregate(_quai, (client, variable) => client.With(variable.Key, variable.Value));
        foreach (string file in Directory.EnumerateFiles(source, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            string copy = Path.Combine(Folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private ComposeFolder(QuaidInstance engine)
    {
        Project = engine.Name("p").ToLowerInvariant();
        Folder = engine.Scratch(Project);
        _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Program);
    }

    /// <summary>Docker's compose, as <c>eng/peers</c> fetched it.</summary>
    public static string Plugin => Path.Combine(TestEnvironment.PeersDirectory, "sid/usr/libexec/docker/cli-plugins/docker-compose");

    /// <summary>The project's name.</summary>
    public string Project { get; }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The client.</summary>
    public DockerClient Client => _quai;

    /// <summary>Writes a file; <c>BASE</c> in it is the base image, <c>SLEEPS</c> a program that ends when it is asked to.</summary>
    public ComposeFolder Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(Folder, name), text.Replace("BASE", BusyboxImage.Name, StringComparison.Ordinal).Replace("SLEEPS", Sleeps, StringComparison.Ordinal));
        return this;
    }

    /// <summary>Runs <c>quai compose</c>.</summary>
    public Task<CommandResult> RunAsync(string line) => _quai.ShellAsync($"cd {Folder} && COMPOSE_PROJECT_NAME={Project} {Program} compose {_options} {line}", s_patience);

    /// <summary>Runs <c>quai compose</c>, which must succeed.</summary>
    public async Task<CommandResult> OkAsync(string line)
    {
        CommandResult result = await RunAsync(line);
        result.Succeeded();
        return result;
    }

    /// <summary>Runs Docker's compose, which must succeed.</summary>
    public async Task<CommandResult> PluginAsync(string line)
    {
        CommandResult result = await _quai.ShellAsync($"cd {Folder} && COMPOSE_PROJECT_NAME={Project} {Plugin} --progress plain {_options} {line}", s_patience);
        result.Succeeded();
        return result;
    }

    /// <summary>The ids of the project's containers, by name.</summary>
    public async Task<Dictionary<string, string>> ContainersAsync()
    {
        string text = await _quai.OkAsync($"ps -a --no-trunc --filter label=com.docker.compose.project={Project} --format {{{{.Names}}}}={{{{.ID}}}}");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')).ToDictionary(parts => parts[0][(Project.Length + 1)..], parts => parts[1]);
    }

    /// <summary>Fails if anything of the project is left.</summary>
    public async Task NothingIsLeftAsync()
    {
        foreach (string what in (string[])["ps -aq", "network ls -q", "volume ls -q"])
        {
            Assert.Equal("", await _quai.OkAsync($"{what} --filter label=com.docker.compose.project={Project}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down -v -t 0 --remove-orphans");
    }
}
