namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Folders that outlive builds, in caches elsewhere, and in folders of the host.</summary>
public sealed class CacheMountTests : IAsyncLifetime
{
    private const string Step = """
        FROM BASE
        ARG V
        RUN --mount=type=cache,id=own,target=/own --mount=type=cache,target=/usual,sharing=locked --mount=type=cache,target=/users,uid=7,gid=8,mode=0750 \
            cat /own/* /usual/deep/* /users/* > /seen; echo user $V > /users/f; ln -f /users/f /users/linked; busybox stat -c '%h %u:%g' /users/f >> /seen; busybox stat -c '%u:%g %a' /users >> /seen; mkdir -p /usual/deep; echo $V > /own/$V; echo deep $V > /usual/deep/$V; busybox chown 7:8 /own/$V; busybox stat -c '%n %u:%g' /own/* >> /seen
        """;

    private readonly QuaidInstance _engine = new();
    private string _chosen = "";

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_engine.Root);
        _chosen = Path.Combine(_engine.Root, "chosen");
        await File.WriteAllTextAsync($"{_engine.Root}/daemon.json", $$"""{"builder": {"cache-folders": {"mine": "{{_chosen}}", "/var/lib/mine": "{{_chosen}}-too"} } }""");
        await _engine.InitializeAsync();
    }

    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task A_cache_elsewhere_brings_their_files_along_where_that_is_asked_for()
    {
        BuildFolder folder = new BuildFolder(_engine).Dockerfile(Step);
        string first = _engine.Scratch("first"), second = _engine.Scratch("second"), bare = _engine.Scratch("bare");
        (string id, _) = await folder.BuildAsync($"--build-arg V=1 --cache-to type=local,dest={first},mode=max,cache-mounts=true --cache-to type=local,dest={bare},mode=max");
        await ForgetAsync(folder, id);

        // Nothing runs, and still the next cache knows what this one did.
        (id, string output) = await folder.BuildAsync($"--build-arg V=1 --cache-from type=local,src={first} --cache-to type=local,dest={second},cache-mounts=true");
        Assert.Contains("CACHED", output, StringComparison.Ordinal);
        await ForgetAsync(folder, id);
        (id, _) = await folder.BuildAsync($"--build-arg V=2 --cache-from type=local,src={second}");
        Assert.Equal("1\ndeep 1\nuser 1\nuser 1\n2 0:0\n7:8 750\n/own/1 7:8\n/own/2 7:8", await folder.InAsync(id, "cat /seen"));

        // What is here is not replaced.
        (id, _) = await folder.BuildAsync($"--build-arg V=3 --cache-from type=local,src={second}");
        Assert.StartsWith("1\n2\ndeep 1\ndeep 2\nuser 2\nuser 2\n", await folder.InAsync(id, "cat /seen"), StringComparison.Ordinal);
        await ForgetAsync(folder, id);
        (id, _) = await folder.BuildAsync($"--build-arg V=4 --cache-from type=local,src={bare}");
        Assert.Equal("2 0:0\n7:8 750\n/own/4 7:8", await folder.InAsync(id, "cat /seen"));
    }

    [QuaidFact]
    public async Task The_configuration_says_where_they_are()
    {
        BuildFolder folder = new BuildFolder(_engine).Dockerfile(
            """
            FROM BASE
            RUN --mount=type=cache,id=mine,target=/c echo one > /c/1
            RUN --mount=type=cache,target=/var/lib/mine echo two > /var/lib/mine/2
            """);
        (string id, _) = await folder.BuildAsync();
        Assert.Equal("one\n", await File.ReadAllTextAsync($"{_chosen}/1"));
        Assert.Equal("two\n", await File.ReadAllTextAsync($"{_chosen}-too/2"));

        // It is the administrator's, whatever is pruned.
        await ForgetAsync(folder, id);
        await File.WriteAllTextAsync($"{_chosen}/1", "from the host\n");
        folder.Dockerfile("FROM BASE\nRUN --mount=type=cache,id=mine,target=/c cp /c/1 /1\n");
        (id, _) = await folder.BuildAsync();
        Assert.Equal("from the host", await folder.InAsync(id, "cat /1"));
    }

    private static async Task ForgetAsync(BuildFolder folder, string image)
    {
        await folder.Client.RunAsync($"rmi -f {image}");
        await folder.Client.OkAsync("buildx prune -af");
    }
}
