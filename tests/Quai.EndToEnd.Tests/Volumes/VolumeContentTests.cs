using Quai.EndToEnd.Tests.Store;

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary><c>quai volume export</c>, <c>import</c>, <c>clone</c> and <c>snapshot</c>, which Docker does not have.</summary>
public sealed class VolumeContentTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly VolumeNames _names = new(engine);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    [QuaidFact]
    public async Task What_is_exported_is_imported_with_owners_modes_and_links()
    {
        string from = await FilledAsync(), to = _names.New();
        CommandResult archive = (await QuaiAsync($"volume export {from}")).Expect();
        await _docker.OkAsync($"volume create {to}");
        await _docker.OkAsync($"run --rm -v {to}:/v {Image} sh -c 'echo old > /v/file; echo kept > /v/z'");
        Assert.Equal(to, (await QuaiAsync($"volume import {to}", archive.StdoutBytes)).Expect().Text);
        Assert.Equal(await StateAsync(from) + "\n./z 0 0 644", await StateAsync(to));
        Assert.Equal("text", await _docker.OkAsync($"run --rm -v {to}:/v {Image} cat /v/deep/hard"));
        (await QuaiAsync("volume export nosuch")).ExpectFailure(1, "get nosuch: no such volume");
        (await QuaiAsync($"volume import {to}", "not an archive at all"u8.ToArray())).ExpectFailure(1);
    }

    [QuaidFact]
    public async Task An_archive_does_not_lead_out_of_the_volume()
    {
        string volume = _names.New(), victim = engine.Scratch("victim");
        await _docker.OkAsync($"volume create {volume}");
        await _docker.OkAsync($"run --rm -v {volume}:/v {Image} ln -s {victim} /v/link");
        byte[] archive = (await RunningCommand.RunAsync("/bin/sh", ["-c", $"cd {engine.Scratch("in")} && mkdir -p link && echo x > link/file && tar -c link/file"])).Expect().StdoutBytes;
        await QuaiAsync($"volume import {volume}", archive);
        Assert.Empty(Directory.GetFileSystemEntries(victim));
    }

    [QuaidFact]
    public async Task A_clone_has_the_same_files_and_goes_its_own_way()
    {
        string from = await FilledAsync(), to = _names.New(), running = engine.Name();
        await _docker.OkAsync($"run -d --name {running} -v {from}:/v {Image} sleep 600");
        Assert.Equal(to, (await QuaiAsync($"volume clone {from} {to}")).Expect().Text);
        Assert.Equal(await StateAsync(from), await StateAsync(to));
        await _docker.OkAsync($"exec {running} sh -c 'echo changed > /v/file'");
        Assert.Equal("text", await _docker.OkAsync($"run --rm -v {to}:/v {Image} cat /v/file"));
        Assert.Equal("map[made:here]", await _docker.OkAsync($"volume inspect -f '{{{{.Labels}}}}' {to}"));
        (await QuaiAsync($"volume clone {from} {to}")).ExpectFailure(1, $"create {to}: there is a volume of that name already");
        (await QuaiAsync($"volume clone nosuch {to}x")).ExpectFailure(1, "get nosuch: no such volume");
        (await QuaiAsync($"volume clone {from} a/b")).ExpectFailure(1, "includes invalid characters for a local volume name");
    }

    [QuaidFact]
    public async Task A_snapshot_knows_what_it_is_of()
    {
        string from = await FilledAsync(), named = _names.New();
        string unnamed = _names.Add((await QuaiAsync($"volume snapshot {from}")).Expect().Text);
        Assert.StartsWith(from + "-20", unnamed, StringComparison.Ordinal);
        Assert.Equal(named, (await QuaiAsync($"volume snapshot {from} {named}")).Expect().Text);
        string[] all = (await _docker.OkAsync($"volume ls -q --filter label=quai.volume.snapshot-of={from}")).Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(new[] { named, unnamed }.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
        Assert.Equal(await StateAsync(from), await StateAsync(unnamed));
    }

    [QuaidFact]
    public async Task A_volume_that_is_a_mount_is_mounted_for_the_export()
    {
        string folder = engine.Scratch(engine.Name("folder")), name = _names.New(), clone = _names.New();
        await File.WriteAllTextAsync($"{folder}/file", "bound");
        await _docker.OkAsync($"volume create -o type=none -o device={folder} -o o=bind {name}");
        Assert.Contains("bound", (await QuaiAsync($"volume export {name}")).Expect().Stdout, StringComparison.Ordinal);
        (await QuaiAsync($"volume clone {name} {clone}")).Expect();
        Assert.Equal("<nil> bound", $"{await _docker.OkAsync($"volume inspect -f '{{{{.Options}}}}' {clone}")} {await _docker.OkAsync($"run --rm -v {clone}:/v {Image} cat /v/file")}".Replace("map[]", "<nil>", StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains($"/volumes/{name}/", StringComparison.Ordinal));
    }

    private async Task<string> FilledAsync()
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create --label made=here {name}");
        await _docker.OkAsync($"run --rm -v {name}:/v {Image} sh -c 'cd /v; echo text > file; mkdir deep; ln file deep/hard; ln -s file soft; mkfifo fifo; chown 5:6 deep; chmod 2751 deep; chown 1:2 file; chmod 4710 file; chown 7:8 .; chmod 1770 .'");
        return name;
    }

    private Task<string> StateAsync(string volume) =>
        _docker.OkAsync($"run --rm -v {volume}:/v {Image} sh -c 'cd /v; find . | sort | xargs stat -c \"%n %u %g %a\"'");

    private Task<CommandResult> QuaiAsync(string line, byte[]? stdin = null) =>
        RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quai"), CommandLine.Split(line), stdin ?? [], new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Host });
}
