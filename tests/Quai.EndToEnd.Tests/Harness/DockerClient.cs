namespace Quai.EndToEnd.Tests.Harness;

/// <summary>The real <c>docker</c> client, pointed at one engine and with no configuration of the user's.</summary>
public sealed class DockerClient
{
    private readonly Dictionary<string, string> _environment;

    private readonly string _program;

    /// <summary>A client of the engine at <paramref name="host"/> (<c>unix:///…</c>) with its configuration in <paramref name="configuration"/>.</summary>
    /// <param name="host">The engine.</param>
    /// <param name="configuration">The folder of its settings.</param>
    /// <param name="program">Another client, such as <c>quai</c>.</param>
    /// <param name="path">Folders to look for programs in before the usual ones.</param>
    public DockerClient(string host, string configuration, string program = "docker", string? path = null)
    {
        _program = program;
        Directory.CreateDirectory(configuration);
        _environment = new Dictionary<string, string>
        {
            ["DOCKER_HOST"] = host,
            ["DOCKER_CONFIG"] = configuration,
            ["DOCKER_CLI_HINTS"] = "false",
            ["DOCKER_CONTEXT"] = "",
            ["HTTP_PROXY"] = "",
            ["HTTPS_PROXY"] = "",
            ["http_proxy"] = "",
            ["https_proxy"] = "",
        };
        if (path is not null)
        {
            _environment["PATH"] = path + ":" + Environment.GetEnvironmentVariable("PATH");
        }
    }

    private DockerClient(DockerClient other, string name, string value)
    {
        _program = other._program;
        _environment = new Dictionary<string, string>(other._environment) { [name] = value };
    }

    /// <summary>The same client with another variable.</summary>
    public DockerClient With(string name, string value) => new(this, name, value);

    /// <summary>Runs <c>docker LINE</c> to its end.</summary>
    public Task<CommandResult> RunAsync(string line, ReadOnlyMemory<byte> stdin = default, TimeSpan? timeout = null) =>
        RunningCommand.RunAsync(_program, CommandLine.Split(line), stdin, _environment, timeout);

    /// <summary>Runs <c>docker LINE</c> and asserts success; gives the trimmed output.</summary>
    public async Task<string> OkAsync(string line) => (await RunAsync(line)).Succeeded();

    /// <summary>Starts <c>docker LINE</c> and leaves it running.</summary>
    public RunningCommand Start(string line) => RunningCommand.Start(_program, CommandLine.Split(line), _environment);

    /// <summary>Starts <c>docker LINE</c> at a terminal.</summary>
    public Terminal StartAtTerminal(string line, ushort rows = 24, ushort columns = 80) =>
        Terminal.Start(_program, CommandLine.Split(line), _environment, rows, columns);

    /// <summary>Runs a script in <c>sh</c> in which <c>docker</c> is this client: for pipelines.</summary>
    public Task<CommandResult> ShellAsync(string script, TimeSpan? timeout = null) =>
        RunningCommand.RunAsync("/bin/sh", ["-c", script], default, _environment, timeout);

    /// <summary>A field of a container (<c>inspect -f</c>).</summary>
    public Task<string> InspectAsync(string container, string format) => OkAsync($"inspect --type container -f '{format}' {container}");
}
