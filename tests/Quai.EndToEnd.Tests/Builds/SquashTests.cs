namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Images that are their base and one layer.</summary>
public sealed class SquashTests : IAsyncLifetime
{
    private const string Steps = """
        FROM BASE AS first
        RUN mkdir -p /a/b /gone && echo 1 > /a/b/one && echo 2 > /a/two && echo x > /gone/f
        FROM first
        RUN rm -rf /gone /a/two /bin/nc && echo 3 > /a/three && chmod 700 /a/b
        RUN rm -rf /a/b && echo file > /a/b && ln -s three /a/link && chmod 600 /a/three
        ENV X=1
        """;

    private readonly QuaidInstance _engine = new();
    private DockerClient Quai => new(_engine.Host, Path.Combine(_engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_engine.Root);
        await File.WriteAllTextAsync($"{_engine.Root}/daemon.json", """{"experimental": true}""");
        await _engine.InitializeAsync();
    }

    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task The_files_are_the_same_in_one_layer_upon_the_base()
    {
        BuildFolder folder = new BuildFolder(_engine).Dockerfile(Steps);
        await folder.BuildAsync("-t whole");
        CommandResult squashed = await Quai.RunAsync($"build --squash -t squashed {folder.Folder}");
        squashed.Succeeded();
        Assert.Equal(await FilesAsync("whole"), await FilesAsync("squashed"));
        string[] layers = (await LayersAsync("squashed")).Split(' ');
        Assert.Equal(2, layers.Length);
        Assert.Equal((await LayersAsync("whole")).Split(' ')[0], layers[0]);
        Assert.Equal("1", await _engine.Docker.OkAsync("run --rm squashed sh -c 'echo $X'"));
        Assert.StartsWith("merge of 3 layers", await _engine.Docker.OkAsync("history --format '{{.Comment}}' squashed"), StringComparison.Ordinal);

        // Whoever asks for it, and how: the image is the same.
        string id = await IdAsync("squashed");
        (await _engine.Docker.RunAsync($"build --squash -t classic {folder.Folder}")).Succeeded();
        Assert.Equal(id, await IdAsync("classic"));
        await folder.RunAsync("-o type=image,name=exported,squash=true");
        Assert.Equal(id, await IdAsync("exported"));
    }

    [QuaidFact]
    public async Task What_cannot_be_squashed_is_refused()
    {
        BuildFolder folder = new BuildFolder(_engine).Dockerfile(Steps);
        (await Quai.RunAsync($"build --squash -o {_engine.Scratch("out")} {folder.Folder}")).ExpectFailure(1, "--squash makes one layer of an image's, and local is none");
        (await Quai.RunAsync($"build --squash --cache-to type=inline -t no {folder.Folder}")).ExpectFailure(1, "an image with its cache in it cannot be squashed");
    }

    private async Task<string> FilesAsync(string image) => await _engine.Docker.OkAsync($"run --rm {image} sh -c 'ls -d /gone; find /a /bin | sort | busybox xargs busybox stat -c \"%n %A %u %g %s %Y\"; cat /a/b /a/link'");

    private Task<string> LayersAsync(string image) => _engine.Docker.OkAsync($"image inspect -f '{{{{join .RootFS.Layers \" \"}}}}' {image}");

    private Task<string> IdAsync(string image) => _engine.Docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {image}");
}
