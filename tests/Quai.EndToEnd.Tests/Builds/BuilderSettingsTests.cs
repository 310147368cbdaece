using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>What the member <c>builder</c> of <c>daemon.json</c> says of builds.</summary>
public sealed partial class BuilderSettingsTests : IAsyncLifetime
{
    private readonly QuaidInstance _engine = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task The_cache_is_cut_back_after_a_build()
    {
        await StartAsync("""{"builder": {"gc": {"policy": [{"maxUsedSpace": "3MB", "all": true}]}}}""");
        BuildFolder folder = new BuildFolder(_engine).Dockerfile("FROM BASE\nRUN dd if=/dev/zero of=/zeros bs=1M count=8\n");
        await folder.RunAsync("-o type=local,dest=" + _engine.Scratch("out"));
        await Eventually.HoldsAsync(async () =>
        {
            string used = await folder.Client.OkAsync("buildx du --verbose");
            return used.Contains("dd if=", StringComparison.Ordinal) ? used : null;
        });
        Assert.Matches(@"GC Policy rule#0:\s+All:\s+true", await folder.Client.OkAsync("buildx inspect"));
    }

    [QuaidFact]
    public async Task A_step_is_not_confined_only_where_the_daemon_and_the_client_let_it()
    {
        const string Step = "FROM BASE\nRUN --security=insecure grep CapEff /proc/self/status && mount -t tmpfs none /tmp\n";
        await StartAsync("""{"builder": {"entitlements": {"security-insecure": true, "network-host": false}}}""");
        CommandResult refused = await new BuildFolder(_engine).Dockerfile(Step).RunAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("security.insecure is not allowed", refused.Stderr, StringComparison.Ordinal);
        CommandResult built = await new BuildFolder(_engine).Dockerfile(Step).RunAsync("--allow security.insecure");
        built.Succeeded();
        string all = Capabilities().Match(await File.ReadAllTextAsync("/proc/self/status")).Groups[1].Value;
        Assert.Equal(all, Capabilities().Match(built.Stderr).Groups[1].Value);
        // What another build was allowed to make is not taken from the cache without leave, either.
        Assert.Equal(1, (await new BuildFolder(_engine).Dockerfile(Step).RunAsync()).ExitCode);
        CommandResult confined = await new BuildFolder(_engine).Dockerfile(Step.Replace("--security=insecure ", "", StringComparison.Ordinal)).RunAsync("--allow security.insecure");
        Assert.Equal(1, confined.ExitCode);
        CommandResult host = await new BuildFolder(_engine).Dockerfile("FROM BASE\nRUN --network=host true\n").RunAsync("--allow network.host");
        Assert.Contains("granting entitlement network.host is not allowed by build daemon configuration", host.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task The_frontend_for_Dockerfiles_is_an_image_where_that_is_said()
    {
        await StartAsync("""{"builder": {"dockerfile-frontend": "image"}}""");
        await new BuildFolder(_engine).Dockerfile("FROM BASE\nENTRYPOINT [\"sh\", \"-c\", \"echo my own words >&2; exit 3\"]\n").BuildAsync("-t docker/dockerfile:own");
        CommandResult own = await new BuildFolder(_engine).Dockerfile("# syntax=docker/dockerfile:own\nFROM BASE\n").RunAsync();
        own.ExpectFailure(1, "frontend docker/dockerfile:own ended without a result (exit code: 3): my own words");
        await new BuildFolder(_engine).Dockerfile("FROM BASE\nRUN true\n").BuildAsync();
    }

    private async Task StartAsync(string settings)
    {
        Directory.CreateDirectory(_engine.Root);
        await File.WriteAllTextAsync($"{_engine.Root}/daemon.json", settings);
        await _engine.InitializeAsync();
    }

    [GeneratedRegex(@"CapEff:\s*([0-9a-f]+)")]
    private static partial Regex Capabilities();
}
