namespace Quai.EndToEnd.Tests.Builds;

/// <summary><c>quai build --explain</c>: why steps run.</summary>
public sealed class ExplainTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task What_changed_since_a_step_ran_is_told()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "1").Write("src/f", "1").Dockerfile("""
            FROM BASE
            COPY src /src
            ARG V=1
            RUN cat /src/f > /out
            RUN --mount=type=bind,target=/m,source=a.txt cat /m
            """);
        Assert.Contains("COPY src /src: it has not been built here before", await ExplainAsync(folder), StringComparison.Ordinal);
        Assert.DoesNotContain("Why steps ran", await ExplainAsync(folder), StringComparison.Ordinal);

        folder.Write("a.txt", "2").Write("not-used", "2");
        string files = await ExplainAsync(folder);
        Assert.Contains(": a.txt changed\n", files, StringComparison.Ordinal);
        Assert.DoesNotContain("COPY", files, StringComparison.Ordinal);

        Assert.Contains("RUN cat /src/f > /out: the variable V changed", await ExplainAsync(folder, "--build-arg V=2"), StringComparison.Ordinal);
        folder.Write("src/g", "2");
        Assert.Contains("COPY src /src: src/g changed", await ExplainAsync(folder, "--build-arg V=2"), StringComparison.Ordinal);
        Assert.Contains("COPY src /src: the cache is not to be used for it", await ExplainAsync(folder, "--no-cache"), StringComparison.Ordinal);
        await folder.Client.OkAsync("buildx prune -af");
        Assert.Contains("COPY src /src: its result is no longer in the cache", await ExplainAsync(folder), StringComparison.Ordinal);
    }

    private async Task<string> ExplainAsync(BuildFolder folder, string options = "")
    {
        CommandResult result = await _quai.RunAsync($"build --explain --progress plain {options} {folder.Folder}");
        result.Succeeded();
        int begin = result.Stderr.IndexOf("Why steps ran:", StringComparison.Ordinal);
        return begin < 0 ? "" : result.Stderr[begin..];
    }
}
