using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary><c>docker volume</c>: what is created, refused, listed, shown, pruned.</summary>
public sealed class VolumeCommandTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime, IDisposable
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly EngineHttp _http = new(engine);
    private readonly VolumeNames _names = new(engine);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_volume_is_shown_as_it_was_created()
    {
        string name = _names.New();
        Assert.Equal(name, await _docker.OkAsync($"volume create --label a=b --label c {name}"));
        Assert.Equal(name, await _docker.OkAsync($"volume create --label x=y {name}"));
        JsonNode volume = JsonNode.Parse(await _docker.OkAsync($"volume inspect {name}"))![0]!;
        Assert.Equal(["CreatedAt", "Driver", "Labels", "Mountpoint", "Name", "Options", "Scope"], volume.AsObject().Select(m => m.Key));
        Assert.Equal("""{"a":"b","c":""}""", volume["Labels"]!.ToJsonString());
        Assert.Equal(("local", "local", true), ((string?)volume["Driver"], (string?)volume["Scope"], volume["Options"] is null));
        Assert.EndsWith($"/volumes/{name}/_data", (string?)volume["Mountpoint"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_and_options_are_sorted()
    {
        string name = _names.New();
        await _http.OkAsync("POST", "/v1.51/volumes/create", $$$"""{"Name":"{{{name}}}","Labels":{"z":"1","a":"2","B":"3"},"DriverOpts":{"type":"","device":""}}""");
        JsonNode volume = (await _http.OkAsync("GET", $"/v1.51/volumes/{name}"))!;
        Assert.Equal("""{"B":"3","a":"2","z":"1"} {"device":"","type":""}""", $"{volume["Labels"]!.ToJsonString()} {volume["Options"]!.ToJsonString()}");
    }

    [QuaidFact]
    public async Task The_command_shows_what_dockers_shows()
    {
        string name = _names.New();
        var quai = new DockerClient(engine.Host, Path.Combine(engine.Scratch("quai"), "config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        Assert.Equal(name, await quai.OkAsync($"volume create --label b=c -o type=tmpfs -o device=tmpfs {name}"));
        foreach (string line in (string[])[$"volume inspect {name}", $"volume ls -f name={name}", $"volume ls -f name={name} --format json", "volume ls --cluster", $"volume inspect -f {{{{.Labels}}}} {name}"])
        {
            Assert.Equal(await _docker.OkAsync(line), await quai.OkAsync(line));
        }

        Assert.Equal((await _docker.RunAsync($"volume update {name} --availability drain")).Stderr, (await quai.RunAsync($"volume update {name} --availability drain")).Stderr);
        await _docker.OkAsync($"volume create {name}plain");
        await quai.OkAsync($"volume create {_names.Add(name + "quai")}");
        Assert.Equal(await _docker.OkAsync($"volume inspect -f '{{{{.Labels}}}} {{{{.Options}}}}' {_names.Add(name + "plain")}"), await _docker.OkAsync($"volume inspect -f '{{{{.Labels}}}} {{{{.Options}}}}' {name}quai"));
    }

    [Theory]
    [InlineData("""{}""", null, null)]
    [InlineData("""{"DriverOpts":null,"Labels":null}""", null, null)]
    [InlineData("""{"DriverOpts":{},"Labels":{}}""", "{}", "{}")]
    public async Task What_was_not_given_is_not_shown_as_empty(string members, string? labels, string? options)
    {
        JsonObject request = JsonNode.Parse(members)!.AsObject();
        string name = _names.New();
        request["Name"] = name;
        await _http.OkAsync("POST", "/v1.51/volumes/create", request.ToJsonString());
        JsonNode volume = (await _http.OkAsync("GET", $"/v1.51/volumes/{name}"))!;
        Assert.Equal((labels, options), (volume["Labels"]?.ToJsonString(), volume["Options"]?.ToJsonString()));
    }

    [Theory]
    [InlineData("-o foo=bar", "invalid option: \"foo\"")]
    [InlineData("-o TYPE=tmpfs -o device=tmpfs", "invalid option: \"TYPE\"")]
    [InlineData("-o type=tmpfs", "missing required option: \"device\"")]
    [InlineData("-o device=tmpfs", "missing required option: \"type\"")]
    [InlineData("-o o=bind", "missing required option: \"device\"")]
    [InlineData("-o o=bind -o device=/tmp", "missing required option: \"type\"")]
    [InlineData("-o size=abc", "invalid size: 'abc'")]
    [InlineData("-o size=-1", "invalid size: '-1'")]
    [InlineData("-d nope", "error looking up volume plugin nope: plugin \"nope\" not found")]
    public async Task What_the_driver_does_not_know_is_refused(string options, string why)
    {
        string name = _names.New();
        (await _docker.RunAsync($"volume create {options} {name}")).ExpectFailure(1, $"Error response from daemon: create {name}: {why}");
        Assert.Equal("", await _docker.OkAsync($"volume ls -q --filter name=^{name}$"));
    }

    [Fact]
    public async Task A_size_needs_quotas_unless_it_is_none()
    {
        string name = _names.New();
        (await _docker.RunAsync($"volume create -o size=1G {name}")).ExpectFailure(1, $"create {name}: quota size requested but no quota support");
        await _docker.OkAsync($"volume create -o size=0 {name}");
        Assert.Equal("map[size:0]", await _docker.OkAsync($"volume inspect -f '{{{{.Options}}}}' {name}"));
        Assert.Equal("ok", await _docker.OkAsync($"run --rm -v {name}:/v {BusyboxImage.Name} echo ok"));
    }

    [Fact]
    public async Task Filters_choose_by_use_driver_label_and_name()
    {
        string labelled = _names.New(), used = _names.New(), container = engine.Name();
        await _docker.OkAsync($"volume create --label {labelled}=b {labelled}");
        await _docker.OkAsync($"create --name {container} -v {used}:/v {BusyboxImage.Name} true");
        Task<string> List(string filters) => _docker.OkAsync($"volume ls -q {filters}");
        Assert.Equal(labelled, await List($"-f label={labelled}"));
        Assert.Equal(labelled, await List($"-f label={labelled}=b -f driver=local"));
        Assert.Equal("", await List($"-f label={labelled}=c"));
        Assert.Equal("", await List($"-f label={labelled} -f driver=loc"));
        Assert.Equal(used, await List($"-f name={used} -f dangling=false"));
        Assert.Equal("", await List($"-f name={used} -f dangling=true"));
        Assert.Equal(labelled, await List($"-f name=^{labelled}$ -f dangling=1"));
        (await _docker.RunAsync("volume ls -f foo=bar")).ExpectFailure(1, "invalid filter 'foo'");
        (await _docker.RunAsync("volume ls -f dangling=maybe")).ExpectFailure(1, "invalid filter 'dangling=[maybe]'");
        (await _docker.RunAsync($"volume rm {used}")).ExpectFailure(1, $"remove {used}: volume is in use - [");
        await _docker.OkAsync($"rm {container}");
        Assert.Equal(used, await _docker.OkAsync($"volume rm {used}"));
        (await _docker.RunAsync($"volume rm {used}")).ExpectFailure(1, $"get {used}: no such volume");
        Assert.Equal(used, await _docker.OkAsync($"volume rm -f {used}"));
    }

    [QuaidFact]
    public async Task Prune_removes_anonymous_volumes_and_with_all_named_ones()
    {
        string named = _names.New(), other = _names.New(), anonymous = await _docker.OkAsync("volume create");
        await _docker.OkAsync($"volume create --label pruned=yes {named}");
        await _docker.OkAsync($"volume create {other}");
        Assert.Equal($"Deleted Volumes:\n{anonymous}\n\nTotal reclaimed space: 0B", (await _docker.OkAsync("volume prune -f")).ReplaceLineEndings("\n"));
        Assert.Equal($"Deleted Volumes:\n{named}\n\nTotal reclaimed space: 0B", (await _docker.OkAsync("volume prune -af --filter label=pruned=yes")).ReplaceLineEndings("\n"));
        Assert.Equal(other, await _docker.OkAsync("volume ls -q"));
    }

    [Theory]
    [InlineData("{\"all\":[\"true\",\"false\"]}", "only one value is expected")]
    [InlineData("{\"all\":[\"maybe\"]}", "invalid filter 'all'")]
    [InlineData("{\"foo\":[\"a\"]}", "invalid filter 'foo'")]
    public async Task Prune_refuses_filters_that_are_none(string filters, string why)
    {
        (int status, string message) = await _http.RefusedAsync("POST", "/v1.51/volumes/prune?filters=" + Uri.EscapeDataString(filters));
        Assert.Equal(400, status);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_are_no_volumes_of_a_cluster()
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create {name}");
        Assert.Equal((503, "volume update only valid for cluster volumes, but swarm is unavailable"), await _http.RefusedAsync("PUT", $"/v1.51/volumes/{name}?version=3", "{}"));
        (await _docker.RunAsync($"volume update {name} --availability drain")).ExpectFailure(1, "can only update cluster volumes");
        (int status, string message) = await _http.RefusedAsync("POST", "/v1.51/volumes/create", """{"Name":"cluster-volume","ClusterVolumeSpec":{}}""");
        Assert.Equal(503, status);
        Assert.StartsWith("This node is not a swarm manager.", message, StringComparison.Ordinal);
    }
}
