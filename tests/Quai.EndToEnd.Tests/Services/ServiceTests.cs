using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quai.EndToEnd.Tests.Services;

/// <summary>A real service: Debian with nginx from its own packages, installed through the container's network, published.</summary>
public sealed class ServiceTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Debian = "quai-e2e-debian:latest";
    private readonly DockerClient _docker = engine.Docker;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if ((await _docker.RunAsync($"image inspect {Debian}")).ExitCode != 0)
        {
            string tar = await DebianImage.TarAsync();
            (await _docker.RunAsync($"import -c 'CMD [\"bash\"]' {tar} {Debian}", timeout: TimeSpan.FromMinutes(3))).Expect(0);
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            await _docker.RunAsync($"rmi -f {Debian}");
        }
    }

    [Fact]
    public async Task Nginx_is_installed_through_the_containers_network_and_answers()
    {
        string name = engine.Name("nginx"), other = engine.Name("client"), network = engine.Name("net"), elsewhere = engine.Name("net");
        await _docker.OkAsync($"network create --ipv6 {network}");
        await _docker.OkAsync($"network create --ipv6 {elsewhere}");
        // The machine's own proxy, certificate and mirror settings apply inside too, as on any machine behind a mirror.
        string settings = string.Join(' ', new[] { "http_proxy", "https_proxy", "no_proxy" }
            .Where(v => Environment.GetEnvironmentVariable(v) is { Length: > 0 })
            .Select(v => $"-e {v}={Environment.GetEnvironmentVariable(v)}"));
        await _docker.OkAsync($"run -d --name {name} --network {network} -p 80 {settings} {Debian} sleep infinity");
        (await _docker.RunAsync($"exec {name} apt-get -o Acquire::Retries=3 update", timeout: TimeSpan.FromMinutes(3))).Expect(0);
        (await _docker.RunAsync($"exec -e DEBIAN_FRONTEND=noninteractive {name} apt-get install -y --no-install-recommends nginx-light", timeout: TimeSpan.FromMinutes(4))).Expect(0);
        await _docker.OkAsync($"exec {name} sh -c 'echo served by a container > /var/www/html/index.html'");
        await _docker.OkAsync($"exec -d {name} nginx -g 'daemon off;'");
        string port = (await _docker.OkAsync($"port {name} 80")).Split('\n').First(l => l.StartsWith("0.0.0.0:", StringComparison.Ordinal)).Split(':')[1];
        await Eventually.HoldsAsync(async () => await RunningCommand.RunAsync("curl", ["-4fsS", "--noproxy", "*", $"http://127.0.0.1:{port}/"]) is var r && r.Stdout == "served by a container\n" ? null : r.ToString());
        CommandResult head = await RunningCommand.RunAsync("curl", ["-4sSI", "--noproxy", "*", $"http://127.0.0.1:{port}/"]);
        Assert.Contains("Server: nginx", head.Stdout, StringComparison.Ordinal);

        // By both families, and the log tells who asked: the network's gateway for the host, a container of another network by its own address.
        Assert.Equal("served by a container\n", (await RunningCommand.RunAsync("curl", ["-6fsS", "--noproxy", "*", $"http://[::1]:{port}/"])).Stdout);
        string[] gateways = (await _docker.OkAsync($"network inspect -f '{{{{range .IPAM.Config}}}}{{{{.Gateway}}}} {{{{end}}}}' {network}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await _docker.OkAsync($"run -d --name {other} --network {elsewhere} {Debian} sleep infinity");
        string ask = $"GET /asked HTTP/1.0\\r\\n\\r\\n";
        await _docker.OkAsync($"exec {other} bash -c 'exec 3<>/dev/tcp/{gateways[0]}/{port}; printf \"{ask}\" >&3; cat <&3'");
        string asking = await _docker.InspectAsync(other, $"{{{{(index .NetworkSettings.Networks \"{elsewhere}\").IPAddress}}}}");
        string log = await _docker.OkAsync($"exec {name} cat /var/log/nginx/access.log");
        Assert.Contains($"{gateways[0]} - ", log, StringComparison.Ordinal);
        Assert.Contains($"{gateways[1]} - ", log, StringComparison.Ordinal);
        if (TestEnvironment.ForeignEngine is null)
        {
            Assert.Contains($"{asking} - ", log, StringComparison.Ordinal);
        }

        // Under some load, from several connections at once.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        string[] pages = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"))));
        Assert.All(pages, p => Assert.Equal("served by a container\n", p));
        await _docker.OkAsync($"rm -f {name} {other}");
        await _docker.OkAsync($"network rm {network} {elsewhere}");
    }

    [Fact]
    public async Task A_udp_client_that_never_pauses_reaches_whoever_is_published_now()
    {
        int port;
        using (var probe = new UdpClient(0))
        {
            port = ((IPEndPoint)probe.Client.LocalEndPoint!).Port;
        }

        using var client = new UdpClient();
        client.Connect(IPAddress.Loopback, port);
        string heard = "";
        using var stop = new CancellationTokenSource();
        Task sending = Task.Run(() => EverAgainAsync(async () => await client.SendAsync("?"u8.ToArray(), stop.Token), 20, stop.Token));
        Task hearing = Task.Run(() => EverAgainAsync(async () => Volatile.Write(ref heard, Encoding.ASCII.GetString((await client.ReceiveAsync(stop.Token)).Buffer)), 0, stop.Token));
        foreach (string word in (string[])["one", "two"])
        {
            string script = $"use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(5353, INADDR_ANY)); while (my $p = recv(S, $m, 1500, 0)) {{ send(S, \"{word}\", 0, $p) }}";
            string name = engine.Name("udp");
            await _docker.OkAsync($"run -d -p {port}:5353/udp --name {name} {Debian} perl -e '{script}'");
            await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref heard) == word ? null : $"{word} is not heard, but \"{heard}\""));
            await _docker.OkAsync($"rm -f {name}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(sending, hearing);
    }

    [Fact]
    public async Task A_published_udp_port_answers()
    {
        const string echo = "use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(5353, INADDR_ANY)); while (my $p = recv(S, $m, 1500, 0)) { send(S, uc $m, 0, $p) }";
        int port;
        using (var probe = new UdpClient(0))
        {
            port = ((IPEndPoint)probe.Client.LocalEndPoint!).Port;
        }

        string name = engine.Name("udp");
        await _docker.OkAsync($"run -d -p {port}:5353/udp --name {name} {Debian} perl -e '{echo}'");
        using var client = new UdpClient();
        client.Connect(IPAddress.Loopback, port);
        await Eventually.HoldsAsync(async () =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await client.SendAsync("echo me"u8.ToArray());
                UdpReceiveResult answer = await client.ReceiveAsync(patience.Token);
                return Encoding.ASCII.GetString(answer.Buffer) == "ECHO ME" ? null : "another answer";
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return "no answer over UDP: " + e.Message;
            }
        });
        await _docker.OkAsync($"rm -f {name}");
    }

    [Fact]
    public async Task Names_are_resolved_inside() =>
        (await _docker.RunAsync($"run --rm {Debian} getent hosts localhost")).Expect(0);

    private static async Task EverAgainAsync(Func<Task> work, int pause, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await work();
                }
                catch (SocketException)
                {
                    // Refused just now: nobody is there.
                }

                await Task.Delay(pause, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }
}
