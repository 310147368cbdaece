namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Published ports of SCTP. A host without it publishes them all the same, for the containers of a kernel with it, and keeps them apart.</summary>
public sealed class SctpTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task A_published_port_is_reached_from_the_host_and_from_containers()
    {
        string port = TestCertificate.FreePort().ToString(), client = await RunAsync("", Sleep);
        if (!Kernel.Sctp)
        {
            (await _docker.RunAsync($"run --rm -v {await SctpProgram.PathAsync()}:/sctp:ro -p {port}:7/sctp {BusyboxImage.Name} /sctp serve 7")).ExpectFailure(1, "socket: Protocol not supported");
            (await FromHostAsync("127.0.0.1", port)).ExpectFailure(1, "socket: Protocol not supported");
            (await FromAsync(client, "127.0.0.1", port)).ExpectFailure(1, "socket: Protocol not supported");
            return;
        }

        string server = await ServeAsync($"-p {port}:7/sctp", "7");
        Assert.Equal(engine.Gateway, (await FromHostAsync("127.0.0.1", port)).Succeeded());
        Assert.Equal(engine.Gateway, (await FromHostAsync(engine.Gateway, port)).Succeeded());
        Assert.Equal(engine.Gateway, (await FromHostAsync(await AddressAsync(server), "7")).Succeeded());
        Assert.Equal(await AddressAsync(client), (await FromAsync(client, await AddressAsync(server), "7")).Succeeded());
        // By way of the published port answers come back the way that the question went.
        Assert.Equal(engine.Gateway, (await FromAsync(client, engine.Gateway, port)).Succeeded());
        Assert.Equal(engine.Gateway, (await FromAsync(server, engine.Gateway, port)).Succeeded());
        // The programs in the kernel that lead from there to containers do not see SCTP.
        (await FromHostAsync("::1", port)).ExpectFailure(1, "connect: Connection refused");
    }

    [QuaidFact]
    public async Task A_published_port_is_shown_with_its_protocol_and_leaves_those_of_others_free()
    {
        string port = TestCertificate.FreePort().ToString(), server = await RunAsync($"-p {port}:{port}/sctp", Sleep);
        Assert.StartsWith($"{port}/sctp -> 0.0.0.0:{port}", await _docker.OkAsync($"port {server}"), StringComparison.Ordinal);
        Assert.StartsWith($"0.0.0.0:{port}", await _docker.OkAsync($"port {server} {port}/sctp"), StringComparison.Ordinal);
        (await _docker.RunAsync($"port {server} {port}")).ExpectFailure(1, $"no public port '{port}' published for");
        Assert.Equal($"0.0.0.0 {port}", await _docker.InspectAsync(server, $"{{{{with index .NetworkSettings.Ports \"{port}/sctp\" 0}}}}{{{{.HostIp}}}} {{{{.HostPort}}}}{{{{end}}}}"));
        Assert.Equal($"{{\"{port}/sctp\":{{}}}}", await _docker.InspectAsync(server, "{{json .Config.ExposedPorts}}"));
        Assert.Contains($"0.0.0.0:{port}->{port}/sctp", await _docker.OkAsync($"ps --filter name={server} --format '{{{{.Ports}}}}'"), StringComparison.Ordinal);

        await RunAsync($"-p {port}:{port}/tcp -p {port}:{port}/udp", Sleep);
        (await _docker.RunAsync($"run --rm -p {port}:9/sctp {BusyboxImage.Name} true")).ExpectFailure(125, $"Bind for 0.0.0.0:{port} failed: port is already allocated");
        await _docker.OkAsync($"rm -f {server}");
        await _docker.OkAsync($"run --rm -p {port}:9/sctp {BusyboxImage.Name} true");
    }

    [QuaidFact]
    public async Task A_port_of_a_program_of_the_hosts_is_not_published()
    {
        string port = TestCertificate.FreePort().ToString();
        await using RunningCommand server = RunningCommand.Start(await SctpProgram.PathAsync(), ["serve", port]);
        if (!Kernel.Sctp)
        {
            (await server.WaitForExitAsync()).ExpectFailure(1, "socket: Protocol not supported");
            await _docker.OkAsync($"run --rm -p {port}:7/sctp {BusyboxImage.Name} true");
            return;
        }

        await server.WaitForStdoutAsync("serving");
        (await _docker.RunAsync($"run --rm -p {port}:7/sctp {BusyboxImage.Name} true")).ExpectFailure(125, "failed to bind host port", $":7/sctp: address already in use");
        await _docker.OkAsync($"run --rm -p {port}:7 {BusyboxImage.Name} true");
    }

    [QuaidFact]
    public async Task A_published_port_survives_the_daemon_and_goes_with_its_container()
    {
        string port = TestCertificate.FreePort().ToString(), server = Kernel.Sctp ? await ServeAsync($"-p {port}:7/sctp", "7") : await RunAsync($"-p {port}:7/sctp", Sleep);
        await engine.KillDaemonAsync();
        await AnswersAsync();
        await engine.StartDaemonAsync();
        await AnswersAsync();
        Assert.StartsWith($"7/sctp -> 0.0.0.0:{port}", await _docker.OkAsync($"port {server}"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm -p {port}:7/sctp {BusyboxImage.Name} true")).ExpectFailure(125, "port is already allocated");
        await _docker.OkAsync($"rm -f {server}");
        (await FromHostAsync("127.0.0.1", port)).ExpectFailure(1, Kernel.Sctp ? "connect: Connection refused" : "socket: Protocol not supported");

        async Task AnswersAsync()
        {
            if (Kernel.Sctp)
            {
                Assert.Equal(engine.Gateway, (await FromHostAsync("127.0.0.1", port)).Succeeded());
            }
        }
    }

    private async Task<string> RunAsync(string options, string command)
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} -v {await SctpProgram.PathAsync()}:/sctp:ro {options} {BusyboxImage.Name} {command}");
        return name;
    }

    private async Task<string> ServeAsync(string options, string port)
    {
        string name = await RunAsync(options, $"/sctp serve {port}");
        await Eventually.HoldsAsync(async () => await _docker.OkAsync($"logs {name}") == "serving" ? null : "there is no server");
        return name;
    }

    private Task<string> AddressAsync(string container) => _docker.InspectAsync(container, "{{.NetworkSettings.Networks.bridge.IPAddress}}");

    private Task<CommandResult> FromAsync(string container, string address, string port) => _docker.RunAsync($"exec {container} /sctp ask {address} {port}");

    private static async Task<CommandResult> FromHostAsync(string address, string port) => await RunningCommand.RunAsync(await SctpProgram.PathAsync(), ["ask", address, port]);
}
