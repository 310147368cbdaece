namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Who reaches whom on networks that were made, and which addresses they have.</summary>
public sealed class TrafficTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task Addresses_are_of_the_range_and_nobody_elses()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--ip-range {s}.8/29 --gateway {s}.9 --aux-address a={s}.8 --aux-address b={s}.11");
        List<string> addresses = [];
        for (int i = 0; i < 5; i++)
        {
            addresses.Add(await _networks.AddressAsync(await _networks.RunAsync(name), name));
        }

        Assert.Equal([$"{subnet}.10", $"{subnet}.12", $"{subnet}.13", $"{subnet}.14", $"{subnet}.15"], addresses.Order(StringComparer.Ordinal));
        (await _docker.RunAsync($"run --rm --network {name} {BusyboxImage.Name} true")).ExpectFailure(125, "no available IPv4 addresses on this network's address pools: " + name);
    }

    [Fact]
    public async Task The_first_addresses_are_the_first_that_nothing_else_has()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--aux-address a={s}.2 --aux-address b={s}.5");
        string first = await _networks.RunAsync(name), second = await _networks.RunAsync(name);
        Assert.Equal([$"{subnet}.3", $"{subnet}.4"], [await _networks.AddressAsync(first, name), await _networks.AddressAsync(second, name)]);
    }

    [Fact]
    public async Task An_address_can_be_asked_for_of_the_range_or_not()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--ip-range {s}.128/25 --gateway {s}.1 --aux-address a={s}.5");
        foreach (string address in (string[])[$"{subnet}.200", $"{subnet}.50"])
        {
            string container = await _networks.RunAsync(name, $"--ip {address}");
            Assert.Equal(address, await _networks.AddressAsync(container, name));
            (await _docker.RunAsync($"run --rm --network {name} --ip {address} {BusyboxImage.Name} true")).ExpectFailure(125, "Address already in use");
            await _docker.OkAsync($"rm -f {container}");
            await _docker.OkAsync($"run --rm --network {name} --ip {address} {BusyboxImage.Name} true");
        }

        foreach (string address in (string[])[$"{subnet}.1", $"{subnet}.5", $"{subnet}.0", $"{subnet}.255"])
        {
            (await _docker.RunAsync($"run --rm --network {name} --ip {address} {BusyboxImage.Name} true")).ExpectFailure(125, "Address already in use");
        }

        (await _docker.RunAsync($"run --rm --network {name} --ip 10.9.9.9 {BusyboxImage.Name} true")).Expect(125);
    }

    [Fact]
    public async Task An_internal_network_leads_nowhere_else()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(_ => "--internal");
        string port = TestCertificate.FreePort().ToString(), elsewhere = await _networks.ServeAsync("bridge");
        string server = await _networks.ServeAsync(name, $"-p 127.0.0.1:{port}:80"), client = await _networks.RunAsync(name);
        Assert.StartsWith(subnet + ".", await _networks.AddressAsync(client, name), StringComparison.Ordinal);
        Assert.DoesNotContain("default", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);
        Assert.True(await _networks.ReachesAsync(client, await _networks.AddressAsync(server, name)));
        Assert.False(await _networks.ReachesAsync(client, await _networks.AddressAsync(elsewhere, "bridge")));
        Assert.False(await _networks.ReachesAsync(elsewhere, await _networks.AddressAsync(server, name)));
        Assert.NotEqual(0, (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://127.0.0.1:{port}/"])).ExitCode);
        Assert.Equal("", await _docker.OkAsync($"port {server}"));
    }

    [Fact]
    public async Task Ports_are_published_by_the_network_that_leads_outside_whichever_is_first()
    {
        (string first, _) = await _networks.WithSubnetAsync();
        (string closed, _) = await _networks.WithSubnetAsync(_ => "--internal");
        (string last, _) = await _networks.WithSubnetAsync();
        foreach (string open in (string[])[first, last])
        {
            string port = TestCertificate.FreePort().ToString(), server = await _networks.ServeAsync(open, $"--network {closed} -p 127.0.0.1:{port}:80");
            Assert.Equal("page\n", (await RunningCommand.RunAsync("curl", ["-s", "-m", "5", $"http://127.0.0.1:{port}/"])).Stdout);
            Assert.Contains("default", await _docker.OkAsync($"exec {server} ip route"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Networks_do_not_reach_each_other_and_who_is_on_both_reaches_both()
    {
        (string one, _) = await _networks.WithSubnetAsync();
        (string other, _) = await _networks.WithSubnetAsync();
        string here = await _networks.ServeAsync(one), there = await _networks.ServeAsync(other), onDefault = await _networks.ServeAsync("bridge");
        string hereAt = await _networks.AddressAsync(here, one), thereAt = await _networks.AddressAsync(there, other);
        Assert.False(await _networks.ReachesAsync(here, thereAt));
        Assert.False(await _networks.ReachesAsync(there, hereAt));
        Assert.False(await _networks.ReachesAsync(onDefault, thereAt));
        Assert.False(await _networks.ReachesAsync(there, await _networks.AddressAsync(onDefault, "bridge")));
        string both = await _networks.RunAsync(one);
        await _docker.OkAsync($"network connect {other} {both}");
        Assert.True(await _networks.ReachesAsync(both, hereAt));
        Assert.True(await _networks.ReachesAsync(both, thereAt));
        await _docker.OkAsync($"network disconnect {one} {both}");
        Assert.False(await _networks.ReachesAsync(both, hereAt));
        Assert.True(await _networks.ReachesAsync(both, thereAt));
    }

    [Fact]
    public async Task Without_icc_containers_do_not_reach_each_other_but_the_outside()
    {
        (string name, _) = await _networks.WithSubnetAsync(_ => "-o com.docker.network.bridge.enable_icc=false");
        string port = TestCertificate.FreePort().ToString(), server = await _networks.ServeAsync(name, $"-p {port}:80"), client = await _networks.RunAsync(name);
        Assert.False(await _networks.ReachesAsync(client, await _networks.AddressAsync(server, name)));
        await PageAsync($"127.0.0.1:{port}");
        Assert.Contains("default via", await _docker.OkAsync($"exec {client} ip route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mtu_is_the_containers_too()
    {
        string name = await _networks.CreateAsync("-o com.docker.network.driver.mtu=1280"), container = await _networks.RunAsync(name);
        Assert.Equal("1280", await _docker.OkAsync($"exec {container} cat /sys/class/net/eth0/mtu"));
        Assert.Equal("1500", await _docker.OkAsync($"exec {await _networks.RunAsync(await _networks.CreateAsync())} cat /sys/class/net/eth0/mtu"));
    }

    [Fact]
    public async Task Ports_are_bound_where_the_network_says()
    {
        string name = await _networks.CreateAsync("-o com.docker.network.bridge.host_binding_ipv4=127.0.0.3"), port = TestCertificate.FreePort().ToString();
        string server = await _networks.ServeAsync(name, $"-p {port}:80");
        Assert.Equal($"80/tcp -> 127.0.0.3:{port}", await _docker.OkAsync($"port {server}"));
        await PageAsync($"127.0.0.3:{port}");
        Assert.NotEqual(0, (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://127.0.0.4:{port}/"])).ExitCode);
        string named = await _networks.ServeAsync(name, $"-p 127.0.0.5:{port}:80");
        Assert.Equal($"80/tcp -> 127.0.0.5:{port}", await _docker.OkAsync($"port {named}"));
    }

    [Fact]
    public async Task A_network_that_is_gone_fails_the_start()
    {
        string name = await _networks.CreateAsync(), container = engine.Name();
        await _docker.OkAsync($"create --name {container} --network {name} {BusyboxImage.Name} true");
        await _docker.OkAsync($"network rm {name}");
        (await _docker.RunAsync($"start {container}")).ExpectFailure(1, "not found");
    }

    [QuaidFact]
    public async Task A_daemon_that_is_killed_leaves_networks_as_they_are()
    {
        (string name, string subnet) = await _networks.WithSubnetAsync(s => $"--ip-range {s}.64/26 --aux-address a={s}.70 --label kept=yes -o com.docker.network.driver.mtu=1400");
        (string closed, _) = await _networks.WithSubnetAsync(_ => "--internal");
        (string config, _) = await _networks.WithSubnetAsync(_ => "--config-only");
        string from = await _networks.CreateAsync($"--config-from {config}"), port = TestCertificate.FreePort().ToString();
        string server = await _networks.ServeAsync(name, $"-p {port}:80"), client = await _networks.RunAsync(name), inside = await _networks.ServeAsync(closed);
        await _docker.OkAsync($"network connect {from} {client}");
        string[] named = [name, closed, config, from, "bridge", "host", "none"];
        string before = await EverythingAsync();
        await engine.KillDaemonAsync();
        await PageAsync($"127.0.0.1:{port}");
        await engine.StartDaemonAsync();
        Assert.Equal(before, await EverythingAsync());
        await PageAsync($"127.0.0.1:{port}");
        Assert.True(await _networks.ReachesAsync(client, await _networks.AddressAsync(server, name)));
        Assert.False(await _networks.ReachesAsync(client, await _networks.AddressAsync(inside, closed)));
        string third = await _networks.AddressAsync(await _networks.RunAsync(name), name);
        Assert.StartsWith(subnet + ".", third, StringComparison.Ordinal);
        Assert.DoesNotContain(third, before, StringComparison.Ordinal);
        (await _docker.RunAsync($"network rm {from}")).ExpectFailure(1, "has active endpoints");
        (await _docker.RunAsync($"network create --subnet {subnet}.0/24 {engine.Name("net")}")).ExpectFailure(1, "Pool overlaps");

        async Task<string> EverythingAsync() => await _docker.OkAsync($"network inspect {string.Join(' ', named)}")
            + await _docker.OkAsync($"inspect -f '{{{{json .NetworkSettings}}}}' {server} {client} {inside}");
    }

    private static Task PageAsync(string address) => Eventually.HoldsAsync(async () =>
        (await RunningCommand.RunAsync("curl", ["-s", "-m", "2", $"http://{address}/"])).Stdout == "page\n" ? null : $"the page is not served at {address}");
}
