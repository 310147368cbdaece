namespace Quai.EndToEnd.Tests.Networks.Parents;

/// <summary>Networks of driver ipvlan, where the kernel has it; and what is said where it has not.</summary>
public sealed class IpvlanTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [QuaidFact]
    public Task Containers_share_the_parents_hardware_address() => WithNetworkAsync("", async (net, subnet, parent) =>
    {
        string server = await _networks.ServeAsync(net), client = await _networks.RunAsync(net, $"--ip {subnet}.77");
        Assert.True(await _networks.ReachesAsync(client, server));
        Assert.Equal(0, (await parent.OutsideAsync("busybox", "ping", "-c", "1", "-W", "2", $"{subnet}.77")).ExitCode);
        Assert.Equal(await File.ReadAllTextAsync($"/sys/class/net/{parent.Name}/address"), await _docker.OkAsync($"exec {client} cat /sys/class/net/eth0/address") + "\n");
        Assert.Equal($"{subnet}.77 {subnet}.1 .", await PlaceAsync(client, net));
        Assert.Contains($"default via {subnet}.1 dev eth0", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);

        // The address of one that has just ended, a hardware address, a second network.
        await _docker.OkAsync($"restart -t 0 {client}");
        Assert.True(await _networks.ReachesAsync(client, server));
        (await _docker.RunAsync($"run --network {net} --mac-address 02:42:00:00:00:77 {BusyboxImage.Name} true")).ExpectFailure(125, "ipvlan interfaces do not support custom mac address assignment");
        (await _docker.RunAsync($"network create -d ipvlan -o parent={parent.Name} {engine.Name("net")}")).ExpectFailure(1, $"is already using parent interface {parent.Name}");
    });

    [QuaidTheory]
    [InlineData("l3")]
    [InlineData("l3s")]
    public Task In_modes_of_layer_3_everybody_is_reached_by_the_interface(string mode) => WithNetworkAsync($"-o ipvlan_mode={mode}", async (net, subnet, _) =>
    {
        string server = await _networks.ServeAsync(net), client = await _networks.RunAsync(net, $"--ip {subnet}.77");
        Assert.True(await _networks.ReachesAsync(client, server));
        Assert.Equal($"{subnet}.77 .", (await PlaceAsync(client, net)).Replace("  ", " ", StringComparison.Ordinal));
        Assert.Contains("default dev eth0", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);
    });

    [QuaidFact]
    public Task A_running_container_joins_and_leaves() => WithNetworkAsync("", async (net, _, _) =>
    {
        string server = await _networks.ServeAsync(net), name = await _networks.RunAsync("bridge"), address = await _networks.AddressAsync(server, net);
        for (int i = 0; i < 2; i++)
        {
            await _docker.OkAsync($"network connect {net} {name}");
            Assert.True(await _networks.ReachesAsync(name, address));
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
            await _docker.OkAsync($"network disconnect {net} {name}");
            Assert.DoesNotContain("eth1", await _docker.OkAsync($"exec {name} ls /sys/class/net"), StringComparison.Ordinal);
        }
    });

    private Task<string> PlaceAsync(string container, string network) =>
        _docker.InspectAsync(container, $"{{{{with index .NetworkSettings.Networks \"{network}\"}}}}{{{{.IPAddress}}}} {{{{.Gateway}}}} {{{{.MacAddress}}}}.{{{{end}}}}");

    private async Task WithNetworkAsync(string options, Func<string, string, ParentLink, Task> test)
    {
        string subnet = engine.Subnet();
        await using ParentLink parent = await ParentLink.MakeAsync(engine, $"{subnet}.200/24");
        if ((await RunningCommand.RunAsync("ip", ["link", "add", "link", parent.Name, "name", "quaiprobe0", "type", "ipvlan"])).ExitCode == 0)
        {
            (await RunningCommand.RunAsync("ip", ["link", "del", "quaiprobe0"])).Expect();
            await test(await _networks.CreateAsync($"-d ipvlan -o parent={parent.Name} --subnet {subnet}.0/24 --gateway {subnet}.1 {options}"), subnet, parent);
            return;
        }

        string name = engine.Name("net");
        (await _docker.RunAsync($"network create -d ipvlan -o parent={parent.Name} {options} {name}")).Expect(
            1, "", "Error response from daemon: failed to create the ipvlan port: this host's kernel has no ipvlan interfaces: operation not supported\n");
        Assert.Equal(1, (await _docker.RunAsync($"network inspect {name}")).ExitCode);
    }
}
