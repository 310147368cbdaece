namespace Quai.EndToEnd.Tests.Builds;

/// <summary>A context, and the real client with buildx that builds it.</summary>
public sealed class BuildFolder
{
    private readonly QuaidInstance _engine;

    /// <summary>Makes an empty context.</summary>
    /// <param name="engine">Where it is built.</param>
    /// <param name="suite">Of which of Debian's suites the client is, as <c>eng/peers</c> fetched it.</param>
    public BuildFolder(QuaidInstance engine, string suite = "sid")
    {
        _engine = engine;
        Folder = engine.Scratch(engine.Name("context"));
        string usr = Path.Combine(TestEnvironment.PeersDirectory, suite, "usr"), configuration = Path.Combine(engine.Root, $"docker-{suite}"), plugins = Path.Combine(configuration, "cli-plugins");
        Directory.CreateDirectory(plugins);
        foreach (string plugin in (ReadOnlySpan<string>)["docker-buildx", "docker-compose"])
        {
            string link = Path.Combine(plugins, plugin);
            if (!File.Exists(link))
            {
                File.CreateSymbolicLink(link, Path.Combine(usr, "libexec/docker/cli-plugins", plugin));
            }
        }

        Client = new DockerClient(engine.Host, configuration, Path.Combine(usr, "bin/docker"));
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The client.</summary>
    public DockerClient Client { get; }

    /// <summary>Writes a file of the context.</summary>
    public BuildFolder Write(string path, string text)
    {
        string full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    /// <summary>Writes the Dockerfile, in which <c>BASE</c> stands for an image with busybox.</summary>
    public BuildFolder Dockerfile(string text) => Write("Dockerfile", text.Replace("BASE", BusyboxImage.Name, StringComparison.Ordinal));

    /// <summary>Builds; the image is removed with the engine.</summary>
    /// <param name="options">Further options.</param>
    /// <param name="verb">The command that builds.</param>
    public Task<CommandResult> RunAsync(string options = "", string verb = "buildx build --progress plain") => Client.RunAsync($"{verb} {options} {Folder}");

    /// <summary>Builds an image, which must succeed.</summary>
    /// <returns>Its id, and what the client printed.</returns>
    public async Task<(string Id, string Output)> BuildAsync(string options = "", string verb = "buildx build --progress plain")
    {
        string file = Path.Combine(_engine.Scratch("ids"), _engine.Name("id"));
        CommandResult result = await RunAsync($"--iidfile {file} {options}", verb);
        result.Succeeded();
        return (await File.ReadAllTextAsync(file), result.Stdout + result.Stderr);
    }

    /// <summary>What a program prints in a container of an image.</summary>
    public Task<string> InAsync(string image, string command) => Client.OkAsync($"run --rm {image} {command}");
}
