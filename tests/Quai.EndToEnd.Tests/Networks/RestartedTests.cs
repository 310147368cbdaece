using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>What a container has of its networks after it was restarted, and what inspect says of it.</summary>
public sealed class RestartedTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private readonly EngineHttp _http = new(engine);
    private readonly UserNetworks _networks = new(engine);
    private readonly DockerClient _docker = engine.Docker;

    [QuaidTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_address_is_the_same_after_a_restart(bool named)
    {
        string network = named ? await _networks.CreateAsync() : "bridge", container = await _networks.RunAsync(network);
        string address = await _networks.AddressAsync(container, network);
        for (int i = 0; i < 3; i++)
        {
            await _docker.OkAsync($"restart -t 0 {container}");
            Assert.Equal(address, await _networks.AddressAsync(container, network));
        }

        await _docker.OkAsync($"stop -t 0 {container}");
        await _docker.OkAsync($"start {container}");
        Assert.Equal(address, await _networks.AddressAsync(container, network));
    }

    [Fact]
    public async Task Its_port_is_published_again_whatever_connections_there_were()
    {
        int port = TestCertificate.FreePort();
        string container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} -p {port}:7 {BusyboxImage.Name} nc -ll -p 7 -e echo hi");

        // One of IPv6 alone is relayed; whoever closes first keeps what is left of the connection (TIME_WAIT): here it is the server.
        await Eventually.HoldsAsync(() => Task.FromResult(Ask(IPAddress.IPv6Loopback) == "hi\n" ? null : "no answer"));
        await _docker.OkAsync($"restart -t 0 {container}");
        await Eventually.HoldsAsync(() => Task.FromResult(Ask(IPAddress.IPv6Loopback) == "hi\n" && Ask(IPAddress.Loopback) == "hi\n" ? null : "no answer"));
        if (TestEnvironment.ForeignEngine is null)
        {
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
            await Eventually.HoldsAsync(() => Task.FromResult(Ask(IPAddress.IPv6Loopback) == "hi\n" ? null : "no answer"));
        }

        await _docker.OkAsync($"rm -f {container}");

        string Ask(IPAddress at)
        {
            try
            {
                using var client = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000 };
                client.Connect(at, port);
                byte[] answer = new byte[16];
                return System.Text.Encoding.ASCII.GetString(answer, 0, client.Receive(answer));
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode.ToString();
            }
        }
    }

    [Fact]
    public async Task Any_port_is_the_same_on_all_addresses_that_are_named()
    {
        string container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} -p 127.0.0.1::80 -p [::1]::80 -p 127.0.0.1::81 {BusyboxImage.Name} sleep 1000");
        JsonNode ports = (await NetworkSettingsAsync("1.51", container))["Ports"]!;
        string[] first = [.. ports["80/tcp"]!.AsArray().Select(b => b!["HostPort"]!.ToString())];
        Assert.Equal(2, first.Length);
        Assert.Equal(first[0], first[1]);
        Assert.NotEqual(first[0], ports["81/tcp"]![0]!["HostPort"]!.ToString());
    }

    [Fact]
    public async Task Inspect_says_by_which_names_it_goes_and_what_there_is_while_it_runs()
    {
        string network = await _networks.CreateAsync(), container = engine.Name();
        await _docker.OkAsync($"create --name {container} --network {network} --network-alias one --mac-address 02:42:0a:00:00:99 --hostname host {BusyboxImage.Name} sleep 1000");
        string id = (await _docker.InspectAsync(container, "{{.Id}}"))[..12];
        Assert.Equal(("null", "02:42:0a:00:00:99"), await ShownAsync());
        await _docker.OkAsync($"start {container}");
        Assert.Equal(($"[\"{container}\",\"one\",\"{id}\",\"host\"]", "02:42:0a:00:00:99"), await ShownAsync());
        Assert.Equal($"[\"one\",\"{id}\",\"host\"]", (await NetworkSettingsAsync("1.44", container))["Networks"]![network]!["Aliases"]!.ToJsonString());
        Assert.Equal("[\"one\"]", (await NetworkSettingsAsync("1.45", container))["Networks"]![network]!["Aliases"]!.ToJsonString());
        string joined = engine.Name();
        await _docker.OkAsync($"run -d --name {joined} --network container:{container} {BusyboxImage.Name} sleep 1000");
        Assert.Equal("host", await _docker.InspectAsync(joined, "{{.Config.Hostname}}"));
        await _docker.OkAsync($"rm -f {joined}");
        await _docker.OkAsync($"stop -t 0 {container}");
        Assert.Equal(($"[\"{container}\",\"one\",\"{id}\",\"host\"]", ""), await ShownAsync());

        async Task<(string Names, string Mac)> ShownAsync()
        {
            JsonNode endpoint = (await NetworkSettingsAsync("1.51", container))["Networks"]![network]!;
            return (endpoint["DNSNames"]?.ToJsonString() ?? "null", endpoint["MacAddress"]!.ToString());
        }
    }

    [Fact]
    public async Task An_internal_network_has_no_gateway_and_publishes_nothing()
    {
        string network = await _networks.CreateAsync("--internal"), container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} --network {network} -p {TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture)}:80 {BusyboxImage.Name} sleep 1000");
        JsonNode settings = await NetworkSettingsAsync("1.51", container);
        Assert.Equal(("", "{}"), (settings["Networks"]![network]!["Gateway"]!.ToString(), settings["Ports"]!.ToJsonString()));
        Assert.Equal("", await _docker.OkAsync($"ps --filter name={container} --format '{{{{.Ports}}}}'"));
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> NetworkSettingsAsync(string version, string container) =>
        JsonNode.Parse((await _http.SendAsync("GET", $"/v{version}/containers/{container}/json")).Body)!["NetworkSettings"]!;
}
