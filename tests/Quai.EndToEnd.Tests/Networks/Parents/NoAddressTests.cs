namespace Quai.EndToEnd.Tests.Networks.Parents;

/// <summary>Networks without addresses (<c>--ipam-driver null</c>).</summary>
public sealed class NoAddressTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task A_container_has_an_interface_and_no_address()
    {
        await using ParentLink parent = await ParentLink.MakeAsync(engine);
        string net = await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --ipv4=false --ipam-driver null");
        Assert.Equal("""false false {"Driver":"null","Options":{},"Config":null}""", await _networks.InspectAsync(net, "{{.EnableIPv4}} {{.EnableIPv6}} {{json .IPAM}}"));
        string one = await _networks.RunAsync(net, "--cap-add NET_ADMIN"), other = await _networks.RunAsync(net, "--cap-add NET_ADMIN");
        Assert.DoesNotContain("inet", await _docker.OkAsync($"exec {one} ip addr show eth0"), StringComparison.Ordinal);
        Assert.NotEqual(await _docker.OkAsync($"exec {one} cat /sys/class/net/eth0/address"), await _docker.OkAsync($"exec {other} cat /sys/class/net/eth0/address"));
        Assert.Equal("//", await _docker.InspectAsync(one, $"{{{{with index .NetworkSettings.Networks \"{net}\"}}}}{{{{.IPAddress}}}}/{{{{.Gateway}}}}/{{{{.GlobalIPv6Address}}}}{{{{end}}}}"));

        // What has no addresses may be given some.
        await _docker.OkAsync($"exec {one} ip addr add 10.9.9.1/24 dev eth0");
        await _docker.OkAsync($"exec {other} ip addr add 10.9.9.2/24 dev eth0");
        await _docker.OkAsync($"exec {one} ping -c 1 -W 2 10.9.9.2");
        await _docker.OkAsync($"restart -t 0 {one}");
        await _docker.OkAsync($"rm -f {one} {other}");
        await _docker.OkAsync($"network rm {net}");
    }

    [Theory]
    [InlineData("", "ipv4 pool is empty")]
    [InlineData("-d macvlan --ipv6", "ipv4 pool is empty")]
    [InlineData("-d ipvlan --ipv6 --ipv4=false", "ipv6 pool is empty")]
    [InlineData("--ipv4=false", "IPv4 or IPv6 must be enabled")]
    [InlineData("--subnet 10.1.0.0/24", "null ipam driver does not handle specific address pool requests")]
    public async Task A_network_with_a_family_needs_addresses(string options, string why) =>
        (await _docker.RunAsync($"network create {options} --ipam-driver null {engine.Name("net")}")).ExpectFailure(1, why);

    [QuaidFact]
    public async Task A_running_container_keeps_it_over_the_daemons_death()
    {
        await using ParentLink parent = await ParentLink.MakeAsync(engine);
        string net = await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --ipv4=false --ipam-driver null");
        string name = await _networks.RunAsync(net), mac = await _docker.OkAsync($"exec {name} cat /sys/class/net/eth0/address");
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal(mac, await _docker.InspectAsync(name, $"{{{{(index .NetworkSettings.Networks \"{net}\").MacAddress}}}}"));
        (await _docker.RunAsync($"network rm {net}")).ExpectFailure(1, "active endpoints");
        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"network rm {net}");
    }
}
