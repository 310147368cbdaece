using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Addresses that an endpoint cannot have: all that is wrong at once, when it is asked for and not when the container starts, and nothing is changed.</summary>
public sealed class RefusedAddressTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Automatic = "user specified IP address is supported only when connecting to networks with user configured subnets",
        Predefined = "user specified IP address is supported on user defined networks only";

    private readonly EngineHttp _http = new(engine);
    private readonly UserNetworks _networks = new(engine);

    [Theory]
    [InlineData("\"IPv4Address\":\"foo\"", "* invalid IPv4 address: foo\n* no configured subnet or ip-range contain the IP address foo")]
    [InlineData("\"IPv4Address\":\"SUBNET.300\"", "* invalid IPv4 address: SUBNET.300\n* no configured subnet or ip-range contain the IP address SUBNET.300")]
    [InlineData("\"IPv4Address\":\"fd00::5\"", "* invalid IPv4 address: fd00::5\n* no configured subnet or ip-range contain the IP address fd00::5")]
    [InlineData("\"IPv6Address\":\"SUBNET.5\"", "* invalid IPv6 address: SUBNET.5\n* " + Automatic)]
    [InlineData("\"IPv4Address\":\"0.0.0.0\"", "* invalid IPv4 address: 0.0.0.0\n* no configured subnet or ip-range contain the IP address 0.0.0.0")]
    [InlineData("\"IPv4Address\":\"192.0.2.5\"", "no configured subnet or ip-range contain the IP address 192.0.2.5")]
    [InlineData("\"IPv6Address\":\"2001:db8::5\"", Automatic)]
    [InlineData("\"IPv4Address\":\"a\",\"IPv6Address\":\"b\",\"LinkLocalIPs\":[\"c\"]", "* invalid IPv4 address: a\n* invalid IPv6 address: b\n* invalid link-local IP address: c\n* no configured subnet or ip-range contain the IP address a\n* " + Automatic)]
    public async Task On_a_network_with_a_subnet(string asked, string faults)
    {
        (string network, string subnet) = await _networks.WithSubnetAsync();
        await RefusedAsync(network, asked.Replace("SUBNET", subnet, StringComparison.Ordinal), faults.Replace("SUBNET", subnet, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"IPv4Address\":\"192.0.2.5\"", Automatic)]
    [InlineData("\"IPv4Address\":\"192.0.2.5\",\"IPv6Address\":\"2001:db8::5\"", "* " + Automatic + "\n* " + Automatic)]
    [InlineData("\"IPv4Address\":\"x\"", "* invalid IPv4 address: x\n* " + Automatic)]
    public async Task On_a_network_whose_subnet_the_engine_chose(string asked, string faults) => await RefusedAsync(await _networks.CreateAsync(), asked, faults);

    [Fact]
    public async Task On_predefined_networks()
    {
        await RefusedAtCreateAsync("bridge", "\"IPv4Address\":\"192.0.2.5\"", $"* {Predefined}\n* no configured subnet or ip-range contain the IP address 192.0.2.5");
        await RefusedAtCreateAsync("host", "\"IPv4Address\":\"192.0.2.5\"", $"* {Predefined}\n* {Automatic}");
        await RefusedAtCreateAsync("none", "\"IPv6Address\":\"192.0.2.5\"", $"* {Predefined}\n* invalid IPv6 address: 192.0.2.5\n* {Automatic}");
    }

    [Fact]
    public async Task On_a_network_that_is_still_to_come()
    {
        await RefusedAtCreateAsync("nosuch", "\"IPv4Address\":\"x\"", "invalid IPv4 address: x");
        string name = engine.Name();
        await engine.Docker.OkAsync($"create --name {name} --network nosuch --ip 192.0.2.5 {BusyboxImage.Name} true");
        (await engine.Docker.RunAsync($"start {name}")).ExpectFailure(1, "failed to set up container networking: network nosuch not found");
    }

    [QuaidFact]
    public async Task One_in_use_is_named_with_its_holder()
    {
        (string network, string subnet) = await _networks.WithSubnetAsync();
        string holder = await _networks.RunAsync(network, $"--ip {subnet}.9"), other = await _networks.RunAsync("bridge");
        (await engine.Docker.RunAsync($"run --rm --network {network} --ip {subnet}.9 {BusyboxImage.Name} true"))
            .ExpectFailure(125, $"failed to set up container networking: Address already in use: {subnet}.9 of network {network} (by container {holder})");
        (await engine.Docker.RunAsync($"network connect --ip {subnet}.9 {network} {other}")).ExpectFailure(1, $"Address already in use: {subnet}.9 of network {network} (by container {holder})");
        (await engine.Docker.RunAsync($"network connect --ip {subnet}.1 {network} {other}")).ExpectFailure(1, $"Address already in use: {subnet}.1 of network {network}");
    }

    [Fact]
    public async Task A_kernel_setting_that_there_is_not_is_refused_when_the_interface_is_made()
    {
        string network = await _networks.CreateAsync(), other = await _networks.RunAsync("bridge");
        const string option = "com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.nosuch=1";
        (await engine.Docker.RunAsync($"run --rm --network name={network},driver-opt={option} {BusyboxImage.Name} true")).ExpectFailure(125, "/proc/sys/net/ipv4/conf/eth0/nosuch is not a sysctl file");
        (await engine.Docker.RunAsync($"network connect --driver-opt {option} {network} {other}")).ExpectFailure(1, "/proc/sys/net/ipv4/conf/eth1/nosuch is not a sysctl file");
        (await engine.Docker.RunAsync($"network connect --driver-opt {option.Replace("nosuch=1", "forwarding=abc", StringComparison.Ordinal)} {network} {other}"))
            .ExpectFailure(1, "/forwarding'");
        Assert.Equal("", await _networks.InspectAsync(network, "{{range .Containers}}{{.Name}}{{end}}"));
    }

    [Theory]
    [InlineData("1.51", "eth0", "interface specific sysctl setting \"net.ipv4.conf.eth0.forwarding\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'")]
    [InlineData("1.48", "eth1", "interface specific sysctl setting \"net.ipv4.conf.eth1.forwarding\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'")]
    public async Task Kernel_settings_of_an_interface_are_options_of_its_endpoint(string version, string link, string message) => Assert.Equal(
        (500, message),
        await _http.RefusedAsync("POST", $"/v{version}/containers/create", $$"""{"Image":"{{BusyboxImage.Name}}","HostConfig":{"Sysctls":{"net.ipv4.conf.{{link}}.forwarding":"1"} } }"""));

    public void Dispose() => _http.Dispose();

    private async Task RefusedAsync(string network, string asked, string faults)
    {
        await RefusedAtCreateAsync(network, asked, faults);
        string stopped = engine.Name(), running = await _networks.RunAsync("bridge");
        await engine.Docker.OkAsync($"create --name {stopped} {BusyboxImage.Name} true");
        foreach (string container in (string[])[stopped, running])
        {
            Assert.Equal(
                (400, "invalid endpoint settings:\n" + faults),
                await _http.RefusedAsync("POST", $"/v1.51/networks/{network}/connect", $$$"""{"Container":"{{{container}}}","EndpointConfig":{"IPAMConfig":{ {{{asked}}} } } }"""));
            Assert.Equal("bridge", await engine.Docker.InspectAsync(container, "{{range $n, $e := .NetworkSettings.Networks}}{{$n}} {{end}}"));
        }
    }

    private async Task RefusedAtCreateAsync(string network, string asked, string faults) => Assert.Equal(
        (400, $"invalid config for network {network}: invalid endpoint settings:\n{faults}"),
        await _http.RefusedAsync(
            "POST",
            "/v1.51/containers/create",
            $$$"""{"Image":"{{{BusyboxImage.Name}}}","HostConfig":{"NetworkMode":"{{{network}}}"},"NetworkingConfig":{"EndpointsConfig":{"{{{network}}}":{"IPAMConfig":{ {{{asked}}} } } } } }"""));
}
