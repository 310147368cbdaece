using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Networks that are made: what inspect says of them.</summary>
public sealed class CreateTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly EngineHttp _http = new(engine);
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task One_of_which_nothing_is_asked_is_a_bridge_with_a_free_subnet()
    {
        string name = engine.Name("net"), id = await _docker.OkAsync($"network create {name}");
        Assert.Matches("^[0-9a-f]{64}$", id);
        JsonObject inspect = (await _http.OkAsync("GET", $"/v1.51/networks/{name}"))!.AsObject();
        JsonObject subnet = Assert.Single(inspect["IPAM"]!["Config"]!.AsArray())!.AsObject();
        Assert.Equal("Subnet Gateway", string.Join(' ', subnet.Select(m => m.Key)));
        Assert.EndsWith(".1", subnet["Gateway"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(DateTimeOffset.UtcNow - DateTimeOffset.Parse(inspect["Created"]!.GetValue<string>()) < TimeSpan.FromMinutes(5));
        subnet.Clear();
        inspect.Remove("Created");
        Assert.Equal(
            $$$"""
            {"Name":"{{{name}}}","Id":"{{{id}}}","Scope":"local","Driver":"bridge","EnableIPv4":true,"EnableIPv6":false,"IPAM":{"Driver":"default","Options":{},"Config":[{}]},"Internal":false,"Attachable":false,"Ingress":false,"ConfigFrom":{"Network":""},"ConfigOnly":false,"Containers":{},"Options":{},"Labels":{}}
            """,
            inspect.ToJsonString());
    }

    [Fact]
    public async Task What_is_asked_is_shown_as_it_was_asked()
    {
        string subnet = engine.Subnet(), name = await _networks.CreateAsync(
            $"--label a=b --label c --attachable --internal -o unknown=option -o com.docker.network.driver.mtu=1400 --ipam-opt x=y "
            + $"--subnet {subnet}.0/24 --ip-range {subnet}.128/25 --gateway {subnet}.254 --aux-address router={subnet}.5");
        Assert.Equal(
            $$$"""{"Driver":"default","Options":{"x":"y"},"Config":[{"Subnet":"{{{subnet}}}.0/24","IPRange":"{{{subnet}}}.128/25","Gateway":"{{{subnet}}}.254","AuxiliaryAddresses":{"router":"{{{subnet}}}.5"}}]}""",
            await _networks.InspectAsync(name, "{{json .IPAM}}"));
        Assert.Equal(
            """true true {"a":"b","c":""} {"com.docker.network.driver.mtu":"1400","unknown":"option"}""",
            await _networks.InspectAsync(name, "{{.Internal}} {{.Attachable}} {{json .Labels}} {{json .Options}}"));
    }

    [Fact]
    public async Task A_gateway_that_is_not_asked_for_is_not_shown_and_is_the_first_address()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync();
        Assert.Equal($$"""[{"Subnet":"{{subnet}}.0/24"}]""", await _networks.InspectAsync(name, "{{json .IPAM.Config}}"));
        string container = await _networks.RunAsync(name);
        Assert.Equal($"{subnet}.1", await _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{name}\").Gateway}}}}"));
        Assert.Contains($"default via {subnet}.1 dev eth0", await _docker.OkAsync($"exec {container} ip route"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("31")]
    [InlineData("32")]
    public async Task A_subnet_may_be_as_small_as_can_be(string length) => await _networks.CreateAsync($"--subnet {engine.Subnet()}.0/{length}");

    [Fact]
    public async Task It_goes_by_name_id_and_the_start_of_its_id()
    {
        string name = engine.Name("net"), id = await _docker.OkAsync($"network create {name}");
        foreach (string reference in (string[])[name, id, id[..12]])
        {
            Assert.Equal(name, await _networks.InspectAsync(reference, "{{.Name}}"));
            string container = await _networks.RunAsync(reference);
            Assert.Equal(name, await _docker.InspectAsync(container, "{{range $n, $e := .NetworkSettings.Networks}}{{$n}}{{end}}"));
        }

        (await _docker.RunAsync($"network inspect {name}-not")).ExpectFailure(1, $"network {name}-not not found");
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        string name = await _networks.CreateAsync();
        Task<CommandResult>[] again = [.. Enumerable.Range(0, 4).Select(_ => _docker.RunAsync($"network create {name}"))];
        foreach (CommandResult result in await Task.WhenAll(again))
        {
            result.Expect(1, "", $"Error response from daemon: network with name {name} already exists\n");
        }

        (await _docker.RunAsync($"network create -d nosuch {name}")).ExpectFailure(1, $"network with name {name} already exists");
        await _docker.OkAsync($"network rm {name}");
        await _docker.OkAsync($"network create {name}");
    }

    [Theory]
    [InlineData("/b")]
    [InlineData(" c")]
    [InlineData(":x")]
    [InlineData("%2e?")]
    public async Task A_name_may_be_nearly_anything(string end)
    {
        string name = engine.Name("net") + end;
        await _docker.OkAsync($"network create '{name}'");
        Assert.Equal(name, await _docker.OkAsync($"network inspect -f {{{{.Name}}}} '{name}'"));
        Assert.Equal(name, await _docker.OkAsync($"network rm '{name}'"));
    }

    [Fact]
    public async Task The_bridges_name_can_be_asked_for()
    {
        string bridge = $"e2ebr{engine.Slot}", name = await _networks.CreateAsync($"-o com.docker.network.bridge.name={bridge}");
        Assert.Equal(0, (await RunningCommand.RunAsync("ip", ["link", "show", bridge])).ExitCode);
        (await _docker.RunAsync($"network create -o com.docker.network.bridge.name={bridge} {engine.Name("net")}"))
            .ExpectFailure(1, $"({bridge}): conflicts with network {await _networks.InspectAsync(name, "{{.Id}}")} ({bridge}): networks have same bridge name");
        await _docker.OkAsync($"network rm {name}");
        Assert.NotEqual(0, (await RunningCommand.RunAsync("ip", ["link", "show", bridge])).ExitCode);
    }

    [Fact]
    public async Task Without_a_name_the_bridge_goes_by_the_networks_id()
    {
        string name = engine.Name("net"), bridge = "br-" + (await _docker.OkAsync($"network create {name}"))[..12];
        Assert.Equal(0, (await RunningCommand.RunAsync("ip", ["link", "show", bridge])).ExitCode);
        await _docker.OkAsync($"network rm {name}");
        Assert.NotEqual(0, (await RunningCommand.RunAsync("ip", ["link", "show", bridge])).ExitCode);
    }

    [Fact]
    public async Task A_configuration_is_no_network_and_lends_what_it_says()
    {
        string subnet = engine.Subnet(), from = await _networks.CreateAsync($"--config-only --label x=y --subnet {subnet}.0/24 -o com.docker.network.driver.mtu=1400");
        Assert.Equal("null true local", await _networks.InspectAsync(from, "{{.Driver}} {{.ConfigOnly}} {{.Scope}}"));
        (await _docker.RunAsync($"run --rm --network {from} {BusyboxImage.Name} true")).Expect(125);

        string name = await _networks.CreateAsync($"--config-from {from}");
        Assert.Equal(
            $$"""bridge {"Network":"{{from}}"} false [{"Subnet":"{{subnet}}.0/24"}] {"com.docker.network.driver.mtu":"1400"} {"x":"y"}""",
            await _networks.InspectAsync(name, "{{.Driver}} {{json .ConfigFrom}} {{.ConfigOnly}} {{json .IPAM.Config}} {{json .Options}} {{json .Labels}}"));
        string container = await _networks.RunAsync(name);
        Assert.Equal("1400", await _docker.OkAsync($"exec {container} cat /sys/class/net/eth0/mtu"));
        Assert.StartsWith(subnet + ".", await _networks.AddressAsync(container, name), StringComparison.Ordinal);

        (await _docker.RunAsync($"network rm {from}")).ExpectFailure(1, $"configuration network \"{from}\" is in use");
        await _docker.OkAsync($"rm -f {container}");
        await _docker.OkAsync($"network rm {name}");
        await _docker.OkAsync($"network rm {from}");
    }

    [QuaidFact]
    public async Task Quai_has_the_commands_too()
    {
        var quai = new DockerClient(engine.Host, engine.Scratch("quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        string subnet = engine.Subnet(), name = engine.Name("net"), label = "made=" + name;
        string id = await quai.OkAsync($"network create --label {label} --subnet {subnet}.0/24 --ip-range {subnet}.64/26 --gateway {subnet}.9 --aux-address a={subnet}.70 {name}");
        Assert.Equal(await _docker.OkAsync($"network inspect {name}"), await quai.OkAsync($"network inspect --verbose {name}"));
        Assert.Equal(id, await quai.OkAsync($"network inspect -f {{{{.Id}}}} {id[..12]}"));
        Assert.Equal(name, await quai.OkAsync($"network ls --filter label={label} --format {{{{.Name}}}}"));
        string container = await _networks.RunAsync(name);
        foreach (string command in (string[])[
            $"network rm {name}", "network rm nosuch host", "network rm -f nosuch", "network rm ''", $"network create {name}", "network create --gateway 1.2.3.4 x", "network create",
            $"network create --subnet {subnet}.0/24 x", "network prune -f --filter label=nosuch", "network prune --filter nosuch=1 -f", "network prune", "network inspect nosuch bridge -f {{.Name}}"])
        {
            CommandResult ours = await quai.RunAsync(command), docker = await _docker.RunAsync(command);

            // Docker's client adds the exit status to what it says of networks that cannot be removed.
            Assert.Equal((docker.ExitCode, docker.Stdout), (ours.ExitCode, ours.Stdout));
            Assert.Equal(docker.Stderr.Replace("exit status 1\n", "", StringComparison.Ordinal), ours.Stderr.Replace("quai", "docker", StringComparison.Ordinal));
        }

        await _docker.OkAsync($"rm -f {container}");
        (await quai.RunAsync($"network prune -f --filter label={label}")).Expect(0, $"Deleted Networks:\n{name}\n\n", "");
        (await quai.RunAsync($"network rm {name}")).Expect(1, "", $"Error response from daemon: network {name} not found\n");
    }

    public void Dispose() => _http.Dispose();
}
