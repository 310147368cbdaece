using System.Formats.Tar;

namespace Quai.EndToEnd.Tests.BadInput;

/// <summary>Whatever is wrong gets one sentence that names it, Docker's exit code, and leaves nothing.</summary>
public sealed class BadInputTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private Traces? _before;
    private string _images = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (TestEnvironment.ForeignEngine is null)
        {
            _before = await Traces.ReadAsync(engine);
            _images = await _docker.OkAsync("images -aq --no-trunc");
        }
    }

    /// <summary>Every test here must leave its engine as it found it.</summary>
    public async Task DisposeAsync()
    {
        if (_before is not null)
        {
            Assert.Equal("", await _docker.OkAsync("ps -aq"));
            Assert.Equal(_images, await _docker.OkAsync("images -aq --no-trunc"));
            await Traces.AssertNoneNewAsync(engine, _before);
        }
    }

    [Theory]
    [InlineData("run --no-such-flag X true", 125, "unknown flag: --no-such-flag")]
    [InlineData("run --rm -m lots X true", 125, "invalid argument \"lots\" for \"-m, --memory\" flag: invalid size: 'lots'")]
    [InlineData("run --rm -m 1m X true", 125, "Minimum memory limit allowed is 6MB")]
    [InlineData("run --rm --cpus 9999 X true", 125, "range of CPUs is from 0.01 to")]
    [InlineData("run --rm --cpu-shares -5 X true", 125, "invalid argument|shares|negative")]
    [InlineData("run --rm -m 32m --memory-swap 16m X true", 125, "Minimum memoryswap limit should be larger than memory limit")]
    [InlineData("run --rm --memory-reservation 64m -m 32m X true", 125, "Minimum memory limit can not be less than memory reservation limit")]
    [InlineData("run --rm --memory-swappiness 101 X true", 125, "(invalid value|Invalid memory swappiness value) ?:? ?101")]
    [InlineData("run --rm --oom-score-adj 2000 X true", 125, "oom score adj|-1000, 1000")]
    [InlineData("run --rm --cpuset-cpus 900 X true", 125, "Requested CPUs are not available")]
    [InlineData("run --rm --cap-add NONSENSE X true", 125, "invalid CapAdd: unknown capability: \"CAP_NONSENSE\"")]
    [InlineData("run --rm -w relative X true", 125, "the working directory 'relative' is invalid, it needs to be an absolute path")]
    [InlineData("run --rm -u stranger X true", 125, "unable to find user stranger: no matching entries in passwd file")]
    [InlineData("run --rm -u alice:strangers X true", 125, "unable to find group strangers: no matching entries in group file")]
    [InlineData("run --rm -v relative/path:/mnt X true", 125, "includes invalid characters for a local volume name")]
    [InlineData("run --rm -v /tmp:relative X true", 125, "invalid volume specification|mount path must be absolute")]
    [InlineData("run --rm -v /tmp:/ X true", 125, "invalid (volume )?specification: destination can't be '/'")]
    [InlineData("run --rm -v /tmp:/mnt:nonsense X true", 125, "invalid mode: nonsense")]
    [InlineData("run --rm -v /tmp:/a -v /var:/a X true", 125, "Duplicate mount point: /a")]
    [InlineData("run --rm --mount type=bind,source=/no/such/source,target=/mnt X true", 125, "bind source path does not exist: /no/such/source")]
    [InlineData("run --rm --mount type=nonsense,target=/mnt X true", 125, "invalid mount config for type \"nonsense\": mount type unknown")]
    [InlineData("run --rm --device /dev/no-such-device X true", 127, "error gathering device information while adding custom device \"/dev/no-such-device\": no such file or directory")]
    [InlineData("run --rm -p 99999:80 X true", 125, "invalid hostPort: 99999")]
    [InlineData("run --rm -p 80:70000 X true", 125, "invalid containerPort: 70000")]
    [InlineData("run --rm --ip 10.1.2.3 X true", 125, "user specified IP address is supported on user defined networks only")]
    [InlineData("run --rm --name sl/ash X true", 125, "Invalid container name \\(sl/ash\\), only \\[a-zA-Z0-9\\]\\[a-zA-Z0-9_.-\\] are allowed")]
    [InlineData("run --rm --restart always X true", 125, "conflicting options: cannot specify both --restart and --rm")]
    [InlineData("run --rm --log-driver nonsense X true", 125, "nonsense")]
    [InlineData("run --rm --log-opt nonsense=1 X true", 125, "unknown log opt 'nonsense' for json-file log driver")]
    [InlineData("run --rm --ulimit nofile=2000:1000 X true", 125, "ulimit soft limit must be less than or equal to hard limit: 2000 > 1000")]
    [InlineData("run --rm --sysctl kernel.hostname=x X true", 125, "is not allowed")]
    [InlineData("run --rm --security-opt nonsense=1 X true", 125, "invalid --security-opt.*nonsense")]
    [InlineData("run --rm --security-opt seccomp=/no/such/profile X true", 125, "opening seccomp profile \\(/no/such/profile\\) failed")]
    [InlineData("run --rm --runtime no-such-runtime X true", 125, "unknown or invalid runtime name: no-such-runtime")]
    [InlineData("run --rm --sysctl net.nonsense=1 X true", 127, "/proc/sys/net/nonsense: no such file or directory")]
    [InlineData("run --rm --stop-signal NONSENSE X true", 125, "invalid signal: NONSENSE")]
    [InlineData("run --rm --tmpfs /t:nonsense=1 X true", 125, "invalid (tmpfs )?option|Invalid tmpfs option")]
    [InlineData("run --rm --shm-size -1 X true", 125, "SHM size can not be less than 0|invalid size")]
    [InlineData("run --rm 'Not an image' true", 125, "invalid reference format")]
    [InlineData("run --rm X /etc/passwd", 126, "permission denied")]
    [InlineData("run --rm X ./no-such-program", 127, "\\./no-such-program.*no such file or directory")]
    [InlineData("run --rm X ''", 127, "exec: \"\": executable file not found")]
    [InlineData("run --rm --network host -p 1:1 --ip6 ::1 X true", 125, "user specified IP address is supported on user defined networks only")]
    [InlineData("create --name X:Y X true", 1, "Invalid container name")]
    [InlineData("rename no-such-container other", 1, "No such container: no-such-container")]
    [InlineData("stop no-such-container", 1, "No such container: no-such-container")]
    [InlineData("start no-such-container", 1, "No such container: no-such-container")]
    [InlineData("pause no-such-container", 1, "No such container: no-such-container")]
    [InlineData("rmi no-such-image", 1, "No such image: no-such-image")]
    [InlineData("volume inspect no-such-volume", 1, "no such volume")]
    [InlineData("network inspect no-such-network", 1, "network no-such-network not found")]
    [InlineData("volume create ../up", 1, "includes invalid characters for a local volume name")]
    public async Task Is_refused(string command, int exitCode, string pattern)
    {
        CommandResult result = (await _docker.RunAsync(command.Replace(" X ", $" {Image} ", StringComparison.Ordinal))).Expect(exitCode);
        Assert.Matches("(?i)" + pattern, result.Stderr);
    }

    [Fact]
    public async Task A_name_in_use_is_named_with_its_owner()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"create --name {name} {Image} true");
        (await _docker.RunAsync($"run --name {name} {Image} true"))
            .ExpectFailure(125, $"Conflict. The container name \"/{name}\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.");
        await _docker.OkAsync($"rm {name}");
    }

    [Fact]
    public async Task Archives_that_are_none_are_refused()
    {
        (await _docker.RunAsync("load", "this is no archive"u8.ToArray())).Expect(1);
        (await _docker.RunAsync("load", TestImage.Tar(TestImage.File("manifest.json", "[{\"Config\":\"../../etc/passwd\",\"RepoTags\":[\"evil:1\"],\"Layers\":[]}]")))).Expect(1);
        (await _docker.RunAsync("load", TestImage.Tar(TestImage.File("manifest.json", "not json")))).Expect(1);
        (await _docker.RunAsync("load", TestImage.Tar(TestImage.File("nothing", "here")))).Expect(1);
        (await _docker.RunAsync($"import - {engine.Name("broken")}", "neither is this"u8.ToArray())).Expect(1);
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused()
    {
        byte[] whole = new TestImage().WithBusybox().DockerArchive(engine.Name("cut") + ":1");
        (await _docker.RunAsync("load", whole.AsMemory(0, whole.Length / 2))).Expect(1);
    }

    public static TheoryData<string> Climbers => new() { "../escaped", "a/../../escaped", "/../escaped", "via/escaped", "dangling" };

    [Theory]
    [MemberData(nameof(Climbers))]
    public async Task A_layer_cannot_climb_out_of_its_root(string name)
    {
        string outside = engine.Scratch("outside" + Guid.NewGuid().ToString("n"));
        List<TarEntry> entries = [];
        switch (name)
        {
            case "via/escaped":
                entries.Add(TestImage.Link("via", outside));
                entries.Add(TestImage.File("via/escaped", "climbed"));
                break;
            case "dangling":
                entries.Add(TestImage.Link("dangling", outside + "/escaped"));
                entries.Add(TestImage.File("dangling", "climbed"));
                break;
            default:
                entries.Add(TestImage.File(name, "climbed"));
                break;
        }

        string tag = engine.Name("climb") + ":1";
        CommandResult load = await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar([.. entries])).DockerArchive(tag));
        // Docker refuses some of these and keeps the others inside the root; both are safe. Outside nothing may appear.
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        if (TestEnvironment.ForeignEngine is null)
        {
            Assert.DoesNotContain(
                Directory.EnumerateFileSystemEntries(engine.Root, "escaped", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }),
                p => !p.Contains("/fs/", StringComparison.Ordinal) && !p.Contains("/diff/", StringComparison.Ordinal));
        }

        if (load.ExitCode == 0)
        {
            await _docker.OkAsync($"rmi {tag}");
        }
    }

    [Fact]
    public async Task Hard_links_and_whiteouts_cannot_reach_out()
    {
        string folder = engine.Scratch("target" + Guid.NewGuid().ToString("n"));
        string victim = Path.Combine(folder, "victim");
        await File.WriteAllTextAsync(victim, "safe");
        string tag = engine.Name("reach") + ":1";
        (TarEntry[] Entries, string What)[] attempts =
        [
            ([TestImage.Link("stolen", victim, hard: true)], "hard link to a host path"),
            ([TestImage.Link("stolen", "../../../../../../../.." + victim, hard: true)], "hard link with dots"),
            ([TestImage.Link("dir", folder), TestImage.File("dir/.wh.victim", "")], "whiteout through a link"),
            ([TestImage.Link("dir", folder), TestImage.File("dir/.wh..wh..opq", "")], "opaque through a link"),
            ([TestImage.File("../.wh." + Path.GetFileName(folder), "")], "whiteout above the root"),
        ];
        foreach ((TarEntry[] entries, string what) in attempts)
        {
            CommandResult load = await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(entries)).DockerArchive(tag));
            Assert.True(File.Exists(victim) && await File.ReadAllTextAsync(victim) == "safe", what);
            if (load.ExitCode == 0)
            {
                CommandResult stolen = await _docker.RunAsync($"run --rm {tag} cat /stolen");
                Assert.DoesNotContain("safe", stolen.Stdout, StringComparison.Ordinal);
                await _docker.OkAsync($"rmi {tag}");
            }
        }
    }

    [Fact]
    public async Task A_digest_that_does_not_match_is_refused()
    {
        var image = new TestImage().WithLayer(TestImage.Tar(TestImage.File("x", "y")), pretend: "sha256:" + new string('7', 64));
        using var registry = new BrokenRegistry(image);
        CommandResult pull = (await _docker.RunAsync($"pull 127.0.0.1:{registry.Port}/lies")).Expect(1);
        Assert.Matches("(?i)digest|verification failed|unexpected", pull.Stderr);
    }

    [Fact]
    public async Task A_download_that_is_cut_short_is_refused()
    {
        byte[] noise = new byte[200_000];
        new Random(3).NextBytes(noise);
        var image = new TestImage().WithBusybox().WithLayer(TestImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "noise") { DataStream = new MemoryStream(noise) }));
        using var registry = new BrokenRegistry(image);
        foreach (string digest in image.Blobs.Where(b => b.Value.Length > 100_000).Select(b => b.Key))
        {
            registry.CutShort.Add(digest);
        }

        CommandResult pull = (await _docker.RunAsync($"pull 127.0.0.1:{registry.Port}/cut", timeout: TimeSpan.FromMinutes(3))).Expect(1);
        Assert.NotEmpty(pull.Stderr);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{}")]
    [InlineData("{\"schemaVersion\":1,\"name\":\"x\",\"fsLayers\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"digest\":\"sha256:../../x\",\"size\":1},\"layers\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"md5:00\",\"size\":-1},\"layers\":null}")]
    public async Task A_malformed_manifest_is_refused(string manifest)
    {
        using var registry = new BrokenRegistry(new TestImage()) { ManifestInstead = System.Text.Encoding.UTF8.GetBytes(manifest) };
        CommandResult pull = (await _docker.RunAsync($"pull 127.0.0.1:{registry.Port}/malformed")).Expect(1);
        Assert.NotEmpty(pull.Stderr);
    }

    [Fact]
    public async Task A_config_that_lies_about_its_layers_is_refused()
    {
        var image = new TestImage().WithBusybox();
        image.Config["rootfs"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type":"layers","diff_ids":["sha256:1111111111111111111111111111111111111111111111111111111111111111"]}""");
        (await _docker.RunAsync("load", image.DockerArchive(engine.Name("lie") + ":1"))).Expect(1);
        using var registry = new BrokenRegistry(image);
        (await _docker.RunAsync($"pull 127.0.0.1:{registry.Port}/lie")).Expect(1);
    }

    [Fact]
    public async Task Mounts_over_links_stay_inside()
    {
        // A volume mounted at a path that the image made a link to the outside must land below the container's root.
        string outside = engine.Scratch("linked" + Guid.NewGuid().ToString("n"));
        string source = engine.Scratch("source" + Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(Path.Combine(source, "marker"), "here\n");
        string tag = engine.Name("links") + ":1";
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.Link("mnt", "../../../../.." + outside))).DockerArchive(tag));
        CommandResult run = await _docker.RunAsync($"run --rm -v {source}:/mnt/inner {tag} cat /mnt/inner/marker");
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        if (run.ExitCode == 0)
        {
            run.Expect(0, "here\n");
        }

        await _docker.OkAsync($"rmi {tag}");
    }
}
