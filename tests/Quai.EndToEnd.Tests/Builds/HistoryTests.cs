using System.Text.Json;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>The history of builds, by buildx.</summary>
public sealed class HistoryTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Fact]
    public async Task A_build_is_told_of_later()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("""
            FROM BASE
            ARG NAME
            RUN echo hello $NAME
            """);
        await folder.BuildAsync("--build-arg NAME=you -t told:1");
        JsonElement record = await NewestAsync(folder);
        string id = record.GetProperty("ref").GetString()!.Split('/')[^1];
        Assert.Equal("Completed", record.GetProperty("status").GetString());

        using JsonDocument inspected = JsonDocument.Parse(await folder.Client.OkAsync($"buildx history inspect --format json {id}"));
        JsonElement root = inspected.RootElement;
        Assert.Equal("completed", root.GetProperty("Status").GetString());
        Assert.Equal("NAME", root.GetProperty("BuildArgs")[0].GetProperty("Name").GetString());
        Assert.Equal("you", root.GetProperty("BuildArgs")[0].GetProperty("Value").GetString());
        Assert.Equal(root.GetProperty("NumTotalSteps").GetInt32(), root.GetProperty("NumCompletedSteps").GetInt32());
        Assert.Contains("hello you", (await folder.Client.RunAsync($"buildx history logs --progress plain {id}")).Stderr, StringComparison.Ordinal);
        string bundle = Path.Combine(engine.Scratch("bundles"), "it.dockerbuild");
        await folder.Client.OkAsync($"buildx history export -o {bundle} {id}");
        Assert.Contains("index.json", (await RunningCommand.RunAsync("tar", ["-tzf", bundle])).Stdout, StringComparison.Ordinal);
        await folder.Client.OkAsync($"buildx history rm {id}");
        Assert.DoesNotContain(id, await folder.Client.OkAsync("buildx history ls"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await folder.Client.RunAsync($"buildx history inspect {id}")).ExitCode);
    }

    [Fact]
    public async Task A_failure_is_told_with_its_place()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("""
            FROM BASE
            RUN echo before && exit 7
            """);
        Assert.NotEqual(0, (await folder.RunAsync()).ExitCode);
        JsonElement record = await NewestAsync(folder);
        string id = record.GetProperty("ref").GetString()!.Split('/')[^1];
        string inspected = await folder.Client.OkAsync($"buildx history inspect {id}");
        Assert.Contains(">>> RUN echo before && exit 7", inspected, StringComparison.Ordinal);
        Assert.Contains("exit code: 7", inspected, StringComparison.Ordinal);
        Assert.Contains(id, await folder.Client.OkAsync("buildx history ls --filter status=error"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task It_outlives_the_daemon()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo kept");
        await folder.BuildAsync();
        string id = (await NewestAsync(folder)).GetProperty("ref").GetString()!.Split('/')[^1];
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Contains(id, await folder.Client.OkAsync("buildx history ls"), StringComparison.Ordinal);
        Assert.Contains("RUN echo kept", (await folder.Client.RunAsync($"buildx history logs --progress plain {id}")).Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_without_end_is_cut()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("""
            FROM BASE
            RUN yes 0123456789012345678901234567890123456789 | head -c 8000000
            RUN echo the end
            """);
        CommandResult result = await folder.RunAsync();
        result.Succeeded();
        Assert.Contains("[output clipped, log limit", result.Stderr, StringComparison.Ordinal);
        Assert.InRange(result.Stderr.Length, 1, 6_000_000);
    }

    private static async Task<JsonElement> NewestAsync(BuildFolder folder)
    {
        string first = (await folder.Client.OkAsync("buildx history ls --format json")).Split('\n')[0];
        using JsonDocument document = JsonDocument.Parse(first);
        return document.RootElement.Clone();
    }
}
