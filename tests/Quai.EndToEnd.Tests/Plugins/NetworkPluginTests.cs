namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Networks that a plugin makes, as on Docker.</summary>
public sealed class NetworkPluginTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name, Sleep = "sh -c 'while :; do sleep 1; done'";
    private static readonly string[] s_come = ["CreateEndpoint", "Join", "ProgramExternalConnectivity"], s_go = ["RevokeExternalConnectivity", "Leave", "DeleteEndpoint"];
    private readonly DockerClient _docker = engine.Docker;
    private readonly NetworkPlugin _plugin = new();

    /// <inheritdoc/>
    public void Dispose() => _plugin.Dispose();

    [Fact]
    public async Task A_network_lives_and_dies_by_its_plugin()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), first = engine.Name(), second = engine.Name();
        string id = await _docker.OkAsync($"network create -d {_plugin.Name} -o a=b --subnet {subnet}.0/24 --gateway {subnet}.1 --aux-address x={subnet}.9 {net}");
        Assert.Equal(
            [
                $$$"""CreateNetwork NetworkID={{{id}}} Options={"com.docker.network.enable_ipv4":true,"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{"a":"b"}} """
                + $$"""IPv4Data=[{"AddressSpace":"LocalDefault","AuxAddresses":{"x":"{{subnet}}.9/24"},"Gateway":"{{subnet}}.1/24","Pool":"{{subnet}}.0/24"}] IPv6Data=[]""",
            ],
            _plugin.TakeRequests());
        Assert.Equal(
            $$$"""{{{_plugin.Name}}} local {"a":"b"} [{"Subnet":"{{{subnet}}}.0/24","Gateway":"{{{subnet}}}.1","AuxiliaryAddresses":{"x":"{{{subnet}}}.9"}}]""",
            await _docker.OkAsync($"network inspect -f '{{{{.Driver}}}} {{{{.Scope}}}} {{{{json .Options}}}} {{{{json .IPAM.Config}}}}' {net}"));

        await _docker.OkAsync($"run -d --name {first} --network {net} {Image} {Sleep}");
        Assert.Equal(s_come, _plugin.TakeCalls());
        Assert.Equal($"{subnet}.2/24 {subnet}.1", await SettingsAsync(first, net));
        Assert.Contains($"inet {subnet}.2/24", await _docker.OkAsync($"exec {first} ip addr show eth0"), StringComparison.Ordinal);
        Assert.Contains($"default via {subnet}.1 dev eth0", await _docker.OkAsync($"exec {first} ip route"), StringComparison.Ordinal);
        await _docker.OkAsync($"run -d --name {second} --network {net} {Image} {Sleep}");
        await _docker.OkAsync($"exec {second} ping -c 1 -W 5 {first}");
        await _docker.OkAsync($"exec {first} ping -c 1 -W 5 {subnet}.3");
        (await _docker.RunAsync($"network rm {net}")).ExpectFailure(1, "has active endpoints");
        _plugin.TakeCalls();

        await _docker.OkAsync($"restart -t 0 {first}");
        Assert.Equal([.. s_go, .. s_come], _plugin.TakeCalls());
        await _docker.OkAsync($"rm -f {first}");
        Assert.Equal(s_go, _plugin.TakeCalls());
        await _docker.OkAsync($"rm -f {second}");
        Assert.Equal(s_go, _plugin.TakeCalls());
        await _docker.OkAsync($"network rm {net}");
        Assert.Equal([$"DeleteNetwork NetworkID={id}"], _plugin.TakeRequests());
        Assert.Empty(_plugin.Made);
    }

    [Fact]
    public async Task A_running_container_comes_and_goes()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), name = engine.Name();
        await _docker.OkAsync($"network create -d {_plugin.Name} --subnet {subnet}.0/24 {net}");
        await _docker.OkAsync($"run -d --name {name} --network bridge {Image} {Sleep}");
        for (int round = 0; round < 2; round++)
        {
            _plugin.TakeCalls();
            await _docker.OkAsync($"network connect --ip {subnet}.44 {net} {name}");

            // It is not the one by which the container reaches the outside.
            Assert.Equal(["CreateEndpoint", "Join"], _plugin.TakeCalls());
            Assert.Contains($"inet {subnet}.44/24", await _docker.OkAsync($"exec {name} ip addr"), StringComparison.Ordinal);
            await _docker.OkAsync($"exec {name} ping -c 1 -W 5 {subnet}.1");
            await _docker.OkAsync($"network disconnect {net} {name}");
            Assert.Equal(["Leave", "DeleteEndpoint"], _plugin.TakeCalls());
            Assert.Equal(2, (await _docker.OkAsync($"exec {name} ls /sys/class/net")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length);
        }

        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [Fact]
    public async Task What_is_asked_for_is_told_and_what_is_answered_is_made()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), name = engine.Name();
        (_plugin.Prefix, _plugin.MacAddress) = ("lan", "02:42:00:00:12:34");
        _plugin.Further = $$""","StaticRoutes":[{"Destination":"192.0.2.0/24","RouteType":0,"NextHop":"{{subnet}}.9"},{"Destination":"198.51.100.0/24","RouteType":1}]""";
        await _docker.OkAsync($"network create -d {_plugin.Name} --subnet {subnet}.0/24 {net}");
        _plugin.TakeCalls();
        await _docker.OkAsync($"run -d --name {name} --network name={net},driver-opt=a=b -p 18999:80 {Image} {Sleep}");
        string[] calls = _plugin.TakeRequests();
        const string Ports =
            "\"com.docker.network.endpoint.exposedports\":[{\"Proto\":6,\"Port\":80}],\"com.docker.network.portmap\":[{\"Proto\":6,\"IP\":\"\",\"Port\":80,\"HostIP\":\"\",\"HostPort\":18999,\"HostPortEnd\":18999}]";
        Assert.Contains($$"""Interface={"Address":"{{subnet}}.2/24","AddressIPv6":"","MacAddress":""}""", calls[0], StringComparison.Ordinal);
        Assert.Contains("\"a\":\"b\"", calls[0], StringComparison.Ordinal);
        Assert.All(calls, call => Assert.Contains(Ports, call, StringComparison.Ordinal));
        Assert.Equal("02:42:00:00:12:34", await _docker.OkAsync($"exec {name} cat /sys/class/net/lan0/address"));
        Assert.Equal("02:42:00:00:12:34", await _docker.InspectAsync(name, $"{{{{(index .NetworkSettings.Networks \"{net}\").MacAddress}}}}"));
        string routes = await _docker.OkAsync($"exec {name} ip route");
        Assert.Contains($"192.0.2.0/24 via {subnet}.9 dev lan0", routes, StringComparison.Ordinal);
        Assert.Contains("198.51.100.0/24 dev lan0", routes, StringComparison.Ordinal);
        await _docker.OkAsync($"rm -f {name}");
        _plugin.MacAddress = "";
        await _docker.OkAsync($"run -d --name {name} --network {net} --mac-address 02:42:00:00:00:07 {Image} {Sleep}");
        Assert.Contains("\"com.docker.network.endpoint.macaddress\":\"AkIAAAAH\"", _plugin.TakeRequests().First(c => c.StartsWith("CreateEndpoint", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("02:42:00:00:00:07", await _docker.OkAsync($"exec {name} cat /sys/class/net/lan0/address"));
        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [Fact]
    public async Task A_network_that_reaches_further_says_so()
    {
        string net = engine.Name("net");
        _plugin.Scope = "global";
        await _docker.OkAsync($"network create -d {_plugin.Name} {net}");
        Assert.Equal("global", await _docker.OkAsync($"network inspect -f '{{{{.Scope}}}}' {net}"));
        Assert.Equal(net, await _docker.OkAsync($"network ls -f scope=global -f name={net} --format '{{{{.Name}}}}'"));
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [Theory]
    [InlineData("CreateNetwork", """{"Err":"no way"}""", "remote: no way")]
    [InlineData("GetCapabilities", """{"Scope":"moon"}""", "could not resolve driver")]
    public async Task A_network_that_the_plugin_refuses_is_not_there(string method, string answer, string why)
    {
        string net = engine.Name("net");
        _plugin.Socket.Instead[method] = answer;
        (await _docker.RunAsync($"network create -d {_plugin.Name} {net}")).ExpectFailure(1, why);
        Assert.DoesNotContain(net, await _docker.OkAsync("network ls"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CreateEndpoint", """{"Err":"no way"}""", "failed to create endpoint NAME on network NET: remote: no way", "CreateEndpoint")]
    [InlineData("CreateEndpoint", """{"Interface":{"Address":"10.9.9.9/24"}}""", "driver modified interface address: endpoint interface IP present", "CreateEndpoint DeleteEndpoint")]
    [InlineData("CreateEndpoint", """{"Interface":{"MacAddress":"zz"}}""", "address zz: invalid MAC address", "CreateEndpoint DeleteEndpoint")]
    [InlineData("Join", """{"Err":"no way"}""", "remote: no way", "CreateEndpoint Join DeleteEndpoint")]
    [InlineData("Join", """{"InterfaceName":{"SrcName":"nosuch0","DstPrefix":"eth"}}""", "failed to get link by name \"nosuch0\": Link not found", "CreateEndpoint Join Leave DeleteEndpoint")]
    [InlineData("Join", """{"InterfaceName":{"SrcName":"a/b","DstPrefix":"eth"}}""", "failed to get link by name \"a/b\": Link not found", "CreateEndpoint Join Leave DeleteEndpoint")]
    [InlineData("ProgramExternalConnectivity", """{"Err":"no way"}""", "driver failed programming external connectivity on endpoint NAME", "CreateEndpoint Join ProgramExternalConnectivity Leave DeleteEndpoint")]
    public async Task A_container_that_the_plugin_refuses_does_not_start_and_leaves_nothing(string method, string answer, string why, string calls)
    {
        string net = engine.Name("net"), name = engine.Name();
        await _docker.OkAsync($"network create -d {_plugin.Name} {net}");
        await _docker.OkAsync($"create --name {name} --network {net} {Image} true");
        _plugin.TakeCalls();
        _plugin.Socket.Instead[method] = answer;
        (await _docker.RunAsync($"start {name}")).ExpectFailure(1, why.Replace("NAME", name, StringComparison.Ordinal).Replace("NET", net, StringComparison.Ordinal));
        Assert.Equal(calls, string.Join(' ', _plugin.TakeCalls()));
        _plugin.Socket.Instead.Clear();
        await _docker.OkAsync($"start -a {name}");
        await _docker.OkAsync($"rm {name}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    private Task<string> SettingsAsync(string name, string net) =>
        _docker.InspectAsync(name, $"{{{{with index .NetworkSettings.Networks \"{net}\"}}}}{{{{.IPAddress}}}}/{{{{.IPPrefixLen}}}} {{{{.Gateway}}}}{{{{end}}}}");
}
