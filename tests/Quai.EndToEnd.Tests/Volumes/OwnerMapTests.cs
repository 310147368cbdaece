namespace Quai.EndToEnd.Tests.Volumes;

/// <summary><c>quai run --mount type=bind,…,idmap=…</c>, which Docker does not have.</summary>
public sealed class OwnerMapTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;

    [QuaidFact]
    public async Task Owners_are_shown_as_mapped_and_written_back()
    {
        string folder = engine.Scratch("owned");
        await ShellAsync($"mkdir {folder}/sub && touch {folder}/file {folder}/sub/other && chown -R 3:4 {folder} && chown 5:6 {folder}/sub/other");
        CommandResult result = await QuaiAsync(
            $"run --rm -u 1003:2004 --mount type=bind,src={folder},dst=/b,idmap=uids=0-1000-10;gids=0-2000-10 {Image} sh -c 'stat -c \"%u %g\" /b/file /b/sub/other; touch /b/new'");
        Assert.Equal("1003 2004\n1005 2006", result.Succeeded().ReplaceLineEndings("\n"));
        Assert.Equal("3 4", await ShellAsync($"stat -c '%u %g' {folder}/new"));
    }

    [QuaidFact]
    public async Task A_map_outlives_the_daemon_that_first_used_it()
    {
        string folder = engine.Scratch("again"), name = engine.Name();
        await ShellAsync($"touch {folder}/file");
        (await QuaiAsync($"run -d --name {name} --mount type=bind,src={folder},dst=/b,idmap=uids=0-1000-1 {Image} sh -c 'stat -c %u:%g /b/file; sleep 600'")).Expect();
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal("1000:0", await engine.Docker.OkAsync($"exec {name} stat -c %u:%g /b/file"));
        await engine.Docker.OkAsync($"restart -t 0 {name}");
        Assert.Equal("1000:0", await engine.Docker.OkAsync($"exec {name} stat -c %u:%g /b/file"));
    }

    [QuaidTheory]
    [InlineData("uids=0-1000", "is not of the form ID-SHOWN-COUNT")]
    [InlineData("foo=0-1000-1", "is neither uids=… nor gids=…")]
    public async Task A_map_that_is_none_is_refused(string map, string why) =>
        (await QuaiAsync($"run --rm --mount type=bind,src=/tmp,dst=/b,idmap={map} {Image} true")).ExpectFailure(125, "invalid mount config for type \"bind\": invalid idmap", why);

    [QuaidFact]
    public async Task A_file_system_that_cannot_do_it_fails_the_start() =>
        (await QuaiAsync($"run --rm --mount type=bind,src=/proc/sys,dst=/b,idmap=uids=0-1000-1 {Image} true")).ExpectFailure(125, "to map its owners (not every file system can)");

    private static async Task<string> ShellAsync(string script) => (await RunningCommand.RunAsync("/bin/sh", ["-c", script], default, new Dictionary<string, string>())).Expect().Text;

    private Task<CommandResult> QuaiAsync(string line) =>
        RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), default, new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host });
}
