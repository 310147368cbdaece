using Quai.EndToEnd.Tests.Volumes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Volumes of plugins over deaths of the daemon, and plugins that misbehave: Quai's own promises.</summary>
public sealed class PluginCrashTests : IAsyncLifetime, IDisposable
{
    private const string Image = BusyboxImage.Name;
    private readonly QuaidInstance _engine = new();
    private readonly VolumeNames _names;
    private readonly VolumePlugin _plugin = new();

    public PluginCrashTests() => _names = new(_engine);

    private DockerClient Docker => _engine.Docker;

    /// <inheritdoc/>
    public Task InitializeAsync() => _engine.InitializeAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _plugin.Instead.Clear();
        await _engine.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _plugin.Dispose();

    [QuaidFact]
    public async Task A_running_container_keeps_its_mount_over_the_daemons_death()
    {
        string name = _names.New(), running = _engine.Name(), ended = _engine.Name();
        await Docker.OkAsync($"run -d --name {running} -v {name}:/x --volume-driver {_plugin.Name} {Image} sleep 1000");
        await Docker.OkAsync($"run -d --name {ended} -v {name}:/x {Image} sleep 1000");
        int pid = int.Parse(await Docker.OkAsync($"inspect -f '{{{{.State.Pid}}}}' {ended}"), System.Globalization.CultureInfo.InvariantCulture);
        string[] ids = [.. _plugin.Mounts.Keys];
        await _engine.KillDaemonAsync();
        (await RunningCommand.RunAsync("/bin/kill", ["-KILL", $"{pid}"])).Expect();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => _plugin.Mounts.Count == 1 ? null : $"{_plugin.Mounts.Count} users are left");
        Assert.Contains(_plugin.Mounts.Keys.Single(), ids);
        Assert.Equal(_plugin.Name, await Docker.OkAsync($"volume inspect -f '{{{{.Driver}}}}' {name}"));
        await Docker.OkAsync($"rm -f {running}");
        Assert.Empty(_plugin.Mounts);
        await Docker.OkAsync($"rm -f {ended}");
        await Docker.OkAsync($"volume rm {name}");
    }

    [QuaidFact]
    public async Task What_a_crash_leaves_half_made_is_taken_back()
    {
        string made = _names.New(), mounted = _names.New(), container = _engine.Name();
        await Docker.OkAsync($"create --name {container} -v {mounted}:/x --volume-driver {_plugin.Name} {Image} sleep 1000");
        _plugin.Instead["Create"] = _plugin.Instead["Mount"] = null;
        Task<CommandResult> creating = Docker.RunAsync($"volume create -d {_plugin.Name} {made}"), starting = Docker.RunAsync($"start {container}");
        await Eventually.HoldsAsync(() => _plugin.Calls.Contains($"Create {made}") && _plugin.Calls.Contains($"Mount {mounted}") ? null : "it was not called");
        // The plugin did it, and the daemon never heard.
        _plugin.Make(made);
        await _engine.KillDaemonAsync();
        await creating;
        await starting;
        _plugin.Instead.Clear();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => !_plugin.Has(made) && _plugin.Calls.Contains($"Unmount {mounted}") ? null : "it was not taken back: " + string.Join(", ", _plugin.Calls));
        Assert.DoesNotContain(made, await Docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        Assert.True(_plugin.Has(mounted));
        await Docker.OkAsync($"start {container}");
        await Docker.OkAsync($"rm -f {container}");
    }

    [QuaidFact]
    public async Task The_record_of_a_plugin_that_is_gone_for_good_can_be_removed()
    {
        string name = _names.New();
        await Docker.OkAsync($"volume create -d {_plugin.Name} {name}");
        _plugin.Stop();
        // A daemon that never saw the plugin.
        await _engine.StopDaemonAsync();
        await _engine.StartDaemonAsync();
        (await Docker.RunAsync($"volume rm {name}")).ExpectFailure(
            1, $"error while checking if volume \"{name}\" exists in driver \"{_plugin.Name}\": error looking up volume plugin {_plugin.Name}: plugin \"{_plugin.Name}\" not found");
        Assert.Contains(name, await Docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        await Docker.OkAsync($"volume rm -f {name}");
        Assert.DoesNotContain(name, await Docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        _plugin.Start();
    }

    [QuaidTheory]
    [InlineData("rubbish", "something that is not the JSON of its protocol")]
    [InlineData("[]", "something that is not the JSON of its protocol")]
    [InlineData("null", "something that is not the JSON of its protocol")]
    public async Task Nonsense_is_refused_with_the_plugin_and_the_call(string answer, string why)
    {
        string name = _names.New();
        _plugin.Instead["Create"] = answer;
        (await Docker.RunAsync($"volume create -d {_plugin.Name} {name}")).ExpectFailure(1, $"create {name}: plugin \"{_plugin.Name}\" answered VolumeDriver.Create with {why}");
        _plugin.Instead.Clear();
        _plugin.Instead["Mount"] = """{"Mountpoint":"relative"}""";
        (await Docker.RunAsync($"run --rm -v {name}:/x --volume-driver {_plugin.Name} {Image} true")).ExpectFailure(
            125, $"plugin \"{_plugin.Name}\" answered VolumeDriver.Mount without a folder of the host");
        _plugin.Instead.Clear();
        _plugin.Instead["List"] = answer;
        CommandResult list = await Docker.RunAsync("volume ls -q");
        list.Succeeded();
        Assert.Contains(name, list.Text, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_plugin_that_hangs_keeps_nobody_else_waiting()
    {
        string hanging = _names.New(), other = _names.New();
        _plugin.Instead["Activate"] = null;
        Task<CommandResult> creating = Docker.RunAsync($"volume create -d {_plugin.Name} {hanging}");
        await Eventually.HoldsAsync(() => _plugin.Calls.Contains("Activate") ? null : "it was not called");
        await Docker.OkAsync($"volume create {other}");
        await Docker.OkAsync($"run --rm -v {other}:/x {Image} touch /x/f");
        Assert.Contains(other, await Docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        Assert.False(creating.IsCompleted);
        (await creating).ExpectFailure(1, $"create {hanging}: error looking up volume plugin {_plugin.Name}: plugin \"{_plugin.Name}\" did not answer Plugin.Activate within 30 seconds");
    }
}
