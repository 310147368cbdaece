using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Networks listed, pruned and removed, who is on them, and the events of all that.</summary>
public sealed class NetworkListTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly EngineHttp _http = new(engine);
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task Filters_choose()
    {
        string one = await _networks.CreateAsync("--label kind=a --label only"), two = await _networks.CreateAsync("--label kind=b"), start = one[..one.IndexOf('-', StringComparison.Ordinal)];
        string id = await _networks.InspectAsync(one, "{{.Id}}");
        await _networks.RunAsync(two);
        Assert.Equal([one], await MineAsync("label=kind=a"));
        Assert.Equal([one, two], await MineAsync("label=kind"));
        Assert.Equal([one], await MineAsync("label=kind", "label=only"));
        Assert.Empty(await MineAsync("label=kind=c"));
        Assert.Equal([one], await MineAsync($"id={id}"));
        Assert.Equal([one], await MineAsync($"id={id[..20]}"));
        Assert.Equal([one], await MineAsync($"name={one}"));
        Assert.Equal([one, two], await MineAsync($"name=^{start}"));
        Assert.Equal([one, two], await MineAsync($"name={one}", $"name={two}"));
        Assert.Equal([one, two], await MineAsync("driver=bridge", "type=custom"));
        Assert.Empty(await MineAsync("driver=host"));
        Assert.Equal([one, two], await MineAsync("scope=local"));
        Assert.Empty(await MineAsync("scope=swarm"));
        Assert.Contains(one, await MineAsync("dangling=true"));
        Assert.DoesNotContain(one, await MineAsync("dangling=0"));
        Assert.Contains("bridge", await ListAsync("dangling=false"));
        Assert.Empty(await MineAsync("type=builtin"));
        Assert.Equal(["bridge", "host", "none"], await ListAsync("type=builtin"));
        Assert.Equal(["host"], await ListAsync("driver=host"));

        async Task<string[]> MineAsync(params string[] filters) => [.. (await ListAsync(filters)).Where(n => n == one || n == two)];
    }

    [QuaidFact]
    public async Task One_that_somebody_is_on_does_not_dangle()
    {
        // Docker's list tells none that somebody is on from the others, against what its API says.
        string name = await _networks.CreateAsync();
        Assert.Contains(name, await ListAsync("dangling=true"));
        string container = await _networks.RunAsync(name);
        Assert.DoesNotContain(name, await ListAsync("dangling=true"));
        Assert.Contains(name, await ListAsync("dangling=0"));
        await _docker.OkAsync($"rm -f {container}");
        Assert.Contains(name, await ListAsync("dangling=1"));
    }

    [Theory]
    [InlineData("""{"type":["x"]}""", 500, "invalid filter: 'type'='x'")]
    [InlineData("""{"dangling":["x"]}""", 400, "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")")]
    [InlineData("""{"nosuch":["x"]}""", 400, "invalid filter 'nosuch'")]
    [InlineData("""{"until":["1h"]}""", 400, "invalid filter 'until'")]
    public async Task Filters_that_there_are_not(string filters, int status, string message) =>
        Assert.Equal((status, message), await _http.RefusedAsync("GET", $"/v1.51/networks?filters={Uri.EscapeDataString(filters)}"));

    [Theory]
    [InlineData("""{"name":["x"]}""", 400, "invalid filter 'name'")]
    [InlineData("""{"until":["x"]}""", 400, "failed to parse value as time or duration: \"x\"")]
    [InlineData("""{"until":["1h","2h"]}""", 400, "more than one until filter specified")]
    public async Task Filters_that_prune_has_not(string filters, int status, string message) =>
        Assert.Equal((status, message), await _http.RefusedAsync("POST", $"/v1.51/networks/prune?filters={Uri.EscapeDataString(filters)}"));

    [Fact]
    public async Task A_list_is_sorted_and_its_columns_can_be_chosen()
    {
        string name = await _networks.CreateAsync("--internal --label a=b"), id = await _networks.InspectAsync(name, "{{.Id}}");
        Assert.Equal(
            $"{id[..12]} {name} bridge local true false true a=b b",
            await _docker.OkAsync($"network ls --filter name={name} --format '{{{{.ID}}}} {{{{.Name}}}} {{{{.Driver}}}} {{{{.Scope}}}} {{{{.IPv4}}}} {{{{.IPv6}}}} {{{{.Internal}}}} {{{{.Labels}}}} {{{{.Label \"a\"}}}}'"));
        Assert.Equal(id, await _docker.OkAsync($"network ls -q --no-trunc --filter name={name}"));
        Assert.Equal(id[..12], await _docker.OkAsync($"network ls -q --filter name={name}"));
    }

    [Fact]
    public async Task Prune_takes_those_that_nobody_is_on()
    {
        string label = engine.Name("label"), free = await _networks.CreateAsync($"--label {label}"), used = await _networks.CreateAsync($"--label {label}");
        string kept = await _networks.CreateAsync($"--label {label} --label keep=1"), stopped = await _networks.CreateAsync($"--label {label}"), container = engine.Name();
        await _networks.RunAsync(used);
        await _docker.OkAsync($"create --name {container} --network {stopped} {BusyboxImage.Name} true");
        (await _docker.RunAsync($"network prune -f --filter label={label} --filter until=1h")).Expect(0, "", "");
        CommandResult pruned = (await _docker.RunAsync($"network prune -f --filter label={label} --filter label!=keep=1")).Expect(0, null, "");
        Assert.Equal($"Deleted Networks:\n{string.Join('\n', new[] { free, stopped }.Order(StringComparer.Ordinal))}\n", string.Join('\n', pruned.Stdout.Split('\n')[..1].Concat(pruned.Stdout.Split('\n')[1..^2].Order(StringComparer.Ordinal))) + "\n");
        Assert.Equal(new[] { used, kept }.Order(StringComparer.Ordinal), await ListAsync($"label={label}"));
        (await _docker.RunAsync("network prune", "n\n"u8.ToArray())).Expect(
            0, "WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue? [y/N] ");
    }

    [Fact]
    public async Task One_that_somebody_is_on_is_not_removed()
    {
        string name = await _networks.CreateAsync(), container = await _networks.RunAsync(name);
        string endpoint = await _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{name}\").EndpointID}}}}");
        (await _docker.RunAsync($"network rm {name}")).ExpectFailure(
            1, $"Error response from daemon: error while removing network: network {name} has active endpoints (name:\"{container}\" id:\"{endpoint[..12]}\")");
        Assert.Equal(403, (await _http.RefusedAsync("DELETE", $"/v1.51/networks/{name}")).Status);
        await _docker.OkAsync($"stop -t 0 {container}");
        Assert.Equal(name, await _docker.OkAsync($"network rm {name}"));
        (await _docker.RunAsync($"network rm {name}")).ExpectFailure(1, $"network {name} not found");
        (await _docker.RunAsync($"network rm -f {name}")).Expect(0, "");
    }

    [Fact]
    public async Task Who_is_on_it_is_shown()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync();
        string container = await _networks.RunAsync(name), id = await _docker.InspectAsync(container, "{{.Id}}");
        string endpoint = await _docker.InspectAsync(container, $"{{{{with index .NetworkSettings.Networks \"{name}\"}}}}{{{{.EndpointID}}}} {{{{.MacAddress}}}}{{{{end}}}}");
        string expected = $$$"""{"{{{id}}}":{"Name":"{{{container}}}","EndpointID":"{{{endpoint.Split(' ')[0]}}}","MacAddress":"{{{endpoint.Split(' ')[1]}}}","IPv4Address":"{{{subnet}}}.2/24","IPv6Address":""}}""";
        Assert.Equal(expected, await _networks.InspectAsync(name, "{{json .Containers}}"));
        await _docker.OkAsync($"pause {container}");
        Assert.Equal(expected, await _networks.InspectAsync(name, "{{json .Containers}}"));
        await _docker.OkAsync($"unpause {container}");
        await _docker.OkAsync($"stop -t 0 {container}");
        Assert.Equal("{}", await _networks.InspectAsync(name, "{{json .Containers}}"));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("none")]
    public async Task Who_is_on_one_without_addresses_is_shown_too(string network)
    {
        string container = await _networks.RunAsync(network), id = await _docker.InspectAsync(container, "{{.Id}}");
        string endpoint = await _docker.InspectAsync(container, $"{{{{.NetworkSettings.Networks.{network}.EndpointID}}}}");
        Assert.Matches("^[0-9a-f]{64}$", endpoint);
        Assert.Contains(
            $$"""{"Name":"{{container}}","EndpointID":"{{endpoint}}","MacAddress":"","IPv4Address":"","IPv6Address":""}""",
            await _networks.InspectAsync(network, "{{json .Containers}}"),
            StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", await _docker.InspectAsync(container, "{{.NetworkSettings.SandboxID}}"));
        await _docker.OkAsync($"stop -t 0 {container}");
        Assert.DoesNotContain(id, await _networks.InspectAsync(network, "{{json .Containers}}"), StringComparison.Ordinal);
        Assert.Equal("  ", await _docker.InspectAsync(container, $"{{{{.NetworkSettings.SandboxID}}}} {{{{.NetworkSettings.SandboxKey}}}} {{{{.NetworkSettings.Networks.{network}.EndpointID}}}}") + "  ");
    }

    [Fact]
    public async Task A_container_that_left_its_last_network_has_its_sandbox_still()
    {
        string name = await _networks.CreateAsync(), container = await _networks.RunAsync(name);
        string before = await SandboxAsync();
        Assert.Matches("^[0-9a-f]{64} /.+$", before);
        await _docker.OkAsync($"network disconnect {name} {container}");
        Assert.Equal(before, await SandboxAsync());
        await _docker.OkAsync($"network connect {name} {container}");
        Assert.Equal(before, await SandboxAsync());
        await _docker.OkAsync($"restart -t 0 {container}");
        Assert.NotEqual(before, await SandboxAsync());

        Task<string> SandboxAsync() => _docker.InspectAsync(container, "{{.NetworkSettings.SandboxID}} {{.NetworkSettings.SandboxKey}}");
    }

    [Fact]
    public async Task It_is_told_as_events()
    {
        string name = engine.Name("net"), id = await _docker.OkAsync($"network create {name}"), container = await _networks.RunAsync(name);
        string who = await _docker.InspectAsync(container, "{{.Id}}");
        await _docker.OkAsync($"network disconnect {name} {container}");
        await _docker.OkAsync($"network connect {name} {container}");
        await _docker.OkAsync($"rm -f {container}");
        await _docker.OkAsync($"network rm {name}");
        string[] told = [$"create {id} {name} bridge -", $"connect {id} {name} bridge {who}", $"disconnect {id} {name} bridge {who}", $"connect {id} {name} bridge {who}", $"disconnect {id} {name} bridge {who}", $"destroy {id} {name} bridge -"];
        const string format = "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}} {{or .Actor.Attributes.container \"-\"}}";
        await Eventually.HoldsAsync(async () =>
            await _docker.OkAsync($"events --since 2m --until 0s --filter type=network --filter network={name} --format '{format}'") is var events
            && events == string.Join('\n', told) ? null : events);
    }

    [Theory]
    [InlineData("0242.ac11.0042", "02:42:ac:11:00:42")]
    [InlineData("02-42-AC-11-00-42", "02:42:ac:11:00:42")]
    public async Task A_hardware_address_is_written_in_any_way(string asked, string shown)
    {
        string name = await _networks.CreateAsync(), container = await _networks.RunAsync(name, $"--mac-address {asked}");
        Assert.Equal(shown, await _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{name}\").MacAddress}}}}"));
        Assert.Equal(shown, await _docker.OkAsync($"exec {container} cat /sys/class/net/eth0/address"));
    }

    [Theory]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("02:42:ac:11:00:02:03:04")]
    public async Task One_that_no_interface_can_have_fails(string asked) =>
        (await _docker.RunAsync($"run --rm --mac-address {asked} {BusyboxImage.Name} true")).ExpectFailure(125, asked);

    [Theory]
    [InlineData("x")]
    [InlineData("02:42:ac:11:00")]
    [InlineData("0:42:ac:11:00:02")]
    [InlineData("02:42:ac-11-00:02")]
    public async Task One_that_is_none_is_refused_by_name(string asked)
    {
        Assert.Equal(
            (400, "invalid config for network bridge: invalid MAC address " + asked),
            await _http.RefusedAsync("POST", "/v1.51/containers/create", $$$$$"""{"Image":"{{{{{BusyboxImage.Name}}}}}","NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"{{{{{asked}}}}}"}}}}"""));
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} {BusyboxImage.Name} true");
        Assert.Equal(
            (400, "invalid MAC address " + asked),
            await _http.RefusedAsync("POST", "/v1.51/networks/bridge/connect", $$$"""{"Container":"{{{name}}}","EndpointConfig":{"MacAddress":"{{{asked}}}"}}"""));
    }

    [QuaidTheory]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("00:00:00:00:00:00")]
    public async Task One_that_no_interface_can_have_is_refused_at_once(string asked) =>
        (await _docker.RunAsync($"create --mac-address {asked} {BusyboxImage.Name} true")).ExpectFailure(1, $"invalid config for network bridge: invalid MAC address {asked}");

    public void Dispose() => _http.Dispose();

    private async Task<string[]> ListAsync(params string[] filters) =>
        (await _docker.OkAsync($"network ls --format {{{{.Name}}}} {string.Concat(filters.Select(f => $" --filter {f}"))}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
