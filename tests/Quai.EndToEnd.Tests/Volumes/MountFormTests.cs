using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary>The forms of <c>-v</c>, <c>--mount</c>, <c>--tmpfs</c> and <c>--volumes-from</c>, and what is refused of them.</summary>
public sealed class MountFormTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime, IDisposable
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly EngineHttp _http = new(engine);
    private readonly VolumeNames _names = new(engine);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/t:ro", "invalid volume specification: '/t:ro'")]
    [InlineData("/etc:/t:nocopy", "invalid volume specification: '/etc:/t:nocopy': invalid mount config for type \"bind\": field VolumeOptions must not be specified")]
    [InlineData("some-volume:/t:rslave", "invalid volume specification: 'some-volume:/t:rslave': invalid mount config for type \"volume\": field BindOptions must not be specified")]
    [InlineData("/etc:/t:ro,rw", "invalid mode: ro,rw")]
    [InlineData("/etc:/t:foo", "invalid mode: foo")]
    public async Task A_short_form_that_makes_no_sense_is_refused(string form, string why)
    {
        (int status, string message) = await _http.RefusedAsync("POST", "/v1.51/containers/create", $$$"""{"Image":"{{{Image}}}","HostConfig":{"Binds":["{{{form}}}"]}}""");
        // Docker, for which these are no errors of the client, answers 500.
        Assert.Equal((TestEnvironment.ForeignEngine is null ? 400 : 500, why), (status, message));
    }

    [Theory]
    [InlineData("""{"Type":"volume","Target":"/t","ReadOnly":true}""", "invalid mount config for type \"volume\": must not set ReadOnly mode when using anonymous volumes")]
    [InlineData("""{"Type":"volume","Target":"/t","VolumeOptions":{"Subpath":"a"}}""", "invalid mount config for type \"volume\": must not set Subpath when using anonymous volumes")]
    [InlineData("""{"Type":"volume","Source":"some-volume","Target":"/t","VolumeOptions":{"Subpath":"a/../../b"}}""", "invalid mount config for type \"volume\": subpath must be a relative path within the volume")]
    [InlineData("""{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"Options":[["uid","3"]]}}""", "invalid mount config for type \"tmpfs\": invalid option: uid")]
    [InlineData("""{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"Options":[[]]}}""", "invalid mount config for type \"tmpfs\": invalid option array length")]
    [InlineData("""{"Type":"bind","Source":"/tmp","Target":"/t","ImageOptions":{}}""", "invalid mount config for type \"bind\": field ImageOptions must not be specified")]
    [InlineData("""{"Type":"image","Source":"x","Target":"/t","BindOptions":{}}""", "BindOptions must not be specified on mount type \"image\"")]
    [InlineData("""{"Type":"image","Target":"/t"}""", "invalid mount config for type \"image\": field Source must not be empty")]
    [InlineData("""{"Type":"image","Source":"busybox:e2e","Target":"/t","ImageOptions":{"Subpath":"/etc"}}""", "invalid mount config for type \"image\": subpath must be a relative path within the volume")]
    [InlineData("""{"Type":"cluster","Source":"x","Target":"/t"}""", "invalid mount config for type \"cluster\": mount type unknown")]
    public async Task A_long_form_that_makes_no_sense_is_refused(string mount, string why)
    {
        (int status, string message) = await _http.RefusedAsync("POST", "/v1.51/containers/create", $$$"""{"Image":"{{{Image}}}","HostConfig":{"Mounts":[{{{mount}}}]}}""");
        Assert.Equal((400, why), (status, message));
    }

    [Theory]
    [InlineData("--tmpfs /t:rw,foo", "invalid tmpfs option \"foo\"")]
    [InlineData("--tmpfs /t:huge=always", "invalid tmpfs option \"huge\"")]
    [InlineData("--tmpfs /t -v /etc:/t", "Duplicate mount point: /t")]
    [InlineData("--volumes-from nobody:foo", "invalid mode: foo")]
    [InlineData("--volumes-from nobody:rslave", "invalid mode: rslave")]
    [InlineData("--volumes-from nobody:ro:rw", "invalid mode: ro:rw")]
    [InlineData("--volumes-from nobody:ro,nocopy", "invalid mode: ro,nocopy")]
    public async Task Other_nonsense_is_refused(string options, string why) => (await _docker.RunAsync($"run --rm {options} {Image} true")).ExpectFailure(125, why);

    [Theory]
    [InlineData("", true)]
    [InlineData(":ro", false)]
    [InlineData(":rw", true)]
    [InlineData(":z", true)]
    [InlineData(":z,ro", false)]
    [InlineData(":ro,Z", false)]
    [InlineData(":", true)]
    public async Task Another_containers_volumes_are_as_writable_as_both_say(string mode, bool writable)
    {
        string volume = _names.New(), from = engine.Name(), folder = engine.Scratch(engine.Name("folder"));
        await _docker.OkAsync($"create --name {from} -v {volume}:/v -v {folder}:/b:ro --tmpfs /t {Image} true");
        string[] mounts = (await _docker.OkAsync($"run --rm --volumes-from {from}{mode} {Image} sh -c \"grep -E ' /(v|b|t) ' /proc/self/mounts | cut -d' ' -f2,4 | cut -d, -f1 | sort\"")).Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(["/b ro", writable ? "/v rw" : "/v ro"], mounts);
    }

    [Fact]
    public async Task Labels_of_volumes_and_relative_destinations_are_kept()
    {
        string name = _names.New();
        await _docker.OkAsync($"run --rm --mount type=volume,src={name},dst=/v,volume-label=a=b,volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=1m {Image} true");
        Assert.Equal("map[a:b] map[device:tmpfs o:size=1m type:tmpfs]", await _docker.OkAsync($"volume inspect -f '{{{{.Labels}}}} {{{{.Options}}}}' {name}"));
        Assert.Equal("/relative", await _docker.OkAsync($"run --rm -v relative {Image} sh -c \"grep -o ' /relative ' /proc/mounts | tr -d ' '\""));
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_named_with_the_volume()
    {
        (int status, string message) = await _http.RefusedAsync(
            "POST", "/v1.51/containers/create",
            $$$"""{"Image":"{{{Image}}}","HostConfig":{"Mounts":[{"Type":"volume","Source":"some-volume","Target":"/t","VolumeOptions":{"DriverConfig":{"Name":"nope"} } } ]}}""");
        Assert.Equal((404, "create some-volume: error looking up volume plugin nope: plugin \"nope\" not found"), (status, message));
    }
}
