namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Caches in folders of the client, which <c>quai build</c> and Docker's client of builds read of one another.</summary>
public sealed class FolderCacheTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Stages = """
        FROM BASE AS made
        COPY a /a
        RUN cat /proc/sys/kernel/random/uuid > /made
        FROM BASE
        COPY --from=made /made /made
        RUN cat /proc/sys/kernel/random/uuid > /when
        """;

    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidTheory]
    [InlineData(true, true, "latest")]
    [InlineData(true, false, "latest")]
    [InlineData(false, true, "latest")]
    [InlineData(true, true, "other")]
    public async Task What_one_writes_the_other_reads(bool quaiWrites, bool quaiReads, string tag)
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile(Stages);
        string cache = engine.Scratch(engine.Name("cache")), name = engine.Name("cached");
        DockerClient writer = quaiWrites ? _quai : folder.Client, reader = quaiReads ? _quai : folder.Client;
        await writer.OkAsync($"buildx build --progress plain -t {name} --cache-to type=local,dest={cache},mode=max,tag={tag} {folder.Folder}");
        string when = await folder.InAsync(name, "cat /made /when");
        Assert.Equal(["blobs", "index.json", "ingest", "oci-layout"], Directory.GetFileSystemEntries(cache).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFileSystemEntries($"{cache}/ingest"));
        await folder.Client.OkAsync($"rmi -f {name}");
        await folder.Client.OkAsync("buildx prune -af");
        CommandResult second = await reader.RunAsync($"buildx build --progress plain -t {name} --cache-from type=local,src={cache},tag={tag} {folder.Folder}");
        second.Succeeded();
        Assert.Equal(when, await folder.InAsync(name, "cat /made /when"));
    }

    [QuaidFact]
    public async Task What_cannot_be_read_is_told_and_what_is_cut_off_is_no_cache()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile(Stages);
        string none = engine.Scratch(engine.Name("none")), file = $"{folder.Folder}/a";
        CommandResult built = await _quai.RunAsync($"build --cache-from type=local,src={none} {folder.Folder}");
        built.Succeeded();
        Assert.Contains($"WARNING: local cache import at {none} not found due to err: could not read {none}/index.json: open {none}/index.json: no such file or directory\n", built.Stderr, StringComparison.Ordinal);
        CommandResult refused = await _quai.RunAsync($"build --cache-to type=local,dest={file} {folder.Folder}");
        Assert.Equal((1, $"ERROR: failed to build: mkdir {file}: not a directory\n"), (refused.ExitCode, refused.Stderr));

        // A build that fails writes none.
        await File.WriteAllTextAsync($"{folder.Folder}/Dockerfile", $"FROM {BusyboxImage.Name}\nRUN exit 3\n");
        Assert.Equal(1, (await _quai.RunAsync($"build --cache-to type=local,dest={none} {folder.Folder}")).ExitCode);
        Assert.False(File.Exists($"{none}/index.json"));
    }
}
