using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>The default bridge, none, host, container:X, and published ports.</summary>
public sealed class NetworkTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Bridge_gives_an_address_a_route_and_names()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        string address = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.IPAddress}}");
        string gateway = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.Gateway}}");
        string prefix = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.IPPrefixLen}}");
        string mac = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.MacAddress}}");
        string addresses = await _docker.OkAsync($"exec {name} ip addr show eth0");
        Assert.Contains($"inet {address}/{prefix} ", addresses, StringComparison.Ordinal);
        Assert.Contains($"link/ether {mac} ", addresses, StringComparison.Ordinal);
        Assert.Contains(",LOWER_UP", addresses, StringComparison.Ordinal);
        Assert.Contains($"default via {gateway} dev eth0", await _docker.OkAsync($"exec {name} ip route"), StringComparison.Ordinal);
        Assert.Contains("inet 127.0.0.1/8", await _docker.OkAsync($"exec {name} ip addr show lo"), StringComparison.Ordinal);
        string hosts = await _docker.OkAsync($"exec {name} cat /etc/hosts");
        Assert.StartsWith("127.0.0.1\tlocalhost\n", hosts, StringComparison.Ordinal);
        Assert.EndsWith($"{address}\t{await _docker.OkAsync($"exec {name} hostname")}", hosts, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^nameserver \S+$", await _docker.OkAsync($"exec {name} cat /etc/resolv.conf"));
    }

    [Fact]
    public async Task There_is_no_IPv6_on_the_bridge_unless_it_is_asked_for()
    {
        const string Show = "cat /proc/sys/net/ipv6/conf/lo/disable_ipv6 /proc/sys/net/ipv6/conf/eth0/disable_ipv6";
        (await _docker.RunAsync($"run --rm {Image} {Show}")).Expect(0, "0\n1\n");
        (await _docker.RunAsync($"run --rm --sysctl net.ipv6.conf.all.disable_ipv6=0 {Image} {Show}")).Expect(0, "0\n0\n");
        (await _docker.RunAsync($"run --rm --sysctl net.ipv6.conf.all.disable_ipv6=1 {Image} {Show}")).Expect(0, "1\n1\n");
        Assert.DoesNotContain("inet6", await _docker.OkAsync($"run --rm {Image} ip addr show eth0"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm --network none {Image} true")).Expect();
    }

    [Fact]
    public async Task Containers_reach_each_other_and_the_host_over_tcp()
    {
        string server = engine.Name();
        await _docker.OkAsync($"run -d --name {server} {Image} nc -ll -p 9000 -e echo hello from the other");
        string address = await _docker.InspectAsync(server, "{{.NetworkSettings.Networks.bridge.IPAddress}}");
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"run --rm {Image} nc -w 3 {address} 9000")) is { Stdout: "hello from the other\n" } ? null : "no answer");
        Assert.Equal("hello from the other\n", await TalkAsync(IPAddress.Parse(address), 9000));

        using var host = new TcpListener(IPAddress.Parse(await _docker.InspectAsync(server, "{{.NetworkSettings.Networks.bridge.Gateway}}")), 0);
        host.Start();
        Task<Socket> accepted = host.AcceptSocketAsync();
        Task<CommandResult> asking = _docker.RunAsync($"exec {server} nc -w 3 {((IPEndPoint)host.LocalEndpoint).Address} {((IPEndPoint)host.LocalEndpoint).Port}");
        using (Socket socket = await accepted.WaitAsync(TimeSpan.FromSeconds(10)))
        {
            Assert.Equal(address, ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString());
            await socket.SendAsync("host here\n"u8.ToArray());
        }

        (await asking).Expect(0, "host here\n");
    }

    [Fact]
    public async Task Ping_works_on_the_bridge()
    {
        string other = engine.Name();
        await _docker.OkAsync($"run -d --name {other} {Image} sleep 1000");
        string address = await _docker.InspectAsync(other, "{{.NetworkSettings.Networks.bridge.IPAddress}}");
        Assert.Contains("1 packets received", await _docker.OkAsync($"run --rm {Image} ping -c 1 -W 5 {address}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_outside_is_reached_through_the_hosts_address()
    {
        // Whatever the host's own address is: a listener on it sees the packets come from the bridge's subnet or masqueraded, and answers.
        string own = (await RunningCommand.ShellAsync("ip -4 -o addr show scope global up | awk '$2 !~ /docker|quai|br-|veth/ {split($4, a, \"/\"); print a[1]; exit}'")).Trim();
        using var listener = new TcpListener(IPAddress.Parse(own), 0);
        listener.Start();
        Task serving = Task.Run(async () =>
        {
            using Socket socket = await listener.AcceptSocketAsync();
            await socket.SendAsync("outside\n"u8.ToArray());
        });
        (await _docker.RunAsync($"run --rm {Image} nc -w 3 {own} {((IPEndPoint)listener.LocalEndpoint).Port}")).Expect(0, "outside\n");
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task None_has_loopback_alone()
    {
        (await _docker.RunAsync($"run --rm --network none {Image} sh -c 'ls /sys/class/net; ip route | wc -l; ping -c 1 127.0.0.1 | grep -c \"1 packets received\"'")).Expect(0, "lo\n0\n1\n", "");
        string name = engine.Name();
        await _docker.OkAsync($"run -d --network none --name {name} {Image} sleep 1000");
        Assert.Equal("none", await _docker.InspectAsync(name, "{{.HostConfig.NetworkMode}} {{.NetworkSettings.Networks.none.IPAddress}}"));
        Assert.StartsWith("127.0.0.1\tlocalhost\n", (await _docker.RunAsync($"exec {name} cat /etc/hosts")).Expect().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_is_the_hosts()
    {
        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, await _docker.OkAsync($"run --rm --network host {Image} readlink /proc/self/ns/net"));
        Assert.Equal((await File.ReadAllTextAsync("/etc/hostname")).Trim(), (await _docker.OkAsync($"run --rm --network host {Image} hostname")));
    }

    [Fact]
    public async Task Container_shares_anothers()
    {
        string first = engine.Name();
        await _docker.OkAsync($"run -d --name {first} -h shared-name {Image} nc -ll -p 7000 -e echo same network");
        Assert.Equal(await _docker.OkAsync($"exec {first} readlink /proc/self/ns/net"), await _docker.OkAsync($"run --rm --network container:{first} {Image} readlink /proc/self/ns/net"));
        (await _docker.RunAsync($"run --rm --network container:{first} {Image} sh -c 'hostname; nc -w 3 127.0.0.1 7000'")).Expect(0, "shared-name\nsame network\n");
        (await _docker.RunAsync($"run --rm --network container:no-such-one {Image} true")).ExpectFailure(125, "No such container: no-such-one");
        (await _docker.RunAsync($"run --rm --network container:{first} -p 1:1 {Image} true")).ExpectFailure(125, "conflicting options: port publishing and the container type network mode");
        string stopped = engine.Name();
        await _docker.OkAsync($"create --name {stopped} {Image} true");
        (await _docker.RunAsync($"run --rm --network container:{stopped} {Image} true")).ExpectFailure(125, $"cannot join network namespace of a non running container: container {stopped} is created");
    }

    [Fact]
    public async Task An_unknown_network_is_named() =>
        (await _docker.RunAsync($"run --rm --network no-such-net {Image} true")).ExpectFailure(125, "network no-such-net not found");

    [Fact]
    public async Task The_three_networks_are_listed()
    {
        string[] lines = (await _docker.OkAsync("network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'")).Split('\n');
        Assert.Contains("bridge bridge local", lines);
        Assert.Contains("host host local", lines);
        Assert.Contains("none null local", lines);
        string name = engine.Name();
        string id = await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        Assert.Contains(id, await _docker.OkAsync("network inspect bridge -f '{{json .Containers}}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_published_tcp_port_answers_on_every_address_and_is_free_again_after()
    {
        int port = FreePort();
        string name = engine.Name();
        await _docker.OkAsync($"run -d -p {port}:80 --name {name} {Image} nc -ll -p 80 -e echo published");
        Assert.Equal("published\n", await TalkPatientlyAsync(IPAddress.Loopback, port));
        string own = (await RunningCommand.ShellAsync("hostname -I 2>/dev/null || ip -4 -o addr show scope global | awk '{split($4,a,\"/\"); print a[1]}'")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.Equal("published\n", await TalkPatientlyAsync(IPAddress.Parse(own), port));
        string gateway = await _docker.InspectAsync(name, "{{.NetworkSettings.Networks.bridge.Gateway}}");
        (await _docker.RunAsync($"run --rm {Image} nc -w 3 {gateway} {port}")).Expect(0, "published\n");
        Assert.Contains($"0.0.0.0:{port}->80/tcp", await _docker.OkAsync($"ps --filter name={name} --format {{{{.Ports}}}}"), StringComparison.Ordinal);
        Assert.Equal(port.ToString(), await _docker.InspectAsync(name, "{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}"));
        await _docker.OkAsync($"rm -f {name}");
        await Assert.ThrowsAnyAsync<Exception>(() => TalkAsync(IPAddress.Loopback, port));
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"run -d -p {port}:80 --name {engine.Name()} {Image} sleep 1000")) is { ExitCode: 0 } ? null : "the port is not free again");
    }

    [Fact]
    public async Task A_random_port_is_chosen_and_the_same_range_maps_in_order()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d -p 127.0.0.1::80 --name {name} {Image} nc -ll -p 80 -e echo random");
        string chosen = (await _docker.OkAsync($"port {name} 80")).Split(':')[1];
        Assert.Equal("random\n", await TalkPatientlyAsync(IPAddress.Loopback, int.Parse(chosen)));

        string range = engine.Name();
        int first = FreePort() / 20 * 20 is var f && f > 60000 ? 41000 : f;
        await _docker.OkAsync($"run -d -p 127.0.0.1:{first}-{first + 4}:100-104 --name {range} {Image} nc -ll -p 103 -e echo hundred and three");
        Assert.Equal("hundred and three\n", await TalkPatientlyAsync(IPAddress.Loopback, first + 3));
        Assert.Equal(5, (await _docker.OkAsync($"port {range}")).Split('\n').Length);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_nothing_stays()
    {
        string first = engine.Name();
        int port = FreePort();
        await _docker.OkAsync($"run -d -p {port}:80 --name {first} {Image} sleep 1000");
        string second = engine.Name();
        (await _docker.RunAsync($"run -d -p {port}:80 --name {second} {Image} sleep 1000")).ExpectFailure(125, $"Bind for 0.0.0.0:{port} failed: port is already allocated");
        Assert.Equal("created false", await _docker.InspectAsync(second, "{{.State.Status}} {{.State.Running}}"));
        await _docker.OkAsync($"rm -f {first}");
        (await _docker.RunAsync($"start {second}")).Expect(0, second + "\n");
    }

    [Fact]
    public async Task A_port_that_a_program_of_the_host_has_is_refused()
    {
        using var holder = new TcpListener(IPAddress.Any, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        (await _docker.RunAsync($"run --rm -p {port}:80 {Image} true")).ExpectFailure(125, $":{port}", "address already in use");
    }

    [Fact]
    public async Task Expose_and_P_publish_all()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d -P --expose 8080 --name {name} {Image} nc -ll -p 8080 -e echo all");
        string port = (await _docker.OkAsync($"port {name} 8080")).Split('\n')[0].Split(':')[1];
        Assert.Equal("all\n", await TalkPatientlyAsync(IPAddress.Loopback, int.Parse(port)));
    }

    [Fact]
    public async Task A_published_port_survives_a_restart()
    {
        int port = FreePort();
        string name = engine.Name();
        await _docker.OkAsync($"run -d -p 127.0.0.1:{port}:80 --name {name} {Image} nc -ll -p 80 -e echo still here");
        Assert.Equal("still here\n", await TalkPatientlyAsync(IPAddress.Loopback, port));
        await _docker.OkAsync($"restart -t 0 {name}");
        Assert.Equal("still here\n", await TalkPatientlyAsync(IPAddress.Loopback, port));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> TalkPatientlyAsync(IPAddress address, int port)
    {
        string answer = "";
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                answer = await TalkAsync(address, port);
                return answer.Length > 0 ? null : "connected, but no answer";
            }
            catch (Exception e) when (e is SocketException or TimeoutException or IOException)
            {
                return $"{address}:{port}: {e.Message}";
            }
        });
        return answer;
    }

    private static async Task<string> TalkAsync(IPAddress address, int port)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(address, port).WaitAsync(TimeSpan.FromSeconds(3));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(3));
    }
}
