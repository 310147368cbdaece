namespace Quai.EndToEnd.Tests.Networks.Parents;

/// <summary>Networks of driver macvlan, upon one of the host's interfaces.</summary>
public sealed class MacvlanTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task Containers_reach_each_other_by_name_and_their_neighbours()
    {
        (string net, string subnet, ParentLink parent) = await MakeAsync();
        await using ParentLink link = parent;
        string server = await _networks.ServeAsync(net, "-p 80"), client = await _networks.RunAsync(net, $"--ip {subnet}.77 --mac-address 02:42:00:00:00:77");
        Assert.True(await _networks.ReachesAsync(client, server));
        Assert.Equal(0, (await parent.OutsideAsync("busybox", "ping", "-c", "1", "-W", "2", $"{subnet}.77")).ExitCode);

        string settings = $"{{{{with index .NetworkSettings.Networks \"{net}\"}}}}{{{{.IPAddress}}}}/{{{{.IPPrefixLen}}}} {{{{.Gateway}}}} {{{{.MacAddress}}}}{{{{end}}}} {{{{json .NetworkSettings.Ports}}}}";
        Assert.Equal($"{subnet}.77/24 {subnet}.1 02:42:00:00:00:77 {{}}", await _docker.InspectAsync(client, settings));
        Assert.EndsWith(" {}", await _docker.InspectAsync(server, settings), StringComparison.Ordinal);
        Assert.Equal("", await _docker.OkAsync($"port {server}"));
        Assert.Equal("02:42:00:00:00:77", await _docker.OkAsync($"exec {client} cat /sys/class/net/eth0/address"));
        Assert.Contains($"default via {subnet}.1 dev eth0", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);
        Assert.DoesNotContain("inet6", await _docker.OkAsync($"exec {client} ip addr show eth0"), StringComparison.Ordinal);
        Assert.Equal($"macvlan {parent.Name} {subnet}.0/24", await _networks.InspectAsync(net, "{{.Driver}} {{.Options.parent}} {{(index .IPAM.Config 0).Subnet}}"));
    }

    [Fact]
    public async Task In_mode_private_they_do_not_reach_each_other()
    {
        (string net, string subnet, ParentLink parent) = await MakeAsync("-o macvlan_mode=private");
        await using ParentLink link = parent;
        string server = await _networks.ServeAsync(net), client = await _networks.RunAsync(net, $"--ip {subnet}.77");
        Assert.False(await _networks.ReachesAsync(client, await _networks.AddressAsync(server, net)));
        Assert.Equal(0, (await parent.OutsideAsync("busybox", "ping", "-c", "1", "-W", "2", $"{subnet}.77")).ExitCode);
    }

    [Fact]
    public async Task An_internal_one_has_no_default_route()
    {
        (string net, _, ParentLink parent) = await MakeAsync("--internal");
        await using ParentLink link = parent;
        string server = await _networks.ServeAsync(net), client = await _networks.RunAsync(net);
        Assert.True(await _networks.ReachesAsync(client, server));
        Assert.DoesNotContain("default", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_ipv6_they_have_addresses_of_both_families()
    {
        string prefix = $"fd{engine.Slot % 100:d2}:{Environment.ProcessId % 10000}:{engine.Subnet().Split('.')[1]}";
        (string net, _, ParentLink parent) = await MakeAsync($"--ipv6 --subnet {prefix}::/64");
        await using ParentLink link = parent;
        string one = await _networks.RunAsync(net), other = await _networks.RunAsync(net);
        string address = await _docker.InspectAsync(other, $"{{{{(index .NetworkSettings.Networks \"{net}\").GlobalIPv6Address}}}}");
        Assert.StartsWith(prefix + "::", address, StringComparison.Ordinal);
        await _docker.OkAsync($"exec {one} ping -6 -c 1 -W 2 {address}");
        Assert.Contains($"default via {prefix}::1 dev eth0", await _docker.OkAsync($"exec {one} ip -6 route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_container_joins_and_leaves()
    {
        (string net, string subnet, ParentLink parent) = await MakeAsync();
        await using ParentLink link = parent;
        string name = await _networks.RunAsync("bridge"), server = await _networks.ServeAsync(net), address = await _networks.AddressAsync(server, net);
        for (int i = 0; i < 3; i++)
        {
            await _docker.OkAsync($"network connect --ip {subnet}.77 {net} {name}");
            Assert.Equal("eth0 eth1 lo", await InterfacesAsync(name));
            Assert.True(await _networks.ReachesAsync(name, address));
            await _docker.OkAsync($"network disconnect {net} {name}");
            Assert.Equal("eth0 lo", await InterfacesAsync(name));
            Assert.Contains("default via", await _docker.OkAsync($"exec {name} ip route"), StringComparison.Ordinal);
        }

        (await _docker.RunAsync($"network rm {net}")).ExpectFailure(1, $"network {net} has active endpoints");
        await _docker.OkAsync($"rm -f {server}");
        await _docker.OkAsync($"network rm {net}");
        Assert.Equal(0, (await RunningCommand.RunAsync("ip", ["link", "show", parent.Name])).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-o macvlan_mode=passthru")]
    public async Task A_container_that_is_restarted_has_its_hardware_address_again(string mode)
    {
        (string net, string subnet, ParentLink parent) = await MakeAsync(mode);
        await using ParentLink link = parent;
        string name = await _networks.RunAsync(net, $"--ip {subnet}.77 --mac-address 02:42:00:00:00:77");
        for (int i = 0; i < 5; i++)
        {
            await _docker.OkAsync($"restart -t 0 {name}");
            Assert.Equal("02:42:00:00:00:77", await _docker.OkAsync($"exec {name} cat /sys/class/net/eth0/address"));
            Assert.Equal(0, (await parent.OutsideAsync("busybox", "ping", "-c", "1", "-W", "2", $"{subnet}.77")).ExitCode);
        }
    }

    [Fact]
    public async Task What_the_kernel_refuses_is_told_and_leaves_nothing()
    {
        (string net, _, ParentLink parent) = await MakeAsync("-o macvlan_mode=passthru");
        await using ParentLink link = parent;
        string first = await _networks.RunAsync(net), second = engine.Name();
        (await _docker.RunAsync($"run --name {second} --network {net} {BusyboxImage.Name} true")).ExpectFailure(125, "macvlan", "invalid argument");
        Assert.DoesNotContain(second, await _docker.OkAsync($"network inspect {net}"), StringComparison.Ordinal);
        await _docker.OkAsync($"rm -f {first}");
        await _docker.OkAsync($"start -a {second}");
        await RunningCommand.RunAsync("ip", ["link", "del", parent.Name]);
        (await _docker.RunAsync($"start -a {second}")).ExpectFailure(1, parent.Name);
        await _docker.OkAsync($"rm {second}");
        await _docker.OkAsync($"network rm {net}");
    }

    [QuaidTheory]
    [InlineData("")]
    [InlineData("-o macvlan_mode=passthru")]
    public async Task What_a_container_that_has_ended_holds_yet_is_awaited(string mode)
    {
        (string net, _, ParentLink parent) = await MakeAsync(mode);
        await using ParentLink link = parent;
        const string Address = "--mac-address 02:42:00:00:00:77";
        string ending = await _networks.RunAsync(net, Address);
        Task<string> next = _networks.RunAsync(net, Address);
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(500)));
        await _docker.OkAsync($"rm -f {ending}");
        Assert.Equal("02:42:00:00:00:77", await _docker.OkAsync($"exec {await next} cat /sys/class/net/eth0/address"));
    }

    [QuaidFact]
    public async Task A_daemon_that_is_killed_in_between_leaves_what_inspect_says()
    {
        (string net, string subnet, ParentLink parent) = await MakeAsync();
        await using ParentLink link = parent;
        string server = await _networks.ServeAsync(net), name = await _networks.RunAsync("bridge"), address = await _networks.AddressAsync(server, net);
        var random = new Random(1);
        for (int round = 0; round < 8; round++)
        {
            Task toggling = Task.Run(async () =>
            {
                while ((await _docker.RunAsync($"network connect {net} {name}")).ExitCode == 0 && (await _docker.RunAsync($"network disconnect {net} {name}")).ExitCode == 0)
                {
                }
            });
            await Task.Delay(random.Next(20, 300));
            await engine.KillDaemonAsync();
            await toggling;
            await engine.StartDaemonAsync();
            bool shown = (await _docker.InspectAsync(name, "{{range $n, $e := .NetworkSettings.Networks}}{{$n}} {{end}}")).Contains(net, StringComparison.Ordinal);
            Assert.Equal(shown ? "eth0 eth1 lo" : "eth0 lo", await InterfacesAsync(name));
            Assert.Equal(shown, (await _docker.OkAsync($"network inspect {net}")).Contains(name, StringComparison.Ordinal));
            await _docker.OkAsync(shown ? $"network disconnect {net} {name}" : $"network connect {net} {name}");
            Assert.Equal(shown ? "eth0 lo" : "eth0 eth1 lo", await InterfacesAsync(name));
            await _docker.OkAsync(shown ? $"network connect {net} {name}" : $"exec {name} true");
            Assert.True(await _networks.ReachesAsync(name, address));
            await _docker.OkAsync($"network disconnect {net} {name}");
        }

        Assert.Equal($"{subnet}.1", await _docker.InspectAsync(server, $"{{{{(index .NetworkSettings.Networks \"{net}\").Gateway}}}}"));
    }

    [Theory]
    [InlineData("macvlan", "-o parent=PARENT -o macvlan_mode=foo", "requested macvlan mode 'foo' is not valid, 'bridge' mode is the macvlan driver default")]
    [InlineData("macvlan", "-o parent=nosuch", "invalid subinterface vlan name nosuch, example formatting is eth0.10")]
    [InlineData("macvlan", "-o parent=nosuch.5", "-o parent interface was not found on the host: nosuch")]
    [InlineData("macvlan", "-o parent=PARENT.0", "vlan id must be between 1-4094, received: 0")]
    [InlineData("macvlan", "-o parent=PARENT.4095", "vlan id must be between 1-4094, received: 4095")]
    [InlineData("macvlan", "-o parent=PARENT.x", "unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10)")]
    [InlineData("macvlan", "-o parent=PARENT.1.2", "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received PARENT.1.2")]
    [InlineData("macvlan", "-o parent=lo", "loopback interface is not a valid macvlan parent link")]
    [InlineData("ipvlan", "-o parent=PARENT -o ipvlan_mode=foo", "requested ipvlan mode 'foo' is not valid, 'l2' mode is the ipvlan driver default")]
    [InlineData("ipvlan", "-o parent=PARENT -o ipvlan_flag=foo", "requested ipvlan flag 'foo' is not valid, 'bridge' is the ipvlan driver default")]
    [InlineData("ipvlan", "-o parent=lo", "loopback interface is not a valid ipvlan parent link")]
    public async Task What_cannot_be_is_refused_in_dockers_words(string driver, string options, string words)
    {
        await using ParentLink parent = await ParentLink.MakeAsync(engine);
        string name = engine.Name("net");
        (await _docker.RunAsync($"network create -d {driver} {options.Replace("PARENT", parent.Name, StringComparison.Ordinal)} {name}")).Expect(
            1, "", $"Error response from daemon: {words.Replace("PARENT", parent.Name, StringComparison.Ordinal)}\n");
        Assert.Equal(1, (await _docker.RunAsync($"network inspect {name}")).ExitCode);
    }

    [Fact]
    public async Task Networks_may_share_a_parent_but_in_mode_passthru()
    {
        (string net, _, ParentLink parent) = await MakeAsync();
        await using ParentLink link = parent;
        string id = await _networks.InspectAsync(net, "{{.Id}}");
        await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --subnet {engine.Subnet()}.0/24 --subnet {engine.Subnet()}.0/24");
        CommandResult refused = await _docker.RunAsync($"network create -d macvlan -o parent={parent.Name} -o macvlan_mode=passthru --subnet {engine.Subnet()}.0/24 {engine.Name("net")}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Matches($"^Error response from daemon: cannot use mode passthru, macvlan network [0-9a-f]{{64}} is already using parent interface {parent.Name}\n$", refused.Stderr);
        Assert.Equal(64, id.Length);
    }

    [Fact]
    public async Task A_sub_interface_is_made_and_removed_or_the_kernel_says_what_it_lacks()
    {
        await using ParentLink parent = await ParentLink.MakeAsync(engine);
        string name = engine.Name("net"), sub = parent.Name + ".5";
        bool has = (await RunningCommand.RunAsync("ip", ["link", "add", "link", parent.Name, "name", parent.Name + ".7", "type", "vlan", "id", "7"])).ExitCode == 0;
        CommandResult made = await _docker.RunAsync($"network create -d macvlan -o parent={sub} --subnet {engine.Subnet()}.0/24 {name}");
        if (!has)
        {
            made.Expect(1, "", $"Error response from daemon: failed to create {sub} vlan link: operation not supported\n");
            Assert.Equal(1, (await _docker.RunAsync($"network inspect {name}")).ExitCode);
            return;
        }

        made.Expect();
        Assert.Equal(0, (await RunningCommand.RunAsync("ip", ["link", "show", sub])).ExitCode);
        await _docker.OkAsync($"network rm {name}");
        Assert.NotEqual(0, (await RunningCommand.RunAsync("ip", ["link", "show", sub])).ExitCode);
    }

    private async Task<(string Network, string Subnet, ParentLink Parent)> MakeAsync(string options = "")
    {
        string subnet = engine.Subnet();
        ParentLink parent = await ParentLink.MakeAsync(engine, $"{subnet}.200/24");
        return (await _networks.CreateAsync($"-d macvlan -o parent={parent.Name} --subnet {subnet}.0/24 --gateway {subnet}.1 {options}"), subnet, parent);
    }

    private async Task<string> InterfacesAsync(string name) =>
        string.Join(' ', (await _docker.OkAsync($"exec {name} ls /sys/class/net")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(i => i == "lo" || i.StartsWith("eth", StringComparison.Ordinal)));
}
