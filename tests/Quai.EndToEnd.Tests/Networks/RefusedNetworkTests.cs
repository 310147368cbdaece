using Quai.EndToEnd.Tests.Answers;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Networks that cannot be had: the status and the words that Docker has for each.</summary>
public sealed class RefusedNetworkTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Configured = " are not supported if the network depends on a configuration network";
    private readonly EngineHttp _http = new(engine);
    private readonly UserNetworks _networks = new(engine);

    [Theory]
    [InlineData("""{"Name":""}""", 400, "invalid name: name is empty")]
    [InlineData("""{"Name":" "}""", 400, "invalid name: name is empty")]
    [InlineData("""{"Name":"host"}""", 403, "operation is not permitted on predefined host network ")]
    [InlineData("""{"Name":"none"}""", 403, "operation is not permitted on predefined none network ")]
    [InlineData("""{"Name":"bridge"}""", 403, "operation is not permitted on predefined bridge network ")]
    [InlineData("""{"Name":"default"}""", 403, "operation is not permitted on predefined default network ")]
    [InlineData("""{"Name":"NAME","Driver":"nosuch"}""", 404, "plugin \"nosuch\" not found")]
    [InlineData("""{"Name":"NAME","Driver":"host"}""", 403, "only one instance of \"host\" network is allowed")]
    [InlineData("""{"Name":"NAME","Driver":"null"}""", 403, "only one instance of \"null\" network is allowed")]
    [InlineData("""{"Name":"NAME","Driver":"bridge","Ingress":true}""", 403, "Ingress network can only be global scope network")]
    [InlineData("""{"Name":"NAME","Driver":"bridge","Scope":"swarm"}""", 403, "cannot create a swarm scoped network when swarm is not active")]
    [InlineData("""{"Name":"bridge","Driver":"overlay"}""", 403, "operation is not permitted on predefined bridge network ")]
    [InlineData("""{"Name":"NAME","EnableIPv4":false}""", 400, "IPv4 or IPv6 must be enabled")]
    public Task Names_drivers_and_scopes(string request, int status, string message) => RefusedAsync(request, status, message);

    [Theory]
    [InlineData("")]
    [InlineData(""","Attachable":true""")]
    [InlineData(""","Scope":"swarm" """)]
    [InlineData(""","Scope":"local" """)]
    [InlineData(""","Ingress":true""")]
    [InlineData(""","Options":{"encrypted":"","com.docker.network.driver.overlay.vxlanid_list":"4097"}""")]
    [InlineData(""","IPAM":{"Config":[{"Subnet":"x"}]}""")]
    public Task Overlays_without_a_swarm(string further) => RefusedAsync(
        $$"""{"Name":"NAME","Driver":"overlay"{{further}}}""",
        403,
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.");

    [Theory]
    [InlineData("""{"Subnet":"10.199.2.1/24"}""", "invalid subnet 10.199.2.1/24: it should be 10.199.2.0/24")]
    [InlineData("""{"Subnet":"10.199.2.0"}""", "invalid subnet 10.199.2.0: invalid CIDR block notation")]
    [InlineData("""{"Subnet":"10.199.2.0/33"}""", "invalid subnet 10.199.2.0/33: invalid CIDR block notation")]
    [InlineData("""{"Subnet":"10.199/24"}""", "invalid subnet 10.199/24: invalid CIDR block notation")]
    [InlineData("""{"Subnet":"10.199.02.0/24"}""", "invalid subnet 10.199.02.0/24: invalid CIDR block notation")]
    [InlineData("""{"Gateway":"10.199.2.1"}""", "invalid subnet : invalid CIDR block notation")]
    [InlineData("""{"IPRange":"10.199.2.0/25"}""", "invalid subnet : invalid CIDR block notation")]
    [InlineData("""{"Subnet":"10.199.2.0/24","Gateway":"10.199.3.1"}""", "invalid gateway 10.199.3.1: parent subnet 10.199.2.0/24 doesn't contain this address")]
    [InlineData("""{"Subnet":"10.199.2.0/24","Gateway":"1"}""", "invalid gateway 1: invalid address")]
    [InlineData("""{"Subnet":"10.199.2.0/24","IPRange":"10.199.3.0/25"}""", "invalid ip-range 10.199.3.0/25: parent subnet 10.199.2.0/24 doesn't contain ip-range")]
    [InlineData("""{"Subnet":"10.199.2.0/24","IPRange":"10.199.0.0/16"}""", "invalid ip-range 10.199.0.0/16: CIDR block is bigger than its parent subnet 10.199.2.0/24")]
    [InlineData("""{"Subnet":"10.199.2.0/24","IPRange":"10.199.2.1/25"}""", "invalid ip-range 10.199.2.1/25: it should be 10.199.2.0/25")]
    [InlineData("""{"Subnet":"10.199.2.0/24","IPRange":"x"}""", "invalid ip-range x: invalid CIDR block notation")]
    [InlineData("""{"Subnet":"10.199.2.0/24","AuxiliaryAddresses":{"r":"10.199.3.5"}}""", "invalid auxiliary address r: parent subnet 10.199.2.0/24 doesn't contain this address")]
    [InlineData("""{"Subnet":"10.199.2.0/24","AuxiliaryAddresses":{"r":"x"}}""", "invalid auxiliary address r: invalid address")]
    [InlineData("""{"Subnet":"10.199.2.0/24","Gateway":"x","IPRange":"y"}""", "* invalid ip-range y: invalid CIDR block notation\n* invalid gateway x: invalid address")]
    public Task Subnets(string config, string faults) =>
        RefusedAsync($$$"""{"Name":"NAME","IPAM":{"Config":[{{{config}}}]}}""", 400, "invalid network config:\n" + faults);

    [Fact]
    public async Task Subnets_that_are_taken_and_addresses_that_are_twice()
    {
        (string taken, string subnet) = await _networks.WithSubnetAsync();
        string free = engine.Subnet(), other = engine.Subnet();
        foreach (string overlapping in (string[])[$"{subnet}.0/24", $"{subnet}.128/25", $"{subnet[..subnet.LastIndexOf('.')]}.0.0/16"])
        {
            await RefusedAsync(Config(overlapping), 403, "invalid pool request: Pool overlaps with other one on this address space", $": {overlapping} with {subnet}.0/24 of network {taken}");
        }

        foreach (string address in (string[])[$"{free}.1", $"{free}.0", $"{free}.255"])
        {
            await RefusedAsync(Config($"{free}.0/24", $$""","AuxiliaryAddresses":{"r":"{{address}}"}"""), 500, $"failed to allocate secondary ip address (r:{address}): Address already in use");
        }

        await RefusedAsync(Config($"{free}.0/24", $$""","Gateway":"{{free}}.0" """), 500, $"failed to allocate gateway ({free}.0): Address already in use");
        await RefusedAsync(Config($"{free}.0/24", $$""","Gateway":"{{free}}.255" """), 500, $"failed to allocate gateway ({free}.255): Address already in use");
        await RefusedAsync($$$"""{"Name":"NAME","IPAM":{"Config":[{"Subnet":"{{{free}}}.0/24"},{"Subnet":"{{{other}}}.0/24"}]}}""", 403, "bridge driver doesn't support multiple subnets");
        await RefusedAsync($$"""{"Name":"{{taken}}"}""", 409, $"network with name {taken} already exists");

        static string Config(string subnet, string more = "") => $$$"""{"Name":"NAME","IPAM":{"Config":[{"Subnet":"{{{subnet}}}"{{{more}}}}]}}""";
    }

    [Fact]
    public Task Multicast() => RefusedAsync("""{"Name":"NAME","EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"ff02::/64","Gateway":"ff02::1"}]}}""", 400, "multicast subnet 'ff02::1/64' is not allowed");

    [Theory]
    [InlineData("nosuch", 404, "plugin \"nosuch\" not found")]
    [InlineData("null", 400, "ipv4 pool is empty")]
    public Task Drivers_of_addresses(string driver, int status, string message) => RefusedAsync($$$"""{"Name":"NAME","IPAM":{"Driver":"{{{driver}}}"}}""", status, message);

    [Theory]
    [InlineData("bridge.enable_icc", "maybe", 400, "failed to parse OPTION value: maybe (strconv.ParseBool: parsing \"maybe\": invalid syntax)")]
    [InlineData("bridge.enable_ip_masquerade", "", 400, "failed to parse OPTION value:  (strconv.ParseBool: parsing \"\": invalid syntax)")]
    [InlineData("bridge.inhibit_ipv4", "x", 400, "failed to parse OPTION value: x (strconv.ParseBool: parsing \"x\": invalid syntax)")]
    [InlineData("bridge.host_binding_ipv4", "x", 400, "failed to parse OPTION value: x (nil ip)")]
    [InlineData("bridge.gateway_mode_ipv4", "x", 400, "failed to parse OPTION value: x (unknown gateway mode x)")]
    [InlineData("bridge.name", "lo", 500, "existing interface lo is not a bridge")]
    [InlineData("driver.mtu", "x", 400, "failed to parse OPTION value: x (strconv.Atoi: parsing \"x\": invalid syntax)")]
    [InlineData("driver.mtu", "-1", 400, "invalid MTU number: -1")]
    public Task Options_of_the_driver(string option, string value, int status, string message)
    {
        option = "com.docker.network." + option;
        return RefusedAsync($$$"""{"Name":"NAME","Options":{"{{{option}}}":"{{{value}}}"}}""", status, message.Replace("OPTION", option, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Configurations_are_for_networks_alone()
    {
        string plain = await _networks.CreateAsync(), config = await _networks.CreateAsync("--config-only"), subnet = engine.Subnet();
        await RefusedAsync(
            """{"Name":"NAME","ConfigOnly":true,"Internal":true}""",
            403,
            "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.");
        await RefusedAsync("""{"Name":"NAME","ConfigFrom":{"Network":"nosuch"}}""", 404, "configuration network \"nosuch\" does not exist");
        await RefusedAsync($$$"""{"Name":"NAME","ConfigFrom":{"Network":"{{{plain}}}"}}""", 404, $"configuration network \"{plain}\" does not exist");
        await RefusedAsync($$$"""{"Name":"NAME","ConfigFrom":{"Network":"{{{config}}}"},"IPAM":{"Config":[{"Subnet":"{{{subnet}}}.0/24"}]}}""", 403, "user specified configurations" + Configured);
        await RefusedAsync($$$"""{"Name":"NAME","ConfigFrom":{"Network":"{{{config}}}"},"Options":{"a":"b"}}""", 403, "network driver options" + Configured);
        await RefusedAsync($$$"""{"Name":"NAME","ConfigFrom":{"Network":"{{{config}}}"},"Labels":{"a":"b"}}""", 403, "user specified configurations" + Configured);
        await RefusedAsync($$$"""{"Name":"NAME","ConfigFrom":{"Network":"{{{config}}}"},"EnableIPv6":true}""", 403, "user specified configurations" + Configured);
    }

    [Theory]
    [InlineData("nosuch", 404, "network nosuch not found")]
    [InlineData("host", 403, "host is a pre-defined network and cannot be removed")]
    [InlineData("none", 403, "none is a pre-defined network and cannot be removed")]
    [InlineData("bridge", 403, "bridge is a pre-defined network and cannot be removed")]
    public async Task What_cannot_be_removed(string name, int status, string message) =>
        Assert.Equal((status, message), await _http.RefusedAsync("DELETE", $"/v1.51/networks/{name}"));

    public void Dispose() => _http.Dispose();

    /// <summary>A request is refused, and the name it was for is free still.</summary>
    private async Task RefusedAsync(string request, int status, string message, string more = "")
    {
        string name = engine.Name("net");
        Assert.Equal((status, TestEnvironment.ForeignEngine is null ? message + more : message), await _http.RefusedAsync("POST", "/v1.51/networks/create", request.Replace("NAME", name, StringComparison.Ordinal)));
        Assert.Equal(404, (await _http.SendAsync("GET", $"/v1.51/networks/{name}")).Status);
    }
}
