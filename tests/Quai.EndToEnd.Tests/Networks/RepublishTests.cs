using System.Net;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Ports that are published and withdrawn while a container runs, and who is named that has a port.</summary>
public sealed class RepublishTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Scratch("quai"), "config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
    private readonly UserNetworks _networks = new(engine);

    [QuaidFact]
    public async Task Ports_come_and_go_while_a_container_runs()
    {
        string first = TestCertificate.FreePort().ToString(), second = TestCertificate.FreePort().ToString();
        string server = await _networks.ServeAsync(await _networks.CreateAsync(), $"-p {first}:80");
        string pid = await _docker.InspectAsync(server, "{{.State.Pid}}");
        await _quai.OkAsync($"update -p {second}:80 -p 127.0.0.1::81/udp {server}");
        Assert.Equal(["page\n", "page\n"], [await GetAsync(first), await GetAsync(second)]);
        Assert.Contains("81/udp -> 127.0.0.1:", await _docker.OkAsync($"port {server}"), StringComparison.Ordinal);
        Assert.Contains($"\"HostPort\":\"{second}\"", await _docker.InspectAsync(server, "{{json .HostConfig.PortBindings}}"), StringComparison.Ordinal);

        // A daemon that is killed finds it so.
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal(["page\n", "page\n"], [await GetAsync(first), await GetAsync(second)]);
        await _quai.OkAsync($"update --publish-rm {first}:80 --publish-rm 81/udp {server}");
        Assert.Equal(["", "page\n"], [await GetAsync(first), await GetAsync(second)]);
        Assert.Equal($"80/tcp -> 0.0.0.0:{second}\n80/tcp -> [::]:{second}", await _docker.OkAsync($"port {server}"));
        using (var free = new TcpListener(IPAddress.Any, int.Parse(first)))
        {
            free.Start();
            (await _quai.RunAsync($"update -p {first}:80 {server}")).ExpectFailure(1, $":{first}", "address already in use", $"process {Environment.ProcessId})");
        }

        Assert.Equal(["", "page\n"], [await GetAsync(first), await GetAsync(second)]);
        Assert.Equal(pid, await _docker.InspectAsync(server, "{{.State.Pid}}"));
        await _docker.OkAsync($"restart -t 0 {server}");
        Assert.Equal($"80/tcp -> 0.0.0.0:{second}\n80/tcp -> [::]:{second}", await _docker.OkAsync($"port {server}"));
    }

    [QuaidFact]
    public async Task What_cannot_be_published_or_withdrawn_is_refused_and_changes_nothing()
    {
        string port = TestCertificate.FreePort().ToString(), network = await _networks.CreateAsync();
        string holder = await _networks.ServeAsync(network, $"-p {port}:80"), other = await _networks.RunAsync(network);
        (await _quai.RunAsync($"update -p {port}:80 {other}")).ExpectFailure(1, $"Bind for 0.0.0.0:{port} failed: port is already allocated (by container {holder})");
        (await _docker.RunAsync($"run --rm -p {port}:80 {BusyboxImage.Name} true")).ExpectFailure(125, $"port is already allocated (by container {holder})");
        (await _quai.RunAsync($"update --publish-rm 99 {other}")).ExpectFailure(1, "its port 99/tcp is not published");
        (await _quai.RunAsync($"update --publish-rm 1:80 {holder}")).ExpectFailure(1, "its port 80/tcp is not published on 1");
        (await _quai.RunAsync($"update -p 80:99999 {other}")).Expect(125);
        string alone = await _networks.RunAsync("host");
        (await _quai.RunAsync($"update -p {port}:80 {alone}")).ExpectFailure(1, "it has no network of its own");
        Assert.Equal("map[]", await _docker.InspectAsync(other, "{{.HostConfig.PortBindings}}"));
        Assert.Equal("page\n", await GetAsync(port));
    }

    private static async Task<string> GetAsync(string port) => (await RunningCommand.RunAsync("curl", ["-s", "-m", "3", $"http://127.0.0.1:{port}/"])).Stdout;
}
