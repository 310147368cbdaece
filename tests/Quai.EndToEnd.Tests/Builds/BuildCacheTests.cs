namespace Quai.EndToEnd.Tests.Builds;

/// <summary>When a step's result is taken from the cache, and when not.</summary>
public sealed class BuildCacheTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Copied = """
        FROM BASE
        COPY a /a
        RUN cat /proc/sys/kernel/random/uuid > /when
        COPY b /b
        RUN cat /a /b > /both
        """;

    [Fact]
    public async Task The_same_again_is_the_same_image()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        (string second, string output) = await folder.BuildAsync();
        Assert.Equal(first, second);
        Assert.Equal(5, output.Split('\n').Count(l => l.EndsWith(" CACHED", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_change_is_felt_from_where_it_is()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        folder.Write("b", "3").Write("other", "that nobody copies");
        (string second, _) = await folder.BuildAsync();
        Assert.Equal(await folder.InAsync(first, "cat /when"), await folder.InAsync(second, "cat /when"));
        Assert.Equal("13", await folder.InAsync(second, "cat /both"));
        folder.Write("a", "4");
        (string third, _) = await folder.BuildAsync();
        Assert.NotEqual(await folder.InAsync(first, "cat /when"), await folder.InAsync(third, "cat /when"));
        folder.Write("a", "1").Write("b", "2");
        (string again, _) = await folder.BuildAsync();
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task Times_do_not_count_and_modes_do()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "a"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        (string touched, _) = await folder.BuildAsync();
        Assert.Equal(first, touched);
        File.SetUnixFileMode(Path.Combine(folder.Folder, "a"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (string changed, _) = await folder.BuildAsync();
        Assert.Equal("500", await folder.InAsync(changed, "stat -c %a /a"));
    }

    [Fact]
    public async Task What_is_copied_from_a_stage_counts_by_its_content()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("""
            FROM BASE AS made
            COPY a /a
            RUN echo always > /out
            FROM BASE
            COPY --from=made /out /out
            RUN cat /proc/sys/kernel/random/uuid > /when
            """);
        (string first, _) = await folder.BuildAsync();
        folder.Write("a", "2");
        (string second, _) = await folder.BuildAsync();
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Without_the_cache_all_is_made_anew_and_kept()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        (string anew, _) = await folder.BuildAsync("--no-cache");
        string when = await folder.InAsync(anew, "cat /when");
        Assert.NotEqual(await folder.InAsync(first, "cat /when"), when);
        (string after, _) = await folder.BuildAsync();
        Assert.Equal(anew, after);
    }

    [Fact]
    public async Task The_cache_is_told_and_emptied()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        Assert.Contains("Reclaimable:", await folder.Client.OkAsync("buildx du"), StringComparison.Ordinal);
        await folder.Client.OkAsync("buildx prune -af");
        Assert.DoesNotContain("build-", await folder.Client.OkAsync("buildx du"), StringComparison.Ordinal);
        Assert.Equal("12", await folder.InAsync(first, "cat /both"));
        (string second, _) = await folder.BuildAsync();
        Assert.NotEqual(await folder.InAsync(first, "cat /when"), await folder.InAsync(second, "cat /when"));
    }

    [QuaidFact]
    public async Task The_cache_outlives_the_daemon()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Copied);
        (string first, _) = await folder.BuildAsync();
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        (string second, _) = await folder.BuildAsync();
        Assert.Equal(first, second);
    }
}
