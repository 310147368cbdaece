namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Builds by clients without buildx: the context comes as an archive.</summary>
public sealed class ClassicBuildTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Fact]
    public async Task An_image_is_built_and_named()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "from the archive").Write(".dockerignore", "no*\n").Write("not", "").Dockerfile("""
            FROM BASE
            ARG V
            COPY . /c/
            RUN echo $V > /v && ls /c > /list
            """);
        string name = engine.Name("classic");
        CommandResult result = await engine.Docker.RunAsync($"build -t {name} --build-arg V=7 --label x=y {folder.Folder}");
        Assert.Contains($"Successfully tagged {name}:latest", result.Succeeded(), StringComparison.Ordinal);
        Assert.Equal("from the archive", await engine.Docker.OkAsync($"run --rm {name} cat /c/a"));
        Assert.Equal("7\n.dockerignore\nDockerfile\na", (await engine.Docker.OkAsync($"run --rm {name} sh -c 'cat /v; ls -A /c'")));
        Assert.Equal("y", await engine.Docker.OkAsync($"image inspect -f '{{{{.Config.Labels.x}}}}' {name}"));
        await engine.Docker.RunAsync($"rmi -f {name}");
    }

    [Fact]
    public async Task A_step_that_fails_fails_the_build()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo told; exit 3\n");
        CommandResult result = await engine.Docker.RunAsync($"build {folder.Folder}");
        result.ExpectFailure(3, "The command '/bin/sh -c echo told; exit 3' returned a non-zero code: 3");
        Assert.Contains("told", result.Stdout, StringComparison.Ordinal);
    }
}
