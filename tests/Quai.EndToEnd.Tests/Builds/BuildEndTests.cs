namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Builds that are cut off leave nothing, and the next goes on.</summary>
public sealed class BuildEndTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Slow = """
        FROM BASE
        RUN echo first > /first
        RUN echo begun && sleep 1234
        """;

    [Fact]
    public async Task A_client_that_goes_ends_its_build()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Slow);
        await using (RunningCommand build = folder.Client.Start($"buildx build --progress plain {folder.Folder}"))
        {
            await Eventually.HoldsAsync(() => build.Stderr.Contains(" begun", StringComparison.Ordinal) ? null : "the step has not begun");
        }

        await Eventually.HoldsAsync(() => Sleeping() ? "the step's program runs on" : null);
        folder.Dockerfile(Slow.Replace("sleep 1234", "true", StringComparison.Ordinal));
        (_, string output) = await folder.BuildAsync();
        Assert.Contains(" CACHED", output, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_daemon_that_is_killed_leaves_nothing_once_it_is_back()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Slow);
        await using (RunningCommand build = folder.Client.Start($"buildx build --progress plain {folder.Folder}"))
        {
            await Eventually.HoldsAsync(() => build.Stderr.Contains(" begun", StringComparison.Ordinal) ? null : "the step has not begun");
            await engine.KillDaemonAsync();

            // Not only once the daemon is back: its programs end with it.
            await Eventually.HoldsAsync(() => Sleeping() ? "the step's program runs on" : null);
            await engine.StartDaemonAsync();
        }

        Assert.Empty(Directory.GetDirectories(Path.Combine(engine.Root, "exec", "containers")));
        Assert.Equal("", await WritableAsync());
        folder.Dockerfile(Slow.Replace("sleep 1234", "true", StringComparison.Ordinal));
        (string id, string output) = await folder.BuildAsync();
        Assert.Contains(" CACHED", output, StringComparison.Ordinal);
        Assert.Equal("first", await folder.InAsync(id, "cat /first"));
    }

    [QuaidFact]
    public async Task Equal_steps_of_two_builds_run_once()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("""
            FROM BASE
            RUN --mount=type=cache,id=marks,target=/marks echo x >> /marks/ran && sleep 1
            """), other = new BuildFolder(engine).Dockerfile(await File.ReadAllTextAsync(Path.Combine(folder.Folder, "Dockerfile")));
        await Task.WhenAll(folder.BuildAsync(), other.BuildAsync());
        (string id, _) = await new BuildFolder(engine).Dockerfile("""
            FROM BASE
            RUN --mount=type=cache,id=marks,target=/marks wc -l < /marks/ran > /count
            """).BuildAsync();
        Assert.Equal("1", await folder.InAsync(id, "cat /count"));
    }

    [Fact]
    public async Task Stages_run_at_the_same_time()
    {
        string stages = string.Concat(Enumerable.Range(1, 8).Select(i => $"FROM BASE AS s{i}\nRUN sleep 2 && echo {i} > /out\n"));
        string copies = string.Concat(Enumerable.Range(1, 8).Select(i => $"COPY --from=s{i} /out /out{i}\n"));
        BuildFolder folder = new BuildFolder(engine).Dockerfile(stages + "FROM BASE\n" + copies);
        long before = Environment.TickCount64;
        (string id, _) = await folder.BuildAsync();
        Assert.InRange(Environment.TickCount64 - before, 2000, 12_000 * TestEnvironment.Slowness);
        Assert.Equal("1\n2\n3\n4\n5\n6\n7\n8", await folder.InAsync(id, "sh -c 'cat /out?'"));
    }

    private static bool Sleeping() => Directory.GetDirectories("/proc").Any(d => int.TryParse(Path.GetFileName(d), out _) && LineOf(d) is "sleep\01234\0");

    private static string LineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Snapshots that somebody writes to.</summary>
    private async Task<string> WritableAsync() =>
        (await RunningCommand.RunAsync("find", [Path.Combine(engine.Root, "data", "images", "snapshots"), "-mindepth", "2", "-maxdepth", "2", "-name", "work"])).Succeeded();
}
