namespace Quai.EndToEnd.Tests.Networks.Parents;

/// <summary>Addresses of DHCP, of a real server (busybox's <c>udhcpd</c>) on the network of the parent: Quai's own, as Docker has none.</summary>
public sealed class DhcpTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [QuaidFact]
    public async Task A_container_has_what_the_server_lends_and_keeps_it()
    {
        (string subnet, ParentLink parent, RunningCommand server) = await ServeAsync();
        await using ParentLink link = parent;
        try
        {
            string net = await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --ipam-driver dhcp");
            Assert.Equal("""{"Driver":"dhcp","Options":{},"Config":null}""", await _networks.InspectAsync(net, "{{json .IPAM}}"));
            string name = await _networks.RunAsync(net), address = await _networks.AddressAsync(name, net);
            Assert.StartsWith(subnet + ".1", address, StringComparison.Ordinal);
            Assert.Contains($"inet {address}/24", await _docker.OkAsync($"exec {name} ip addr show eth0"), StringComparison.Ordinal);
            Assert.Contains($"default via {subnet}.1 dev eth0", await _docker.OkAsync($"exec {name} ip route"), StringComparison.Ordinal);
            Assert.Equal(0, (await parent.OutsideAsync("busybox", "ping", "-c", "1", "-W", "2", address)).ExitCode);
            Assert.Equal($$"""[{"Subnet":"{{subnet}}.0/24","Gateway":"{{subnet}}.1"}]""", await _networks.InspectAsync(net, "{{json .IPAM.Config}}"));
            string mac = await _docker.OkAsync($"exec {name} cat /sys/class/net/eth0/address");
            Assert.Equal(mac, await _docker.InspectAsync(name, $"{{{{(index .NetworkSettings.Networks \"{net}\").MacAddress}}}}"));

            await _docker.OkAsync($"restart -t 0 {name}");
            Assert.Equal(address, await _networks.AddressAsync(name, net));
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
            Assert.Equal(address, await _networks.AddressAsync(name, net));
            string other = await _networks.RunAsync(net), asked = await _networks.RunAsync(net, $"--ip {subnet}.150");
            Assert.NotEqual(address, await _networks.AddressAsync(other, net));
            Assert.Equal($"{subnet}.150", await _networks.AddressAsync(asked, net));
            Assert.True((await _docker.RunAsync($"exec {asked} ping -c 1 -W 2 {other}")).ExitCode == 0);
            (await _docker.RunAsync($"run --rm --network {net} --ip {subnet}.1 {BusyboxImage.Name} true")).ExpectFailure(125, $"DHCP server {subnet}.1 on {parent.Name} offers", $"and not {subnet}.1");
            await _docker.OkAsync($"rm -f {name} {other} {asked}");
            await _docker.OkAsync($"network rm {net}");
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [QuaidFact]
    public async Task A_lease_that_nobody_renews_takes_the_container_off_the_network_until_it_asks_again()
    {
        (string subnet, ParentLink parent, RunningCommand server) = await ServeAsync(lease: 12);
        await using ParentLink link = parent;
        string net = await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --ipam-driver dhcp"), name = await _networks.RunAsync(net), address = await _networks.AddressAsync(name, net);
        await server.DisposeAsync();
        await using RunningCommand events = _docker.Start($"events --filter type=network --filter event=disconnect --format {{{{.Actor.Attributes.name}}}}");
        await events.WaitForStdoutAsync(net);
        Assert.Equal("", await _networks.AddressAsync(name, net));
        Assert.DoesNotContain("eth0", await _docker.OkAsync($"exec {name} ip link"), StringComparison.Ordinal);
        Assert.Contains($"the address {address} of container", engine.DaemonLog(), StringComparison.Ordinal);
        RunningCommand again = StartServer(parent, subnet);
        try
        {
            await _docker.OkAsync($"network connect {net} {name}");
            Assert.Equal(address, await _networks.AddressAsync(name, net));
            await _docker.OkAsync($"rm -f {name}");
            await _docker.OkAsync($"network rm {net}");
        }
        finally
        {
            await again.DisposeAsync();
        }
    }

    [QuaidFact]
    public async Task Without_a_server_nothing_starts_and_the_sentence_says_why()
    {
        await using ParentLink parent = await ParentLink.MakeAsync(engine);
        string net = await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --ipam-driver dhcp"), name = engine.Name();
        (await _docker.RunAsync($"run --name {name} --network {net} {BusyboxImage.Name} true")).ExpectFailure(125, $"network {net}: no DHCP server answered on {parent.Name} within 10 seconds");
        await _docker.OkAsync($"rm {name}");
        await _docker.OkAsync($"network rm {net}");
    }

    [QuaidTheory]
    [InlineData("", "is for networks of driver macvlan and ipvlan, whose containers are on a network that has a DHCP server: driver bridge leads to none")]
    [InlineData("-d macvlan", "needs the interface that leads to the DHCP server: name it with -o parent=…")]
    [InlineData("-d macvlan -o parent=lo --subnet 10.1.0.0/24", "takes no subnet: the DHCP server says which it is")]
    [InlineData("-d macvlan -o parent=lo --ipv6", "is for IPv4 alone: take out --ipv6 and --ipv4=false")]
    [InlineData("-d ipvlan -o parent=lo -o ipvlan_mode=l3", "needs broadcasts, which ipvlan has in mode l2 only")]
    [InlineData("-d macvlan -o parent=lo --ipam-opt a=b", "has no option a")]
    public async Task What_cannot_be_had_is_refused(string options, string why)
    {
        string net = engine.Name("net");
        (await _docker.RunAsync($"network create {options} --ipam-driver dhcp {net}")).ExpectFailure(1, $"network {net}: --ipam-driver dhcp {why}");
    }

    private async Task<(string Subnet, ParentLink Parent, RunningCommand Server)> ServeAsync(int lease = 600)
    {
        string subnet = engine.Subnet(), folder = Directory.CreateDirectory(engine.Scratch("udhcpd")).FullName;
        ParentLink parent = await ParentLink.MakeAsync(engine, $"{subnet}.1/24");
        string file = Path.Combine(folder, "udhcpd.conf");
        await File.WriteAllTextAsync(Path.Combine(folder, "leases"), "");
        await File.WriteAllTextAsync(
            file,
            $"start {subnet}.100\nend {subnet}.199\ninterface lan0\nlease_file {folder}/leases\npidfile {folder}/pid\noption subnet 255.255.255.0\noption router {subnet}.1\noption lease {lease}\nmin_lease {lease}\n");
        return (subnet, parent, StartServer(parent, subnet));
    }

    private RunningCommand StartServer(ParentLink parent, string subnet) =>
        RunningCommand.Start("ip", ["netns", "exec", parent.Neighbour, "busybox", "udhcpd", "-f", "-I", $"{subnet}.1", Path.Combine(engine.Scratch("udhcpd"), "udhcpd.conf")]);
}
