using System.Text.RegularExpressions;
using Quai.Build.Tests.RemoteCaches.Servers;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Caches that are kept outside of the machine and begun with elsewhere, with the real client: all that the machine knew of the build is forgotten in between.</summary>
public sealed partial class CacheElsewhereTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Stages = """
        FROM BASE AS made
        COPY a /a
        RUN cat /proc/sys/kernel/random/uuid > /made
        FROM BASE
        COPY --from=made /made /made
        RUN cat /proc/sys/kernel/random/uuid > /when
        COPY b /b
        """;

    private const string Nowhere = "http://127.0.0.1:1/";

    private readonly FakeObjectStore _objects = new();
    private readonly FakeActionsCache _actions = new();

    private string Objects => Where(_objects.Address);

    /// <inheritdoc/>
    public void Dispose()
    {
        _objects.Dispose();
        _actions.Dispose();
    }

    [QuaidFact]
    public async Task In_a_registry()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(engine.Name("registry")));
        await RoundTripAsync($"type=registry,ref={registry.Address}/cache:one,mode=max", $"type=registry,ref={registry.Address}/cache:one");
    }

    [QuaidFact]
    public async Task In_a_folder_of_the_client()
    {
        string folder = engine.Scratch(engine.Name("cache"));
        await RoundTripAsync($"type=local,dest={folder},mode=max", $"type=local,src={folder}");
    }

    [QuaidFact]
    public async Task In_the_image_itself()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(engine.Name("registry")));
        BuildFolder folder = new BuildFolder(engine).Write("b", "2").Dockerfile("FROM BASE\nRUN cat /proc/sys/kernel/random/uuid > /when\nCOPY b /b\n");
        string image = $"{registry.Address}/{engine.Name("inline")}:one", options = $"--push -t {image} --cache-to type=inline";
        (string first, _) = await folder.BuildAsync(options);
        await ForgetAsync(folder, image);
        (string second, string output) = await folder.BuildAsync($"{options} --cache-from {image}");
        AllCached(output);

        // The id is also that of the cache in it.
        Assert.Equal(first, second);
    }

    [QuaidFact]
    public Task In_a_store_of_objects() => RoundTripAsync($"type=s3,{Objects},mode=max,prefix=builds/,name=main;topic", $"type=s3,{Objects},prefix=builds/,name=topic");

    [QuaidFact]
    public Task In_the_cache_of_GitHubs_Actions() =>
        RoundTripAsync("type=gha,mode=max", "type=gha", $"ACTIONS_CACHE_SERVICE_V2=True ACTIONS_RESULTS_URL={_actions.Address} ACTIONS_CACHE_URL={Nowhere} ACTIONS_RUNTIME_TOKEN={_actions.Accepted}");

    [QuaidFact]
    public Task In_the_cache_of_GitHubs_Actions_as_it_was_first() =>
        RoundTripAsync("type=gha,mode=max,scope=first", "type=gha,scope=first", $"ACTIONS_CACHE_URL={_actions.Address} ACTIONS_RUNTIME_TOKEN={_actions.Accepted}");

    [QuaidFact]
    public async Task A_cache_that_cannot_be_read_is_as_if_there_were_none()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Stages);
        (string id, string output) = await folder.BuildAsync("--cache-from 127.0.0.1:1/no:cache");
        Assert.Contains("importing cache manifest from 127.0.0.1:1/no:cache", output, StringComparison.Ordinal);
        Assert.Contains("connection refused", output, StringComparison.Ordinal);
        Assert.Equal("2", await folder.InAsync(id, "cat /b"));
    }

    [QuaidFact]
    public async Task Nor_one_of_a_server()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Stages);
        (_, string output) = await folder.BuildAsync($"--cache-from type=gha,url={Nowhere},token=t0psecret --cache-from type=s3,{Where(Nowhere)} --cache-from type=s3,{Objects},session_token=t0psecret");
        Assert.Contains($"{Nowhere}_apis/artifactcache/cache cannot be reached", output, StringComparison.Ordinal);
        Assert.Contains($"{_objects.Address}{FakeObjectStore.Bucket}/manifests/buildkit answers with status 403 InvalidAccessKeyId", output, StringComparison.Ordinal);
        Silent(output);
    }

    [QuaidFact]
    public Task A_cache_that_cannot_be_kept_fails_the_build_unless_that_is_to_be_ignored() => UnlessIgnoredAsync("type=registry,ref=127.0.0.1:1/no:cache");

    [QuaidFact]
    public async Task Nor_can_one_of_a_server()
    {
        await UnlessIgnoredAsync($"type=s3,{Where(Nowhere)}");
        await UnlessIgnoredAsync($"type=s3,{Objects},secret_access_key=t0psecret");
        await UnlessIgnoredAsync($"type=gha,url={Nowhere},token=t0psecret");
    }

    [QuaidFact]
    public async Task A_damaged_layer_has_its_step_run_again()
    {
        string kept = engine.Scratch(engine.Name("cache"));
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Stages);
        (string first, _) = await folder.BuildAsync($"--cache-to type=local,dest={kept},mode=max");
        string when = await folder.InAsync(first, "cat /when");
        await ForgetAsync(folder, first);
        int damaged = 0;
        foreach (string blob in Directory.EnumerateFiles($"{kept}/blobs/sha256"))
        {
            // The documents begin otherwise.
            byte[] content = await File.ReadAllBytesAsync(blob);
            if (content[0] == 0x1f)
            {
                content[^1] ^= 1;
                damaged++;
                await File.WriteAllBytesAsync(blob, content);
            }
        }

        Assert.True(damaged > 2);
        (string second, string output) = await folder.BuildAsync($"--cache-from type=local,src={kept}");
        Assert.NotEqual(when, await folder.InAsync(second, "cat /when"));
        Assert.Equal("2", await folder.InAsync(second, "cat /b"));
        Assert.Contains(" of the cache is damaged", output, StringComparison.Ordinal);
    }

    private static string Where(string address) =>
        $"endpoint_url={address},use_path_style=true,bucket={FakeObjectStore.Bucket},region={FakeObjectStore.Region},access_key_id={FakeObjectStore.KeyId},secret_access_key={FakeObjectStore.Secret},session_token={FakeObjectStore.SessionToken}";

    /// <summary>Nothing that gives access is shown.</summary>
    private static void Silent(string output)
    {
        Assert.DoesNotContain("t0psecret", output, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeObjectStore.Secret, output, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeObjectStore.SessionToken, output, StringComparison.Ordinal);
    }

    private static void AllCached(string output)
    {
        string[] steps = [.. Step().Matches(output).Select(m => m.Groups[1].Value).Distinct()];
        Assert.NotEmpty(steps);
        Assert.All(steps, s => Assert.True(output.Contains($"#{s} CACHED", StringComparison.Ordinal), $"step #{s} ran:\n{output}"));
    }

    [GeneratedRegex(@"^#(\d+) \[[^\]]*\d+/\d+\] (?!FROM )", RegexOptions.Multiline)]
    private static partial Regex Step();

    private async Task RoundTripAsync(string to, string from, string environment = "")
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Stages);
        (string first, _) = await BuildAsync(folder, environment, $"--cache-to '{to}'");
        string when = await folder.InAsync(first, "cat /made /when");
        await ForgetAsync(folder, first);
        (string second, string output) = await BuildAsync(folder, environment, $"--cache-from '{from}'");
        AllCached(output);
        Assert.Equal(first, second);
        Assert.Equal(when, await folder.InAsync(second, "cat /made /when"));
        Silent(output);

        // What was not needed was not brought, and is known all the same.
        (string third, output) = await BuildAsync(folder, environment, $"--target made --cache-from '{from}'");
        AllCached(output);
        Assert.Equal(when.Split('\n')[0], await folder.InAsync(third, "cat /made"));
    }

    private async Task UnlessIgnoredAsync(string cache)
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Write("b", "2").Dockerfile(Stages);
        CommandResult result = await folder.RunAsync($"--cache-to {cache}");
        Assert.NotEqual(0, result.ExitCode);
        Silent(result.Stdout + result.Stderr);
        (string id, string output) = await folder.BuildAsync($"--cache-to {cache},ignore-error=true");
        Silent(output);
        Assert.Equal("2", await folder.InAsync(id, "cat /b"));
    }

    private async Task<(string Id, string Output)> BuildAsync(BuildFolder folder, string environment, string options)
    {
        string file = Path.Combine(engine.Scratch("ids"), engine.Name("id")), docker = Path.Combine(TestEnvironment.PeersDirectory, "sid/usr/bin/docker");
        CommandResult result = await folder.Client.ShellAsync($"{environment} exec {docker} buildx build --progress plain --iidfile {file} {options} {folder.Folder}");
        result.Succeeded();
        return (await File.ReadAllTextAsync(file), result.Stdout + result.Stderr);
    }

    private static async Task ForgetAsync(BuildFolder folder, string image)
    {
        await folder.Client.RunAsync($"rmi -f {image}");
        await folder.Client.OkAsync("buildx prune -af");
    }
}
