namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Images for several platforms, by stages that run on this machine's.</summary>
public sealed class PlatformTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Crossing = """
        FROM --platform=$BUILDPLATFORM BASE AS b
        ARG TARGETPLATFORM
        RUN echo $TARGETPLATFORM > /platform
        FROM scratch
        COPY --from=b /platform /platform
        CMD ["/program"]
        """;

    [QuaidFact]
    public async Task Two_platforms_have_one_name()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Crossing);
        await folder.BuildAsync("--platform linux/amd64,linux/arm64 -t two:1");
        Assert.Equal("arm64", await folder.Client.OkAsync("image inspect --platform linux/arm64 -f {{.Architecture}} two:1"));
        Assert.Equal("amd64", await folder.Client.OkAsync("image inspect --platform linux/amd64 -f {{.Architecture}} two:1"));
        string container = engine.Name();
        await folder.Client.OkAsync($"create --platform linux/arm64 --name {container} two:1");
        string copied = Path.Combine(engine.Scratch("copies"), "platform");
        await folder.Client.OkAsync($"cp {container}:/platform {copied}");
        Assert.Equal("linux/arm64\n", await File.ReadAllTextAsync(copied));

        // One of them alone takes the name away from both.
        (string alone, _) = await folder.BuildAsync("--platform linux/arm64 -t two:1");
        Assert.Equal(alone, await folder.Client.OkAsync("image inspect -f {{.Id}} two:1"));
        await folder.Client.OkAsync($"rm {container}");
    }

    [QuaidFact]
    public async Task It_is_one_row_is_removed_once_and_an_archive_has_all_of_it()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Crossing);
        await folder.BuildAsync("--platform linux/amd64,linux/arm64 -t saved:latest");
        Assert.Equal("latest", await folder.Client.OkAsync("image ls --format {{.Tag}} saved"));
        string archive = Path.Combine(engine.Scratch("archives"), "saved.tar");
        await folder.Client.OkAsync($"save -o {archive} saved");
        string[] removed = (await folder.Client.OkAsync("rmi saved:latest")).Split('\n');
        Assert.Single(removed, l => l == "Untagged: saved:latest");
        Assert.Equal(2, removed.Count(l => l.StartsWith("Deleted: sha256:", StringComparison.Ordinal)));
        Assert.Equal("Loaded image: saved:latest", await folder.Client.OkAsync($"load -i {archive}"));
        Assert.Equal("arm64", await folder.Client.OkAsync("image inspect --platform linux/arm64 -f {{.Architecture}} saved:latest"));
        Assert.Equal("amd64", await folder.Client.OkAsync("image inspect -f {{.Architecture}} saved:latest"));
        await folder.Client.OkAsync("rmi saved:latest");
        Assert.Equal("Loaded image: saved:latest", await folder.Client.OkAsync($"load --platform linux/arm64 -i {archive}"));
        Assert.Equal("arm64", await folder.Client.OkAsync("image inspect -f {{.Architecture}} saved:latest"));
    }

    [QuaidFact]
    public async Task Its_files_may_go_into_one_folder_and_its_image_into_another()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /in/$TARGETARCH\n");
        string files = engine.Scratch(engine.Name("files")), layout = engine.Scratch(engine.Name("layout"));
        (await folder.RunAsync($"--platform linux/amd64,linux/arm64 -o type=local,dest={files},platform-split=false")).Succeeded();
        Assert.Equal(["amd64", "arm64"], Directory.EnumerateFiles($"{files}/in").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        folder.Dockerfile("FROM scratch\nCOPY Dockerfile /one\n");
        CommandResult both = await folder.RunAsync($"--platform linux/amd64,linux/arm64 -o type=local,dest={files},platform-split=false");
        both.ExpectFailure(1, "cannot overwrite one from linux/amd64 with linux/arm64 when split option is disabled");
        (await folder.RunAsync($"--platform linux/amd64,linux/arm64 -o type=oci,dest={layout},tar=false")).Succeeded();
        IEnumerable<string> indexes = Directory.EnumerateFiles($"{layout}/blobs/sha256").Select(File.ReadAllText).Where(t => t.Contains("\"architecture\":\"arm64\"", StringComparison.Ordinal) && t.Contains("\"architecture\":\"amd64\"", StringComparison.Ordinal));
        Assert.Single(indexes);
    }

    [QuaidFact]
    public async Task It_is_pushed_as_an_index_and_comes_back()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(engine.Name("registry")));
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Crossing);
        string name = $"{registry.Address}/two:1";
        await folder.BuildAsync($"--platform linux/amd64,linux/arm64 -t {name} --push");
        string raw = await folder.Client.OkAsync($"buildx imagetools inspect --raw {name}");
        Assert.Contains("\"arm64\"", raw, StringComparison.Ordinal);
        Assert.Contains("\"amd64\"", raw, StringComparison.Ordinal);
        string inspected = await folder.Client.OkAsync($"buildx imagetools inspect {name}");
        Assert.Matches(@"Platform:\s+linux/arm64", inspected);
        await folder.Client.OkAsync($"rmi -f {name}");
        await folder.Client.OkAsync($"pull --platform linux/arm64 {name}");
        Assert.Equal("arm64", await folder.Client.OkAsync($"image inspect -f {{{{.Architecture}}}} {name}"));
    }

    [Fact]
    public async Task What_cannot_run_here_says_so()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("""
            FROM scratch
            COPY alien /bin/sh
            RUN true
            """);
        File.WriteAllBytes(Path.Combine(folder.Folder, "alien"), [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[9], 2, 0, 0xB7, 0, .. new byte[44]]);
        File.SetUnixFileMode(Path.Combine(folder.Folder, "alien"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        CommandResult result = await folder.RunAsync("--platform linux/riscv64");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("exec format error", result.Stderr, StringComparison.Ordinal);
    }
}
