using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Networks with IPv6, and what endpoints may be asked for.</summary>
public sealed class DualStackTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task Both_families_are_shown_field_for_field()
    {
        (string name, string subnet, string subnet6) = await CreateAsync();
        JsonNode shown = JsonNode.Parse(await _networks.InspectAsync(name, "{{json .}}"))!;
        Assert.Equal((true, true), (shown["EnableIPv4"]!.GetValue<bool>(), shown["EnableIPv6"]!.GetValue<bool>()));

        // In the order of the request, which the client makes up.
        Assert.Equal([$$"""{"Subnet":"{{subnet}}.0/24"}""", $$"""{"Subnet":"{{subnet6}}::/64"}"""], shown["IPAM"]!["Config"]!.AsArray().Select(c => c!.ToJsonString()).Order(StringComparer.Ordinal));
        string port = TestCertificate.FreePort().ToString(), other = TestCertificate.FreePort().ToString();
        string container = await _networks.RunAsync(name, $"-p {port}:80 -p [::1]:{other}:81");
        JsonNode endpoint = JsonNode.Parse(await _docker.InspectAsync(container, $"{{{{json (index .NetworkSettings.Networks \"{name}\")}}}}"))!;
        Assert.Equal(
            [$"{subnet}.2", "24", $"{subnet}.1", $"{subnet6}::2", "64", $"{subnet6}::1"],
            ((string[])["IPAddress", "IPPrefixLen", "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPv6Gateway"]).Select(f => endpoint[f]!.ToString()));
        Assert.Equal(
            $$"""{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"{{port}}"},{"HostIp":"::","HostPort":"{{port}}"}],"81/tcp":[{"HostIp":"::1","HostPort":"{{other}}"}]}""",
            await _docker.InspectAsync(container, "{{json .NetworkSettings.Ports}}"));
        Assert.Equal($"{subnet}.2/24 {subnet6}::2/64", await _networks.InspectAsync(name, "{{range .Containers}}{{.IPv4Address}} {{.IPv6Address}}{{end}}"));
        Assert.Equal($"0.0.0.0:{port}->80/tcp, [::]:{port}->80/tcp, [::1]:{other}->81/tcp", await _docker.OkAsync($"ps --filter name={container} --format '{{{{.Ports}}}}'"));
        Assert.Equal($"0.0.0.0:{port}\n[::]:{port}", await _docker.OkAsync($"port {container} 80"));
        string hosts = await _docker.OkAsync($"exec {container} cat /etc/hosts");
        Assert.Contains($"\n{subnet}.2\t", hosts, StringComparison.Ordinal);
        Assert.Contains($"\n{subnet6}::2\t", hosts, StringComparison.Ordinal);
        Assert.Contains($"default via {subnet6}::1 dev eth0", await _docker.OkAsync($"exec {container} ip -6 route"), StringComparison.Ordinal);
        Assert.Contains("inet6 fe80::", await _docker.OkAsync($"exec {container} ip addr show eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_reach_each_other_and_their_ports_by_both()
    {
        (string name, string subnet, string subnet6) = await CreateAsync();
        string port = TestCertificate.FreePort().ToString();
        string server = await _networks.ServeAsync(name, $"-p {port}:80"), client = await _networks.RunAsync(name);
        Assert.True(await _networks.ReachesAsync(client, $"{subnet}.2"));
        Assert.True(await _networks.ReachesAsync(client, $"{subnet6}::2"));
        foreach (string host in (string[])[$"{subnet}.1", $"[{subnet6}::1]", "127.0.0.1", "[::1]"])
        {
            Assert.Equal("page\n", (await RunningCommand.RunAsync("curl", ["-s", "-m", "5", $"http://{host}:{port}/"])).Stdout);
        }

        Assert.Contains($"{subnet6}::2", await _docker.OkAsync($"exec {client} nslookup -type=aaaa {server}"), StringComparison.Ordinal);
        Assert.Contains($"{server}.{name}", await _docker.OkAsync($"exec {client} nslookup {subnet6}::2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_with_IPv4_alone_is_published_on_IPv6_too()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync();
        (string six, string subnet6) = (await _networks.CreateAsync("--ipv6"), "");
        string port = TestCertificate.FreePort().ToString(), other = TestCertificate.FreePort().ToString();
        string server = await _networks.ServeAsync(name, $"-p {port}:80 -p [::1]:{other}:80 -p 127.0.0.1:{TestCertificate.FreePort()}:81");
        Assert.Equal($"0.0.0.0:{port}\n[::1]:{other}\n[::]:{port}", await _docker.OkAsync($"port {server} 80"));
        subnet6 = await _networks.InspectAsync(six, "{{range .IPAM.Config}}{{.Gateway}} {{end}}");
        foreach (string url in (string[])[$"[::1]:{port}", $"[::1]:{other}", $"127.0.0.1:{port}", $"[{subnet6.Trim().Split(' ')[^1]}]:{port}"])
        {
            Assert.Equal("page\n", (await RunningCommand.RunAsync("curl", ["-s", "-m", "5", $"http://{url}/"])).Stdout);
        }

        (await _docker.RunAsync($"run -d --network {name} -p [::]:{port}:80 {BusyboxImage.Name} true")).ExpectFailure(125, "port is already allocated");
        await _docker.OkAsync($"rm -f {server}");
        Assert.NotEqual(0, (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://[::1]:{port}/"])).ExitCode);
    }

    [Fact]
    public async Task A_network_has_IPv6_alone_with_a_subnet_of_the_daemons_choice()
    {
        string name = await _networks.CreateAsync("--ipv6 --ipv4=false");
        Assert.Matches("""^false true \[\{"Subnet":"fd[0-9a-f:]+::/64","Gateway":"fd[0-9a-f:]+::1"\}\]$""", await _networks.InspectAsync(name, "{{.EnableIPv4}} {{.EnableIPv6}} {{json .IPAM.Config}}"));
        string port = TestCertificate.FreePort().ToString(), server = await _networks.ServeAsync(name, $"-p {port}:80");
        Assert.Equal($$"""{"80/tcp":[{"HostIp":"::","HostPort":"{{port}}"}]}""", await _docker.InspectAsync(server, "{{json .NetworkSettings.Ports}}"));
        Assert.Equal("", await _networks.AddressAsync(server, name));
        string gateway = await _networks.InspectAsync(name, "{{range .IPAM.Config}}{{.Gateway}}{{end}}");
        Assert.Equal("page\n", (await RunningCommand.RunAsync("curl", ["-s", "-m", "5", $"http://[{gateway}]:{port}/"])).Stdout);
        string both = await _networks.CreateAsync("--ipv6");
        Assert.Matches("^172.*fd|^10.*fd|^192.*fd", await _networks.InspectAsync(both, "{{range .IPAM.Config}}{{.Subnet}} {{end}}"));
    }

    [Fact]
    public async Task Addresses_can_be_asked_for()
    {
        (string name, _, string subnet6) = await CreateAsync();
        string container = await _networks.RunAsync(name, $"--ip6 {subnet6}::77");
        Assert.Equal($"{subnet6}::77", await _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{name}\").GlobalIPv6Address}}}}"));
        (await _docker.RunAsync($"run --rm --network {name} --ip6 {subnet6}::77 {BusyboxImage.Name} true")).ExpectFailure(125, "Address already in use");
        (await _docker.RunAsync($"run --rm --network {name} --ip6 {subnet6}::1 {BusyboxImage.Name} true")).ExpectFailure(125, "Address already in use");
        (await _docker.RunAsync($"run --rm --network {name} --ip6 fd99:99::1 {BusyboxImage.Name} true")).Expect(125);
        await _docker.OkAsync($"stop -t 0 {container}");
        await _docker.OkAsync($"start {container}");
        Assert.Equal($"{subnet6}::77", await _docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{name}\").GlobalIPv6Address}}}}"));
    }

    [Fact]
    public async Task A_subnet_of_a_family_that_the_network_lacks_is_shown_and_of_no_account()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--subnet {Six(s)}::/64");
        Assert.Equal(
            [$"{subnet}.0/24", "false", $"{Six(subnet)}::/64"],
            (await _networks.InspectAsync(name, "{{range .IPAM.Config}}{{.Subnet}} {{end}}{{.EnableIPv6}}")).Split(' ').Order(StringComparer.Ordinal));
        Assert.DoesNotContain("inet6", await _docker.OkAsync($"run --rm --network {name} {BusyboxImage.Name} ip addr show eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_have_settings_a_name_and_link_local_addresses()
    {
        (string name, _, _) = await CreateAsync();
        const string Option = "driver-opt=com.docker.network.endpoint.";
        Assert.Equal(
            "1\n0",
            await _docker.OkAsync(
                $"run --rm --network 'name={name},\"{Option}sysctls=net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.conf.IFNAME.forwarding=0\"' {BusyboxImage.Name} " +
                "cat /proc/sys/net/ipv4/conf/eth0/log_martians /proc/sys/net/ipv4/conf/eth0/forwarding"));
        Assert.Contains("wan7", await _docker.OkAsync($"run --rm --network name={name},{Option}ifname=wan7 {BusyboxImage.Name} ip link"), StringComparison.Ordinal);
        Assert.Contains("inet 169.254.8.8/16", await _docker.OkAsync($"run --rm --network name={name},link-local-ip=169.254.8.8 {BusyboxImage.Name} ip addr"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm --network name={name},{Option}sysctls=foo {BusyboxImage.Name} true")).ExpectFailure(
            125,
            $"invalid config for network {name}: invalid endpoint settings:\nunrecognised network interface sysctl 'foo'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
        (await _docker.RunAsync($"run --rm --network {name} --link-local-ip=foo {BusyboxImage.Name} true")).ExpectFailure(125, "invalid link-local IP address: foo");
        (await _docker.RunAsync($"run --rm --network {name} --link-local-ip=10.1.1.1 {BusyboxImage.Name} true")).ExpectFailure(125, "invalid link local IP address: 10.1.1.1");
        (await _docker.RunAsync($"run --rm --network name={name},{Option}ifname=a/b {BusyboxImage.Name} true")).Expect(125);
    }

    [Fact]
    public async Task Where_nothing_is_translated_ports_are_the_containers_own()
    {
        (string name, _, _) = await CreateAsync("-o com.docker.network.bridge.gateway_mode_ipv4=routed -o com.docker.network.bridge.gateway_mode_ipv6=routed");
        string container = await _networks.RunAsync(name, "-p 8081:80 -p 90/udp");
        Assert.Equal(
            """{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":""},{"HostIp":"::","HostPort":""}],"90/udp":[{"HostIp":"0.0.0.0","HostPort":""},{"HostIp":"::","HostPort":""}]}""",
            await _docker.InspectAsync(container, "{{json .NetworkSettings.Ports}}"));
        Assert.Equal("0.0.0.0:0->80/tcp, [::]:0->80/tcp, 0.0.0.0:0->90/udp, [::]:0->90/udp", await _docker.OkAsync($"ps --filter name={container} --format '{{{{.Ports}}}}'"));
    }

    private static string Six(string subnet) => "fd00:" + string.Join(':', subnet.Split('.'));

    private async Task<(string Name, string Subnet, string Subnet6)> CreateAsync(string options = "")
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--ipv6 --subnet {Six(s)}::/64 {options}");
        return (name, subnet, Six(subnet));
    }
}
