namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Networks whose addresses a plugin gives, as on Docker.</summary>
public sealed class AddressPluginTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name, Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly DockerClient _docker = engine.Docker;
    private readonly AddressPlugin _plugin = new();

    /// <inheritdoc/>
    public void Dispose() => _plugin.Dispose();

    [Fact]
    public async Task Subnet_gateway_and_addresses_are_the_plugins()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), name = engine.Name(), pool = $"pool-{subnet}.0/24";
        _plugin.Subnets.Enqueue($"{subnet}.0/24");
        await _docker.OkAsync($"network create --ipam-driver {_plugin.Name} --ipam-opt a=b {net}");
        Assert.Equal(
            [$"RequestPool AddressSpace=here Options={{\"a\":\"b\"}}", $"RequestAddress PoolID={pool} Options={{\"RequestAddressType\":\"com.docker.network.gateway\"}}"], _plugin.TakeCalls());
        Assert.Equal(
            $$"""{"Driver":"{{_plugin.Name}}","Options":{"a":"b"},"Config":[{"Subnet":"{{subnet}}.0/24","Gateway":"{{subnet}}.11"}]}""",
            await _docker.OkAsync($"network inspect -f '{{{{json .IPAM}}}}' {net}"));

        await _docker.OkAsync($"run -d --name {name} --network {net} {Image} {Sleep}");
        Assert.Equal([$"RequestAddress PoolID={pool}"], _plugin.TakeCalls());
        Assert.Equal($"{subnet}.12/24 {subnet}.11", await SettingsAsync(name, net));
        Assert.Contains($"inet {subnet}.12/24", await _docker.OkAsync($"exec {name} ip addr show eth0"), StringComparison.Ordinal);
        await _docker.OkAsync($"exec {name} ping -c 1 -W 2 {subnet}.11");

        await _docker.OkAsync($"restart -t 0 {name}");
        Assert.Equal([$"ReleaseAddress PoolID={pool} Address={subnet}.12", $"RequestAddress PoolID={pool}"], _plugin.TakeCalls());
        await _docker.OkAsync($"rm -f {name}");
        Assert.Equal([$"ReleaseAddress PoolID={pool} Address={subnet}.13"], _plugin.TakeCalls());
        await _docker.OkAsync($"network rm {net}");
        Assert.Equal([$"ReleaseAddress PoolID={pool} Address={subnet}.11", $"ReleasePool PoolID={pool}"], _plugin.TakeCalls());
        Assert.Empty(_plugin.Given);
    }

    [Fact]
    public async Task What_is_asked_for_is_asked_of_the_plugin()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), name = engine.Name(), pool = $"pool-{subnet}.0/24";
        await _docker.OkAsync(
            $"network create --ipam-driver {_plugin.Name} --subnet {subnet}.0/24 --ip-range {subnet}.128/25 --gateway {subnet}.7 --aux-address x={subnet}.9 {net}");
        Assert.Equal(
            [
                $"RequestPool AddressSpace=here Pool={subnet}.0/24 SubPool={subnet}.128/25",
                $"RequestAddress PoolID={pool} Address={subnet}.7 Options={{\"RequestAddressType\":\"com.docker.network.gateway\"}}",
                $"RequestAddress PoolID={pool} Address={subnet}.9",
            ],
            _plugin.TakeCalls());
        Assert.Equal(
            $$$"""[{"Subnet":"{{{subnet}}}.0/24","IPRange":"{{{subnet}}}.128/25","Gateway":"{{{subnet}}}.7","AuxiliaryAddresses":{"x":"{{{subnet}}}.9"}}]""",
            await _docker.OkAsync($"network inspect -f '{{{{json .IPAM.Config}}}}' {net}"));
        await _docker.OkAsync($"run -d --name {name} --network bridge {Image} {Sleep}");
        await _docker.OkAsync($"network connect --ip {subnet}.44 {net} {name}");
        Assert.Equal([$"RequestAddress PoolID={pool} Address={subnet}.44"], _plugin.TakeCalls());
        Assert.Equal($"{subnet}.44/24 {subnet}.7", await SettingsAsync(name, net));
        await _docker.OkAsync($"network disconnect {net} {name}");
        Assert.Equal([$"ReleaseAddress PoolID={pool} Address={subnet}.44"], _plugin.TakeCalls());
        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Given);
    }

    [Fact]
    public async Task A_plugin_is_told_hardware_addresses_if_it_wants_and_may_give_both_families()
    {
        string subnet = engine.Subnet(), net = engine.Name("net"), name = engine.Name();
        _plugin.Subnets.Enqueue($"{subnet}.0/24");
        _plugin.Subnet6 = $"fd{engine.Slot % 100:d2}:77:{subnet.Split('.')[1]}::/64";
        _plugin.NeedsMac = true;
        await _docker.OkAsync($"network create --ipv6 --ipam-driver {_plugin.Name} {net}");
        _plugin.TakeCalls();
        await _docker.OkAsync($"run -d --name {name} --network {net} {Image} {Sleep}");
        string mac = await _docker.OkAsync($"exec {name} cat /sys/class/net/eth0/address");
        string[] calls = _plugin.TakeCalls();
        Assert.Equal(2, calls.Length);
        Assert.All(calls, call => Assert.Contains($"Options={{\"com.docker.network.endpoint.macaddress\":\"{mac}\"}}", call, StringComparison.Ordinal));
        string both = await _docker.InspectAsync(name, $"{{{{with index .NetworkSettings.Networks \"{net}\"}}}}{{{{.IPAddress}}}} {{{{.GlobalIPv6Address}}}} {{{{.IPv6Gateway}}}}{{{{end}}}}");
        Assert.Equal($"{subnet}.12 {_plugin.Subnet6[..^3]}c {_plugin.Subnet6[..^3]}b", both);
        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Given);
    }

    [Theory]
    [InlineData("RequestPool", """{"Error":"no pools today"}""", "remote: no pools today")]
    [InlineData("RequestAddress", """{"Error":"none left"}""", "failed to allocate gateway (): remote: none left")]
    [InlineData("RequestAddress", "{}", "no address returned")]
    [InlineData("RequestAddress", """{"Address":"zzz"}""", "invalid CIDR address")]
    [InlineData("GetDefaultAddressSpaces", """{"Error":"no spaces"}""", "failed to get default address space: remote: no spaces")]
    public async Task What_the_plugin_refuses_leaves_no_network(string method, string answer, string why)
    {
        string net = engine.Name("net");
        _plugin.Subnets.Enqueue($"{engine.Subnet()}.0/24");
        _plugin.Socket.Instead[method] = answer;
        (await _docker.RunAsync($"network create --ipam-driver {_plugin.Name} {net}")).ExpectFailure(1, why);
        Assert.DoesNotContain(net, await _docker.OkAsync("network ls"), StringComparison.Ordinal);
        Assert.Empty(_plugin.Given);
    }

    [Theory]
    [InlineData("""{"Error":"none left"}""", "remote: none left")]
    [InlineData("{}", "no address returned")]
    [InlineData("""{"Address":"10.9.8.400/24"}""", "invalid CIDR address")]
    public async Task A_container_without_an_address_does_not_start_and_leaves_nothing(string answer, string why)
    {
        string net = engine.Name("net"), name = engine.Name();
        _plugin.Subnets.Enqueue($"{engine.Subnet()}.0/24");
        await _docker.OkAsync($"network create --ipam-driver {_plugin.Name} {net}");
        await _docker.OkAsync($"create --name {name} --network {net} {Image} true");
        int given = _plugin.Given.Count;
        _plugin.Socket.Instead["RequestAddress"] = answer;
        (await _docker.RunAsync($"start {name}")).ExpectFailure(1, why);
        _plugin.Socket.Instead.Clear();
        await _docker.OkAsync($"start -a {name}");
        await _docker.OkAsync($"rm {name}");
        Assert.Equal(given, _plugin.Given.Count);
        await _docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Given);
    }

    private Task<string> SettingsAsync(string name, string net) =>
        _docker.InspectAsync(name, $"{{{{with index .NetworkSettings.Networks \"{net}\"}}}}{{{{.IPAddress}}}}/{{{{.IPPrefixLen}}}} {{{{.Gateway}}}}{{{{end}}}}");
}
