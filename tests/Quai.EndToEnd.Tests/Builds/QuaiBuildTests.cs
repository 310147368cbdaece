using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary><c>quai build</c>, and what it prints beside what Docker's client of builds prints on the same daemon.</summary>
public sealed partial class QuaiBuildTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Fails = "FROM BASE\nRUN echo told && exit 3\n", Warns = "FROM BASE\nCMD echo x\nMAINTAINER y\n";

    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task An_image_is_built_with_what_the_options_say()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "1").Write("more/b.txt", "2").Write(".dockerignore", "secret*\n").Write("secret-file", "").Dockerfile("""
            FROM BASE AS unused
            RUN exit 1
            FROM BASE AS wanted
            ARG V=0
            COPY . /c
            COPY --from=other b.txt /b
            RUN --mount=type=secret,id=tok cat /run/secrets/tok > /told && echo "$V" >> /told && ls -A /c >> /told
            FROM BASE
            RUN exit 2
            """);
        string name = engine.Name("quai-build"), files = engine.Scratch(engine.Name("quai-files"));
        await File.WriteAllTextAsync($"{files}/tok", "s3cr3t\n");
        CommandResult built = await _quai.RunAsync(
            $"build -t {name} --target wanted --build-arg V=5 --label l=m --build-context other={folder.Folder}/more --secret id=tok,src={files}/tok --iidfile {files}/id --metadata-file {files}/md {folder.Folder}");
        built.Succeeded();
        Assert.Equal("s3cr3t\n5\n.dockerignore\nDockerfile\na.txt\nmore", await _quai.OkAsync($"run --rm {name} cat /told"));
        Assert.Equal(await _quai.OkAsync($"image inspect -f {{{{.Id}}}} {name}"), await File.ReadAllTextAsync($"{files}/id"));
        JsonNode metadata = JsonNode.Parse(await File.ReadAllTextAsync($"{files}/md"))!;
        Assert.Equal(await File.ReadAllTextAsync($"{files}/id"), (string?)metadata["containerimage.config.digest"]);
        Assert.Equal(JsonValueKind.Object, metadata["containerimage.descriptor"]!.GetValueKind());
        Assert.Equal("m", await _quai.OkAsync($"image inspect -f {{{{.Config.Labels.l}}}} {name}"));
        Assert.Matches(@"(?m)^Took \d+\.\ds, \d of \d steps cached", built.Stderr);
    }

    [QuaidTheory]
    [InlineData("", "FROM BASE\nRUN echo told\nCOPY Dockerfile /x\n", false)]
    [InlineData("", Fails, false)]
    [InlineData("-q", Fails, false)]
    [InlineData("", "FROM BASE\nRUM x\n", false)]
    [InlineData("--check", Warns, true)]
    [InlineData("--call outline", "ARG A=1\nFROM BASE\nARG B\nRUN --mount=type=secret,id=s true\n", true)]
    [InlineData("--call targets", "FROM BASE AS a\nFROM BASE\n", true)]
    [InlineData("--call check,format=json", Warns, true)]
    [InlineData("--check", "# check=error=true\n" + Warns, true)]
    [InlineData("--target nothing", Warns, true)]
    [InlineData("-f none", Warns, true)]
    [InlineData("-q --secret id", Warns, true)]
    [InlineData("-q -t Up", Warns, true)]
    [InlineData("-q -o type=local", Warns, true)]
    [InlineData("-q --ulimit x", Warns, true)]
    public async Task It_prints_what_buildx_prints(string options, string dockerfile, bool anyOrder)
    {
        // Each client builds a copy of its own, so that neither finds what the other has built.
        BuildFolder theirs = new BuildFolder(engine).Dockerfile(dockerfile), ours = new BuildFolder(engine).Dockerfile(dockerfile);
        CommandResult other = await theirs.Client.RunAsync($"buildx build --no-cache {options} {theirs.Folder}"), own = await _quai.RunAsync($"build --no-cache {options} {ours.Folder}");
        Assert.Equal(other.ExitCode, own.ExitCode);
        string[] told = own.Stdout.Split("\nPRACTICE: ");
        Assert.Equal(Comparable(other.Stdout, theirs.Folder), Comparable(told[0], ours.Folder));
        Assert.Equal(options == "--check", told.Length > 1);
        if (anyOrder)
        {
            Assert.Equal(Lines(other.Stderr, theirs.Folder), Lines(own.Stderr, ours.Folder));
        }
        else
        {
            Assert.Equal(Comparable(other.Stderr, theirs.Folder), Comparable(own.Stderr, ours.Folder));
        }
    }

    [QuaidFact]
    public async Task A_context_may_be_an_archive_or_a_Dockerfile_on_the_standard_input()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "from the archive").Dockerfile("FROM BASE\nCOPY a.txt /a\n");
        byte[] archive = await ArchiveAsync(folder.Folder);
        string id = (await _quai.RunAsync("build -q -", archive)).Succeeded();
        Assert.Equal("from the archive", await _quai.OkAsync($"run --rm {id} cat /a"));

        id = (await _quai.RunAsync("build -q -", System.Text.Encoding.UTF8.GetBytes($"FROM {BusyboxImage.Name}\nRUN echo typed > /a\n"))).Succeeded();
        Assert.Equal("typed", await _quai.OkAsync($"run --rm {id} cat /a"));

        id = (await _quai.RunAsync($"build -q -f - {folder.Folder}", System.Text.Encoding.UTF8.GetBytes($"FROM {BusyboxImage.Name}\nCOPY a.txt /b\n"))).Succeeded();
        Assert.Equal("from the archive", await _quai.OkAsync($"run --rm {id} cat /b"));
    }

    [QuaidFact]
    public async Task Results_are_files_or_archives_and_none_is_half_made()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM scratch\nCOPY a /dir/a\n");
        string target = engine.Scratch(engine.Name("quai-out"));
        (await _quai.RunAsync($"build -o type=local,dest={target}/files -o type=tar,dest={target}/files.tar -o type=oci,dest={target}/image.tar {folder.Folder}")).Succeeded();
        Assert.Equal("1", await File.ReadAllTextAsync($"{target}/files/dir/a"));
        Assert.Equal("dir/\ndir/a", (await RunningCommand.RunAsync("tar", ["tf", $"{target}/files.tar"])).Succeeded());
        Assert.Contains("oci-layout", (await RunningCommand.RunAsync("tar", ["tf", $"{target}/image.tar"])).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(1, (await _quai.RunAsync($"build -o type=tar,dest={target}/failed.tar {new BuildFolder(engine).Dockerfile(Fails).Folder}")).ExitCode);
        Assert.Equal(["files", "files.tar", "image.tar"], Directory.GetFileSystemEntries(target).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal));
    }

    [QuaidFact]
    public async Task A_build_that_is_interrupted_is_stopped()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo begun && sleep 4321\n");
        await using RunningCommand build = _quai.Start($"build {folder.Folder}");
        await Eventually.HoldsAsync(() => build.Stderr.Contains(" begun", StringComparison.Ordinal) ? null : "the step has not begun");
        await build.SignalAsync("INT");
        CommandResult ended = await build.WaitForExitAsync();
        Assert.Equal(130, ended.ExitCode);
        Assert.Contains("ERROR: failed to build: failed to solve: Canceled: context canceled", ended.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task The_cache_is_shown_and_emptied()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo x > /pruned\n");
        await _quai.OkAsync($"build -q {folder.Folder}");
        Assert.Matches(@"(?m)^ID +RECLAIMABLE +SIZE +LAST ACCESSED", await _quai.OkAsync("buildx du"));
        Assert.Contains("Description:  [2/2] RUN echo x > /pruned", await _quai.OkAsync("buildx du --verbose"), StringComparison.Ordinal);
        Assert.Contains("\"Description\":\"[2/2] RUN echo x \\u003e /pruned\"", await _quai.OkAsync("buildx du --format json"), StringComparison.Ordinal);
        Assert.Matches(@"Total:\t0B", await _quai.OkAsync("builder prune -f --filter type=none"));
        Assert.Contains("Total:\t", await _quai.OkAsync("buildx prune -a -f"), StringComparison.Ordinal);
        Assert.DoesNotContain("/pruned", await _quai.OkAsync("buildx du --verbose"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task What_was_built_is_recorded()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE AS wanted\nARG V\nRUN echo recorded $V\n"), broken = new BuildFolder(engine).Dockerfile(Fails);
        await _quai.OkAsync($"build -q --target wanted --build-arg V=5 {folder.Folder}");
        string id = (await _quai.OkAsync("buildx history ls --format '{{.Ref}} {{.Name}} {{.Status}}'")).Split('\n').Single(l => l.EndsWith($"{Path.GetFileName(folder.Folder)} (wanted) Completed", StringComparison.Ordinal)).Split(' ')[0];
        await _quai.RunAsync($"build -q {broken.Folder}");
        Assert.Matches(@"(?m)^Error: +process .* did not complete successfully: exit code: 3$", await _quai.OkAsync("buildx history inspect"));
        JsonNode inspected = JsonNode.Parse(await _quai.OkAsync($"buildx history inspect --format json default/default/{id}"))!;
        Assert.Equal(("completed", "V", "5"), ((string?)inspected["Status"], (string?)inspected["BuildArgs"]![0]!["Name"], (string?)inspected["BuildArgs"]![0]!["Value"]));
        Assert.Contains(" recorded 5", (await _quai.RunAsync($"buildx history logs {id}")).Stderr, StringComparison.Ordinal);
        await _quai.OkAsync($"buildx history rm {id}");
        Assert.Equal((1, $"ERROR: no record found for ref \"{id}\"\n"), await _quai.RunAsync($"buildx history logs {id}") is var gone ? (gone.ExitCode, gone.Stderr) : default);
    }

    [QuaidFact]
    public async Task A_builder_that_speaks_gRPC_alone_is_made_known_and_used()
    {
        // The daemon does so on its own socket, too.
        var quai = new DockerClient(engine.Host, engine.Scratch(engine.Name("builders")), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        Assert.Equal("far", await quai.OkAsync($"buildx create --driver remote --name far --bootstrap --use {engine.Host}"));
        Assert.Matches(@"(?m)^far\*\s+remote", await quai.OkAsync("buildx ls"));
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM scratch\nCOPY a /dir/a\n");
        string target = engine.Scratch(engine.Name("far-out"));
        CommandResult built = await quai.RunAsync($"build -o {target}/x {folder.Folder}");
        built.Succeeded();
        Assert.StartsWith("#0 building with \"far\" instance using remote driver\n", built.Stderr, StringComparison.Ordinal);
        Assert.Equal("1", await File.ReadAllTextAsync($"{target}/x/dir/a"));
        Assert.DoesNotContain("No output specified", built.Stderr, StringComparison.Ordinal);

        // Where the same is built by buildx, it says the same.
        await folder.Client.OkAsync($"buildx create --driver remote --name far {engine.Host}");
        CommandResult theirs = await folder.RunAsync("--builder far"), ours = await quai.RunAsync($"build {folder.Folder}");
        const string Nowhere = "WARNING: No output specified with remote driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load\n";
        Assert.Contains(Nowhere, theirs.Stderr, StringComparison.Ordinal);
        Assert.Contains(Nowhere, ours.Stderr, StringComparison.Ordinal);
        await folder.Client.OkAsync("buildx rm far");
        await quai.OkAsync("buildx rm far");
        Assert.Matches(@"(?m)^default\*\s+docker", await quai.OkAsync("buildx ls"));
        CommandResult refused = await quai.RunAsync("buildx create --driver docker-container");
        Assert.Equal((1, "ERROR: the driver \"docker-container\" is not available in this version of Quai: only \"remote\" is\n"), (refused.ExitCode, refused.Stderr));
        Assert.Equal("ERROR: no builder \"far\" found\n", (await quai.RunAsync("build --builder far .")).Stderr);
    }

    [QuaidFact]
    public async Task On_a_terminal_progress_is_drawn()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo drawn\n");
        await using Terminal terminal = _quai.StartAtTerminal($"build {folder.Folder}");
        await terminal.WaitForAsync(" FINISHED");
        await terminal.WaitForAsync(" => [2/2] RUN echo drawn");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    private static async Task<byte[]> ArchiveAsync(string folder)
    {
        string archive = folder + ".tar";
        (await RunningCommand.RunAsync("tar", ["-C", folder, "-cf", archive, "."])).Succeeded();
        return await File.ReadAllBytesAsync(archive);
    }

    /// <summary>Without times, ids, colours, the programs' names and the summary that buildx does not have.</summary>
    private static string Comparable(string text, string folder)
    {
        text = Colour().Replace(text, "");
        text = Digest().Replace(text, "sha256:ID");
        text = Time().Replace(text, "Ts");
        text = LineTime().Replace(text, "$1T ");
        text = text.Replace("docker --debug", "quai --debug", StringComparison.Ordinal).Replace("docker buildx build", "quai build", StringComparison.Ordinal);
        text = text.Replace(folder, "FOLDER", StringComparison.Ordinal);
        text = Unfinished().Replace(text, "");
        text = Warned().Replace(text, "");
        return Spent().Replace(Summary().Replace(text, ""), "").TrimEnd('\n');
    }

    // Which of two steps that end at the same time is told first, and by which number, differs from run to run.
    private static IEnumerable<string> Lines(string text, string folder) => Comparable(text, folder).Split('\n').Select(l => Number().Replace(l, "# ")).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colour();

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();

    [GeneratedRegex(@"\b\d+\.\d+s\b")]
    private static partial Regex Time();

    [GeneratedRegex(@"(?m)^(#\d+ )?\d+\.\d+ ")]
    private static partial Regex LineTime();

    // Parts that took no time to speak of are told without one.
    [GeneratedRegex("(?<= )Ts (?=done)")]
    private static partial Regex Spent();

    // Whether a part is seen before it has ended, too, is chance.
    [GeneratedRegex(@"(?m)^#\d+ exporting layers\n")]
    private static partial Regex Unfinished();

    // So it is whether a warning comes before its step is shown to its end; all are told in the end.
    [GeneratedRegex(@"(?m)^#\d+ WARN: .*\n")]
    private static partial Regex Warned();

    [GeneratedRegex(@"\nTook .*\n")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^#\d+ ")]
    private static partial Regex Number();
}
