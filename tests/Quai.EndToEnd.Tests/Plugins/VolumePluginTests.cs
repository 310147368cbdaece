using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Volumes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Volumes of plugins that behave, as on Docker.</summary>
/// <remarks>All tests have one plugin: Docker never forgets one that it has used, and waits for each that is gone whenever it looks for a volume.</remarks>
public sealed class VolumePluginTests(QuaidInstance engine, VolumePlugin plugin) : IClassFixture<QuaidInstance>, IClassFixture<VolumePlugin>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly VolumeNames _names = new(engine);
    private readonly VolumePlugin _plugin = plugin;

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        _plugin.Calls.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _plugin.Instead.Clear();
        await _names.RemoveAsync();
    }

    [Fact]
    public async Task A_volume_is_made_shown_and_removed_by_its_plugin()
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -d {_plugin.Name} -o size=10 --label a=b {name}");
        Assert.Equal("{\"size\":\"10\"}", _plugin.Options);
        JsonNode shown = JsonNode.Parse(await _docker.OkAsync($"volume inspect {name}"))![0]!;
        Assert.Equal(
            $$$"""{"CreatedAt":"2024-01-02T03:04:05Z","Driver":"{{{_plugin.Name}}}","Labels":{"a":"b"},"Mountpoint":"{{{_plugin.FolderOf(name)}}}","Name":"{{{name}}}","Options":{"size":"10"},"Scope":"global","Status":{"hello":"world"}}""",
            shown.ToJsonString());
        Assert.Equal($"{_plugin.Name} {name} global", await _docker.OkAsync($"volume ls --filter driver={_plugin.Name} --format '{{{{.Driver}}}} {{{{.Name}}}} {{{{.Scope}}}}'"));
        Assert.Contains(_plugin.Name, await _docker.OkAsync("info -f '{{json .Plugins.Volume}}'"), StringComparison.Ordinal);
        await _docker.OkAsync($"volume rm {name}");
        Assert.False(_plugin.Has(name));
        Assert.DoesNotContain(name, await _docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-v {0}:/x --volume-driver {1}")]
    [InlineData("--mount type=volume,src={0},dst=/x,volume-driver={1}")]
    public async Task A_container_uses_what_the_plugin_mounts_for_it(string form)
    {
        string name = _names.New(), container = engine.Name();
        await _docker.OkAsync($"create --name {container} {string.Format(System.Globalization.CultureInfo.InvariantCulture, form, name, _plugin.Name)} {Image} sh -c 'echo seen >/x/file; sleep 1000'");
        Assert.Empty(_plugin.Mounts);
        await _docker.OkAsync($"start {container}");
        await Eventually.HoldsAsync(() => File.Exists(_plugin.FolderOf(name) + "/file") ? null : "nothing was written");
        Assert.Equal([name], _plugin.Mounts.Values);
        JsonNode mount = JsonNode.Parse(await _docker.OkAsync($"inspect -f '{{{{json .Mounts}}}}' {container}"))![0]!;
        Assert.Equal($$"""{"Type":"volume","Name":"{{name}}","Source":"","Destination":"/x","Driver":"{{_plugin.Name}}","Mode":"","RW":true,"Propagation":""}""", mount.ToJsonString());
        (await _docker.RunAsync($"volume rm {name}")).ExpectFailure(1, $"remove {name}: volume is in use - [");
        await _docker.OkAsync($"rm -f {container}");
        await Eventually.HoldsAsync(() => _plugin.Mounts.IsEmpty ? null : "it is still mounted");
        Assert.True(_plugin.Has(name));
    }

    [Fact]
    public async Task Each_container_is_a_user_of_its_own()
    {
        string name = _names.New(), first = engine.Name(), second = engine.Name();
        await _docker.OkAsync($"run -d --name {first} -v {name}:/x --volume-driver {_plugin.Name} {Image} sleep 1000");
        await _docker.OkAsync($"run -d --name {second} -v {name}:/x {Image} sleep 1000");
        Assert.Equal([name, name], _plugin.Mounts.Values);
        Assert.Single(_plugin.Calls, c => c == $"Create {name}");
        await _docker.OkAsync($"rm -f {first}");
        Assert.Equal([name], _plugin.Mounts.Values);
        await _docker.OkAsync($"rm -f {second}");
        Assert.Empty(_plugin.Mounts);
    }

    [Fact]
    public async Task An_anonymous_volume_goes_with_its_container()
    {
        string container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} -v /x --volume-driver {_plugin.Name} {Image} sleep 1000");
        string name = Assert.Single(_plugin.Mounts.Values);
        await _docker.OkAsync($"rm -fv {container}");
        await Eventually.HoldsAsync(() => _plugin.Has(name) ? "it is still there" : null);
    }

    [Fact]
    public async Task A_volume_that_only_the_plugin_knows_is_listed_used_and_removed()
    {
        string name = _names.New();
        _plugin.Make(name);
        Assert.Equal(name, await _docker.OkAsync($"volume ls -q --filter driver={_plugin.Name}"));
        Assert.Equal(_plugin.Name, await _docker.OkAsync($"volume inspect -f '{{{{.Driver}}}}' {name}"));
        await _docker.OkAsync($"run --rm -v {name}:/x {Image} touch /x/f");
        Assert.True(File.Exists(_plugin.FolderOf(name) + "/f"));
        Assert.DoesNotContain($"Create {name}", _plugin.Calls);
        await _docker.OkAsync($"volume rm {name}");
        Assert.False(_plugin.Has(name));
    }

    [Fact]
    public async Task A_name_belongs_to_one_driver()
    {
        string local = _names.New(), plugged = _names.New();
        await _docker.OkAsync($"volume create {local}");
        await _docker.OkAsync($"volume create -d {_plugin.Name} {plugged}");
        (await _docker.RunAsync($"volume create -d {_plugin.Name} {local}")).ExpectFailure(1, $"create {local}: driver 'local' already has volume '{local}': volume name must be unique");
        (await _docker.RunAsync($"volume create {plugged}")).ExpectFailure(1, $"create {plugged}: driver '{_plugin.Name}' already has volume '{plugged}': volume name must be unique");
    }

    [Fact]
    public async Task What_the_plugin_refuses_is_said_and_leaves_nothing()
    {
        string name = _names.New();
        _plugin.Instead["Create"] = """{"Err":"no room"}""";
        (await _docker.RunAsync($"volume create -d {_plugin.Name} {name}")).ExpectFailure(1, $"create {name}: no room");
        Assert.DoesNotContain(name, await _docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        _plugin.Instead.Clear();
        _plugin.Instead["Mount"] = """{"Err":"cannot mount"}""";
        (await _docker.RunAsync($"run --rm -v {name}:/x --volume-driver {_plugin.Name} {Image} true")).ExpectFailure(125, "error while mounting volume '': cannot mount");
        _plugin.Instead.Clear();
        _plugin.Instead["Remove"] = """{"Err":"it stays"}""";
        (await _docker.RunAsync($"volume rm {name}")).ExpectFailure(1, $"remove {name}: it stays");
        Assert.Contains(name, await _docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_the_plugin_lost_is_none_and_can_be_made_again()
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -d {_plugin.Name} {name}");
        _plugin.Lose(name);
        (await _docker.RunAsync($"volume inspect {name}")).ExpectFailure(1, $"get {name}: no such volume");
        await _docker.OkAsync($"volume create -d {_plugin.Name} {name}");
        Assert.True(_plugin.Has(name));
    }

    [Fact]
    public async Task A_file_may_say_where_a_plugin_listens()
    {
        string alias = _plugin.Name + "-file", file = $"/etc/docker/plugins/{alias}.spec", name = _names.New();
        Directory.CreateDirectory("/etc/docker/plugins");
        await File.WriteAllTextAsync(file, $"unix:///run/docker/plugins/{_plugin.Name}.sock\n");
        try
        {
            await _docker.OkAsync($"volume create -d {alias} {name}");
            Assert.True(_plugin.Has(name));
            await _docker.OkAsync($"volume rm {name}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
